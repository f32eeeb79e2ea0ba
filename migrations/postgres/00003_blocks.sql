-- Packed history: some thousand records in a row, instead of a row each.

-- +goose Up

-- packed is the last revision that is in blocks, 0 if there is none. The records
-- up to it are in blocks and no longer in records, but for that of the head.
ALTER TABLE documents ADD COLUMN packed bigint NOT NULL DEFAULT 0;

-- What the columns hold, see package persist/block. They are compressed.
CREATE TABLE blocks (
    doc       text COLLATE "C" NOT NULL REFERENCES documents (id),
    first     bigint NOT NULL CHECK (first > 0),
    last      bigint NOT NULL CHECK (last >= first),
    facts_sum bigint NOT NULL,
    ops_sum   bigint NOT NULL,
    facts     bytea  NOT NULL,
    ops       bytea  NOT NULL,
    PRIMARY KEY (doc, first)
);

ALTER TABLE blocks
    ALTER COLUMN facts SET STORAGE EXTERNAL,
    ALTER COLUMN ops SET STORAGE EXTERNAL;

-- The last packed record of each client, so that an edit still counts once.
CREATE TABLE clients (
    doc      text COLLATE "C" NOT NULL REFERENCES documents (id),
    client   text COLLATE "C" NOT NULL,
    seq      bigint NOT NULL CHECK (seq > 0),
    revision bigint NOT NULL CHECK (revision > 0),
    PRIMARY KEY (doc, client)
);
