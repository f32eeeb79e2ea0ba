-- What the list of documents needs: folders, pins, the trash, sorting by title,
-- the index of the full text; and the files of documents.

-- +goose Up

CREATE TABLE folders (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    name       text   NOT NULL,
    created_at bigint NOT NULL
);

-- title_key is the title's words, folded (see package persist): what titles are
-- sorted by and looked for in. '' stands for those that persist has not seen yet.
ALTER TABLE documents
    ADD COLUMN folder     text COLLATE "C" REFERENCES folders (id) ON DELETE SET NULL,
    ADD COLUMN trashed_at bigint,
    ADD COLUMN title_key  text COLLATE "C" NOT NULL DEFAULT '';

CREATE INDEX documents_by_created ON documents (created_at, id);
CREATE INDEX documents_by_title ON documents (title_key, id);
CREATE INDEX documents_by_folder ON documents (folder) WHERE folder IS NOT NULL;

-- "user" is not a foreign key, as in records.
CREATE TABLE pins (
    "user" text COLLATE "C" NOT NULL,
    doc    text COLLATE "C" NOT NULL REFERENCES documents (id),
    at     bigint NOT NULL,
    PRIMARY KEY ("user", doc)
);

CREATE INDEX pins_by_doc ON pins (doc);

-- The text of a document as it is looked for, at a revision that may lag behind,
-- with the title that it had, and its words. It is made from the history again
-- if it is lost.
CREATE TABLE texts (
    doc       text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES documents (id),
    revision  bigint   NOT NULL,
    title_key text COLLATE "C" NOT NULL,
    text      text     NOT NULL,
    words     tsvector NOT NULL
);

CREATE INDEX texts_by_words ON texts USING gin (words);

CREATE TABLE files (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    doc        text COLLATE "C" NOT NULL REFERENCES documents (id),
    "user"     text   NOT NULL,
    type       text   NOT NULL,
    bytes      bigint NOT NULL,
    width      bigint NOT NULL,
    height     bigint NOT NULL,
    sha256     bytea  NOT NULL,
    created_at bigint NOT NULL,
    UNIQUE (doc, sha256)
);

CREATE TABLE file_parts (
    file text COLLATE "C" NOT NULL,
    n    bigint NOT NULL,
    data bytea  NOT NULL,
    PRIMARY KEY (file, n)
);
