-- What the list of documents needs: folders, pins, the trash, sorting by title,
-- the index of the full text; and the files of documents.

-- +goose Up

CREATE TABLE folders (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- title_key is the title's words, folded (see package persist): what titles are
-- sorted by and looked for in. '' stands for those that persist has not seen yet.
ALTER TABLE documents ADD COLUMN folder TEXT REFERENCES folders (id) ON DELETE SET NULL;
ALTER TABLE documents ADD COLUMN trashed_at INTEGER;
ALTER TABLE documents ADD COLUMN title_key TEXT NOT NULL DEFAULT '';

-- None of these indexes has a column that an append changes.
CREATE INDEX documents_by_created ON documents (created_at, id);
CREATE INDEX documents_by_title ON documents (title_key, id);
CREATE INDEX documents_by_folder ON documents (folder) WHERE folder IS NOT NULL;

-- user is not a foreign key, as in records.
CREATE TABLE pins (
    user TEXT    NOT NULL,
    doc  TEXT    NOT NULL REFERENCES documents (id),
    at   INTEGER NOT NULL,
    PRIMARY KEY (user, doc)
) STRICT, WITHOUT ROWID;

CREATE INDEX pins_by_doc ON pins (doc);

-- The text of a document as it is looked for, at a revision that may lag behind,
-- with the title that it had. It is made from the history again if it is lost.
CREATE TABLE texts (
    n         INTEGER PRIMARY KEY,
    doc       TEXT    NOT NULL UNIQUE REFERENCES documents (id),
    revision  INTEGER NOT NULL,
    title_key TEXT    NOT NULL,
    text      TEXT    NOT NULL
) STRICT;

-- The words of texts, by n: folded and parted by spaces, so that the tokenizer
-- has nothing left to decide.
CREATE VIRTUAL TABLE words USING fts5 (list, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');

-- The parts of a file are stored before its row: without one they are nothing.
CREATE TABLE files (
    id         TEXT    NOT NULL PRIMARY KEY,
    doc        TEXT    NOT NULL REFERENCES documents (id),
    user       TEXT    NOT NULL,
    type       TEXT    NOT NULL,
    bytes      INTEGER NOT NULL,
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    sha256     BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (doc, sha256)
) STRICT, WITHOUT ROWID;

CREATE TABLE file_parts (
    file TEXT    NOT NULL,
    n    INTEGER NOT NULL,
    data BLOB    NOT NULL,
    PRIMARY KEY (file, n)
) STRICT;
