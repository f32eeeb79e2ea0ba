package persist

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Tamper runs a statement behind the back of the store.
func (s *SQLite) Tamper(t *testing.T, query string, args ...any) {
	t.Helper()
	err := s.write(t.Context(), func(tx *writeTx) error {
		return changedOne(tx.exec(query, args...))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Forge replaces a stored snapshot; its checksum is right.
func (s *SQLite) Forge(t *testing.T, doc wire.DocID, snapshot session.Snapshot) {
	t.Helper()
	row := encodeSnapshot(doc, snapshot)
	s.Tamper(t, `UPDATE snapshots SET op = ?, checksum = ? WHERE doc = ? AND revision = ?`,
		row.op, row.checksum, row.doc, row.revision)
}

// Pragma asks a connection that reads, or the one that writes.
func (s *SQLite) Pragma(t *testing.T, write bool, name string) (value string) {
	t.Helper()
	var err error
	if write {
		err = s.write(t.Context(), func(tx *writeTx) error { return tx.row("PRAGMA "+name, nil, &value) })
	} else {
		err = s.readDB.QueryRowContext(context.Background(), "PRAGMA "+name).Scan(&value)
	}
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// Damage flips a bit of a stored op.
func (m *Memory) Damage(doc wire.DocID, revision wire.Revision, part string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.docs[doc]
	block := slices.IndexFunc(d.blocks, func(b blockRow) bool { return b.first == int64(revision) })
	switch part {
	case PartRecord:
		d.records[revision-1].op[12] ^= 1
	case "facts":
		d.blocks[block].facts[12] ^= 1
	case "ops":
		d.blocks[block].ops[12] ^= 1
	default:
		d.snapshots[revision].op[12] ^= 1
	}
}

// Forge replaces a stored snapshot; its checksum is right.
func (m *Memory) Forge(doc wire.DocID, snapshot session.Snapshot) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.docs[doc].snapshots[snapshot.Revision] = encodeSnapshot(doc, snapshot)
}

// Commits is the number of transactions that were committed.
func (s *SQLite) Commits() uint64 { return s.writer.commits.Load() }

// URL is where the store is, password included.
func (s *Postgres) URL() string { return s.cfg.URL }

// Tamper runs a statement behind the back of the store.
func (s *Postgres) Tamper(t testing.TB, query string, args ...any) {
	t.Helper()
	if err := s.update(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// Forge replaces a stored snapshot; its checksum is right.
func (s *Postgres) Forge(t *testing.T, doc wire.DocID, snapshot session.Snapshot) {
	t.Helper()
	row := encodeSnapshot(doc, snapshot)
	s.Tamper(t, `UPDATE snapshots SET op = $1, checksum = $2 WHERE doc = $3 AND revision = $4`,
		row.op, row.checksum, row.doc, row.revision)
}

// Connect lets the pool have n connections that nobody uses.
func (s *Postgres) Connect(t *testing.T, n int) {
	t.Helper()
	for range n {
		c, err := s.pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Release()
	}
}

// Commits is the number of transactions of appends that were committed.
func (s *Postgres) Commits() uint64 { return s.appends.commits.Load() }

// SetPragma sets one of the connection that writes.
func (s *SQLite) SetPragma(t *testing.T, name string, value int) {
	t.Helper()
	err := s.write(t.Context(), func(tx *writeTx) error {
		_, err := tx.exec(fmt.Sprintf("PRAGMA %s = %d", name, value))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
