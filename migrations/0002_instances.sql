-- An instance in columns rather than as a document: a control plane starts by reading all of them, and a hundred
-- thousand documents take seconds. Without rowid the rows of a service lie together, and no index repeats their keys.
--
-- `peer` is `node`, a tilde and the service id. `tags` and `meta` are canonical JSON. `document` is the whole instance
-- as JSON where columns can't say it (a NUL in a name); then it alone counts.
CREATE TABLE instances (
    service TEXT NOT NULL,
    datacenter TEXT NOT NULL,
    peer TEXT NOT NULL,
    node TEXT NOT NULL,
    address TEXT NOT NULL,
    port INTEGER NOT NULL,
    tags TEXT NOT NULL,
    meta TEXT NOT NULL,
    passing_weight INTEGER NOT NULL,
    warning_weight INTEGER NOT NULL,
    health TEXT NOT NULL,
    document TEXT,
    PRIMARY KEY (service, datacenter, peer),
    FOREIGN KEY (service, datacenter) REFERENCES catalog_services (name, datacenter) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- A document that is not what Signalbox writes stays a document, so that loading can say what is wrong with which.
WITH told AS MATERIALIZED (
    SELECT service, datacenter, peer, document,
        CASE
            WHEN NOT json_valid(document) THEN 0
            WHEN instr(document, '\u0000') THEN 0
            WHEN json_type(document, '$.node') IS NOT 'text' OR json_type(document, '$.service_id') IS NOT 'text' THEN 0
            WHEN json_extract(document, '$.service') IS NOT service THEN 0
            WHEN json_extract(document, '$.id') IS NOT peer THEN 0
            WHEN json_extract(document, '$.node') || '~' || json_extract(document, '$.service_id') <> peer THEN 0
            WHEN json_type(document, '$.address') IS NOT 'text' OR json_type(document, '$.port') IS NOT 'integer' THEN 0
            WHEN json_type(document, '$.tags') IS NOT 'array' OR json_type(document, '$.meta') IS NOT 'object' THEN 0
            WHEN json_type(document, '$.weights.passing') IS NOT 'integer' THEN 0
            WHEN json_type(document, '$.weights.warning') IS NOT 'integer' THEN 0
            WHEN json_type(document, '$.health') IS NOT 'text' THEN 0
            ELSE 1
        END AS in_columns
    FROM catalog_instances
)
INSERT INTO instances
SELECT service, datacenter, peer, json_extract(document, '$.node'), json_extract(document, '$.address'),
    json_extract(document, '$.port'), json_extract(document, '$.tags'), json_extract(document, '$.meta'),
    json_extract(document, '$.weights.passing'), json_extract(document, '$.weights.warning'),
    json_extract(document, '$.health'), NULL
FROM told WHERE in_columns
UNION ALL
SELECT service, datacenter, peer, '', '', 0, '[]', '{}', 0, 0, '', document FROM told WHERE NOT in_columns;

DROP TABLE catalog_instances;

ALTER TABLE instances RENAME TO catalog_instances;
