-- Times are microseconds since 1970, UTC. Text is UTF-8. Checksums are CRC-32C
-- over all other columns of the row (see package persist).

-- +goose Up

-- "clbd": says whose database this is, in the first bytes of the file.
PRAGMA application_id = 1668047460;

CREATE TABLE users (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    color      TEXT    NOT NULL,
    guest      INTEGER NOT NULL CHECK (guest IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- owner, and "user" in records, are not foreign keys: a history outlives the
-- people who wrote it.
CREATE TABLE documents (
    id         TEXT    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL,
    title      TEXT    NOT NULL,
    lineage    TEXT    NOT NULL,
    owner      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    edited_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX documents_by_edited ON documents (edited_at, id);

-- The log. The two keys are what makes an append a compare-and-append, and an
-- edit count once.
CREATE TABLE records (
    doc      TEXT    NOT NULL REFERENCES documents (id),
    revision INTEGER NOT NULL CHECK (revision > 0),
    client   TEXT    NOT NULL,
    seq      INTEGER NOT NULL CHECK (seq > 0),
    user     TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    digest   INTEGER NOT NULL,
    op       BLOB    NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (doc, revision),
    UNIQUE (doc, client, seq)
) STRICT, WITHOUT ROWID;

-- Rows are large, so this one keeps its rowid: a tree WITHOUT ROWID would hold
-- them in its inner nodes.
CREATE TABLE snapshots (
    doc      TEXT    NOT NULL REFERENCES documents (id),
    revision INTEGER NOT NULL CHECK (revision > 0),
    op       BLOB    NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (doc, revision)
) STRICT;

-- A login that has ended stays as a tombstone, so that a request which read it
-- before cannot write it back.
CREATE TABLE logins (
    token_hash TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL,
    data       BLOB    NOT NULL,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    ip         TEXT    NOT NULL,
    agent      TEXT    NOT NULL,
    ended_at   INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX logins_by_user ON logins (user_id);

CREATE TABLE settings (
    key   TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
