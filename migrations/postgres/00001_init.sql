-- Times are microseconds since 1970, UTC. Checksums are CRC-32C over all other
-- columns of the row (see package persist). Ids are compared byte by byte, so
-- that neither an index nor an order depends on the system's locales.

-- +goose Up

CREATE TABLE users (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    name       text    NOT NULL,
    color      text    NOT NULL,
    guest      boolean NOT NULL,
    created_at bigint  NOT NULL
);

-- owner, and "user" in records, are not foreign keys: a history outlives the
-- people who wrote it.
--
-- An append locks the row of its document, and changes nothing in it but
-- edited_minute, once a minute at most: the head and the time of the last edit
-- are those of the last record. A row that changed with every append would
-- leave a dead version behind each time.
CREATE TABLE documents (
    id            text COLLATE "C" NOT NULL PRIMARY KEY,
    kind          text   NOT NULL,
    title         text   NOT NULL,
    lineage       text   NOT NULL,
    owner         text   NOT NULL,
    created_at    bigint NOT NULL,
    edited_minute bigint NOT NULL -- since 1970, of the last record or the creation
);

CREATE INDEX documents_by_edited ON documents (edited_minute);

-- The log. The two keys are what makes an append a compare-and-append, and an
-- edit count once. doc is not a foreign key because an append, which alone
-- writes here, has locked the document's row; checking it again for each record
-- would cost more than the record.
CREATE TABLE records (
    doc      text COLLATE "C" NOT NULL,
    revision bigint NOT NULL CHECK (revision > 0),
    client   text COLLATE "C" NOT NULL,
    seq      bigint NOT NULL CHECK (seq > 0),
    "user"   text   NOT NULL,
    at       bigint NOT NULL,
    digest   bigint NOT NULL,
    op       bytea  NOT NULL,
    checksum bigint NOT NULL,
    CONSTRAINT records_pkey PRIMARY KEY (doc, revision),
    CONSTRAINT records_once UNIQUE (doc, client, seq)
);

CREATE TABLE snapshots (
    doc      text COLLATE "C" NOT NULL REFERENCES documents (id),
    revision bigint NOT NULL CHECK (revision > 0),
    op       bytea  NOT NULL,
    checksum bigint NOT NULL,
    PRIMARY KEY (doc, revision)
);

-- A login that has ended stays as a tombstone, so that a request which read it
-- before cannot write it back.
CREATE TABLE logins (
    token_hash text COLLATE "C" NOT NULL PRIMARY KEY,
    user_id    text COLLATE "C" NOT NULL,
    data       bytea  NOT NULL,
    expires_at bigint NOT NULL,
    created_at bigint NOT NULL,
    last_seen  bigint NOT NULL,
    ip         text   NOT NULL,
    agent      text   NOT NULL,
    ended_at   bigint
);

CREATE INDEX logins_by_user ON logins (user_id);

CREATE TABLE settings (
    key   text COLLATE "C" NOT NULL PRIMARY KEY,
    value bytea NOT NULL
);
