-- The names that people give to revisions.

-- +goose Up

-- user is not a foreign key, as in records.
CREATE TABLE names (
    doc      TEXT    NOT NULL REFERENCES documents (id),
    revision INTEGER NOT NULL CHECK (revision >= 0),
    name     TEXT    NOT NULL,
    user     TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (doc, revision)
) STRICT, WITHOUT ROWID;
