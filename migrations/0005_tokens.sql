-- Tokens of the admin API. `name` is unique for ever, so that `token:NAME` in the ledger always means the same one.
-- `hash` is SHA-256 of `salt` and the secret; the secret itself is nowhere. `scopes` is a JSON list of prefixes.
CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    scopes TEXT NOT NULL,
    description TEXT NOT NULL,
    salt BLOB NOT NULL,
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
