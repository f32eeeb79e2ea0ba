-- The names that people give to revisions.

-- +goose Up

-- "user" is not a foreign key, as in records.
CREATE TABLE names (
    doc      text COLLATE "C" NOT NULL REFERENCES documents (id),
    revision bigint NOT NULL CHECK (revision >= 0),
    name     text   NOT NULL,
    "user"   text   NOT NULL,
    at       bigint NOT NULL,
    PRIMARY KEY (doc, revision)
);
