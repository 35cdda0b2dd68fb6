-- The ledger is chained by hashes, may be trimmed at its old end, and stays quick however long it grows.
--
-- Segments: an index whose values come in any order touches a page of its own for nearly every row once it is large,
-- and each of these pages is written twice, to the log and to the file. So every index begins with the row's segment,
-- its id without the lowest 16 bits: new rows only touch the pages of the newest segment, trimming only those of the
-- oldest, and a reader asks one segment after the other.
DROP TRIGGER ledger_never_changes;
DROP TRIGGER ledger_groups_never_change;

-- `groups` is the JSON list of the groups that the entry concerns, sorted. `hash` is SHA-256 over the hash before and
-- the encoding of this row (docs/architecture.md says which); null in rows that are older than the chain.
CREATE TABLE chained_ledger (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    service TEXT,
    peer TEXT,
    "groups" TEXT NOT NULL DEFAULT '[]',
    route TEXT,
    worker TEXT,
    before TEXT,
    after TEXT,
    reason TEXT,
    cause TEXT,
    consul_index INTEGER,
    revision INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    hash BLOB
) STRICT;

INSERT INTO chained_ledger
SELECT id, at, kind, actor, service, peer,
    (SELECT json_group_array(group_name) FROM
        (SELECT group_name FROM ledger_groups WHERE entry = ledger.id ORDER BY group_name)),
    route, worker, before, after, reason, cause, consul_index, revision, idx, NULL
FROM ledger ORDER BY id;

-- The chain. Ids up to `unchained` were there before it. Ids up to `trimmed` were deleted, or are about to be. The
-- chain goes on from `anchor_hash` behind the id `anchor`, to the newest row, which is `head` with `head_hash`.
CREATE TABLE ledger_chain (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    unchained INTEGER NOT NULL,
    trimmed INTEGER NOT NULL,
    anchor INTEGER NOT NULL,
    anchor_hash BLOB NOT NULL,
    head INTEGER NOT NULL,
    head_hash BLOB NOT NULL
) STRICT;

INSERT INTO ledger_chain
SELECT 1, last, 0, last, zeroblob(32), last, zeroblob(32)
FROM (SELECT max(
    coalesce((SELECT max(id) FROM ledger), 0),
    coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'ledger'), 0)) AS last);

-- The groups that an entry concerns, to find it by.
CREATE TABLE segmented_groups (
    segment INTEGER NOT NULL,
    group_name TEXT NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (segment, group_name, entry)
) STRICT, WITHOUT ROWID;

INSERT INTO segmented_groups SELECT entry >> 16, group_name, entry FROM ledger_groups ORDER BY entry;

DROP TABLE ledger_groups;
DROP TABLE ledger;
ALTER TABLE segmented_groups RENAME TO ledger_groups;
ALTER TABLE chained_ledger RENAME TO ledger;
DELETE FROM sqlite_sequence WHERE name IN ('ledger', 'chained_ledger');
INSERT INTO sqlite_sequence (name, seq) SELECT 'ledger', head FROM ledger_chain;

-- Each of these has the ids of one value within one segment in their order. Consul is the actor of nearly every entry.
CREATE INDEX ledger_by_kind ON ledger (id >> 16, kind);
CREATE INDEX ledger_by_service ON ledger (id >> 16, service) WHERE service IS NOT NULL;
CREATE INDEX ledger_by_peer ON ledger (id >> 16, peer) WHERE peer IS NOT NULL;
CREATE INDEX ledger_by_route ON ledger (id >> 16, route) WHERE route IS NOT NULL;
CREATE INDEX ledger_by_worker ON ledger (id >> 16, worker) WHERE worker IS NOT NULL;
CREATE INDEX ledger_by_actor ON ledger (id >> 16, actor) WHERE actor <> 'consul';

-- The oldest and the newest time of all entries whose ids without their lowest `bits` bits (16: a segment, or 8) are
-- `number`. Ids are nearly, but not wholly, in the order of times: a clock may be set back.
CREATE TABLE ledger_times (
    bits INTEGER NOT NULL,
    number INTEGER NOT NULL,
    oldest INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    PRIMARY KEY (bits, number)
) STRICT, WITHOUT ROWID;

INSERT INTO ledger_times SELECT 16, id >> 16, min(at), max(at) FROM ledger GROUP BY id >> 16;
INSERT INTO ledger_times SELECT 8, id >> 8, min(at), max(at) FROM ledger GROUP BY id >> 8;
DELETE FROM state WHERE key = 'ledger_drift';

-- The newest entry of each `discovery.*` kind for each service: what a start asks for.
CREATE TABLE ledger_last (
    service TEXT NOT NULL,
    kind TEXT NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (service, kind)
) STRICT, WITHOUT ROWID;

INSERT INTO ledger_last
SELECT service, kind, max(id) FROM ledger WHERE kind GLOB 'discovery.*' AND service IS NOT NULL GROUP BY service, kind;

-- Entries are never changed, and deleted only by trimming, which says so in the ledger first.
CREATE TRIGGER ledger_never_changes BEFORE UPDATE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are never changed');
END;

CREATE TRIGGER ledger_groups_never_change BEFORE UPDATE ON ledger_groups
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are never changed');
END;

CREATE TRIGGER ledger_only_trimmed BEFORE DELETE ON ledger
WHEN OLD.id > coalesce((SELECT trimmed FROM ledger_chain), 0)
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are deleted only by trimming');
END;

CREATE TRIGGER ledger_groups_only_trimmed BEFORE DELETE ON ledger_groups
WHEN OLD.entry > coalesce((SELECT trimmed FROM ledger_chain), 0)
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are deleted only by trimming');
END;
