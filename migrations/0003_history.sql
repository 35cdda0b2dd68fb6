-- What operators say about single peers over what Consul says; `name` is the peer's id.
CREATE TABLE overrides (
    name TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- Why, in the author's words.
ALTER TABLE revisions ADD COLUMN message TEXT;
