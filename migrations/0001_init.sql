-- Times are INTEGER milliseconds since 1970-01-01T00:00:00Z. Documents are canonical JSON.
-- An applied file is never edited (its checksum is kept): what changes goes into the next file.

-- Single values that outlive a process, such as the index floor.
CREATE TABLE state (
    key TEXT NOT NULL PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- Rules, as in force. `revision` is the one that last changed the row.
CREATE TABLE "groups" (
    name TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE routes (
    name TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- Every committed change of the rules, without gaps.
CREATE TABLE revisions (
    number INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    author TEXT NOT NULL
) STRICT;

-- What a revision changed: the documents before (null: created) and after (null: deleted).
-- `kind` is 'group' or 'route'; no CHECK says so, because SQLite can't take one back when a kind is added.
CREATE TABLE revision_changes (
    revision INTEGER NOT NULL REFERENCES revisions (number) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    before TEXT,
    after TEXT,
    PRIMARY KEY (revision, kind, name),
    CHECK (before IS NOT NULL OR after IS NOT NULL)
) STRICT;

-- The history of one rule.
CREATE INDEX revision_changes_by_rule ON revision_changes (kind, name, revision);

-- Watched services as last known. `consul_index` has the bits of an unsigned number. No `last_success_at`: never
-- answered yet. `skipped` is a JSON list of the instances that can't be peers.
CREATE TABLE catalog_services (
    name TEXT NOT NULL,
    datacenter TEXT NOT NULL,
    consul_index INTEGER NOT NULL,
    last_success_at INTEGER,
    skipped TEXT NOT NULL,
    PRIMARY KEY (name, datacenter)
) STRICT, WITHOUT ROWID;

CREATE TABLE catalog_instances (
    service TEXT NOT NULL,
    datacenter TEXT NOT NULL,
    peer TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (service, datacenter, peer),
    FOREIGN KEY (service, datacenter) REFERENCES catalog_services (name, datacenter) ON DELETE CASCADE
) STRICT;

-- The audit log. AUTOINCREMENT: an id is never given twice, even after old entries were deleted.
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    service TEXT,
    peer TEXT,
    route TEXT,
    worker TEXT,
    before TEXT,
    after TEXT,
    reason TEXT,
    cause TEXT,
    consul_index INTEGER,
    revision INTEGER NOT NULL,
    idx INTEGER NOT NULL
) STRICT;

-- An index ends with the row's id (https://www.sqlite.org/queryplanner.html): each of these is in the order of ids for
-- one value, so a page is read off its end. `ledger_by_at` finds the ids between which a span of time lies.
CREATE INDEX ledger_by_at ON ledger (at);
CREATE INDEX ledger_by_kind ON ledger (kind);
CREATE INDEX ledger_by_actor ON ledger (actor);
CREATE INDEX ledger_by_service ON ledger (service) WHERE service IS NOT NULL;
CREATE INDEX ledger_by_peer ON ledger (peer) WHERE peer IS NOT NULL;
CREATE INDEX ledger_by_route ON ledger (route) WHERE route IS NOT NULL;

-- The groups that an entry concerns.
CREATE TABLE ledger_groups (
    group_name TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES ledger (id) ON DELETE CASCADE,
    PRIMARY KEY (group_name, entry)
) STRICT, WITHOUT ROWID;

CREATE INDEX ledger_groups_by_entry ON ledger_groups (entry);

-- Entries are never changed. Whole entries may be deleted, when they are older than the operator wants to keep.
CREATE TRIGGER ledger_never_changes BEFORE UPDATE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are never changed');
END;

CREATE TRIGGER ledger_groups_never_change BEFORE UPDATE ON ledger_groups
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are never changed');
END;
