-- Packed history: some thousand records in a row, instead of a row each.

-- +goose Up

-- packed is the last revision that is in blocks, 0 if there is none. The records
-- up to it are in blocks and no longer in records, but for that of the head.
ALTER TABLE documents ADD COLUMN packed INTEGER NOT NULL DEFAULT 0;

-- What the columns hold, see package persist/block. The large ones are the last,
-- so that the others are read without them. Rows are large, as in snapshots.
CREATE TABLE blocks (
    doc       TEXT    NOT NULL REFERENCES documents (id),
    first     INTEGER NOT NULL CHECK (first > 0),
    last      INTEGER NOT NULL CHECK (last >= first),
    facts_sum INTEGER NOT NULL,
    ops_sum   INTEGER NOT NULL,
    facts     BLOB    NOT NULL,
    ops       BLOB    NOT NULL,
    PRIMARY KEY (doc, first)
) STRICT;

-- The last packed record of each client, so that an edit still counts once.
CREATE TABLE clients (
    doc      TEXT    NOT NULL REFERENCES documents (id),
    client   TEXT    NOT NULL,
    seq      INTEGER NOT NULL CHECK (seq > 0),
    revision INTEGER NOT NULL CHECK (revision > 0),
    PRIMARY KEY (doc, client)
) STRICT, WITHOUT ROWID;
