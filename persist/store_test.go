package persist_test

import (
	"path/filepath"
	"testing"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/persist/persisttest"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

func openSQLite(t *testing.T, path string) *persist.SQLite {
	t.Helper()
	s, err := persist.OpenSQLite(t.Context(), persist.SQLiteConfig{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func newSQLite(t *testing.T) *persist.SQLite {
	t.Helper()
	return openSQLite(t, filepath.Join(t.TempDir(), "collabd.db"))
}

func TestSQLite(t *testing.T) {
	persisttest.TestStore(t, persisttest.Fixture{
		Open: func(t *testing.T) persist.Store { return newSQLite(t) },
		Reopen: func(t *testing.T, s persist.Store) persist.Store {
			return openSQLite(t, s.(*persist.SQLite).Describe())
		},
		Damage: func(t *testing.T, s persist.Store, doc wire.DocID, revision wire.Revision, part string) {
			if part == "facts" || part == "ops" {
				s.(*persist.SQLite).Tamper(t, `UPDATE blocks SET `+part+` = CAST(substr(`+part+`, 1, 12) || x'7f' || substr(`+part+`, 14) AS BLOB)
					WHERE doc = ? AND first = ?`, string(doc), int64(revision))
				return
			}
			s.(*persist.SQLite).Tamper(t, `UPDATE `+part+`s SET op = CAST(substr(op, 1, 12) || x'7f' || substr(op, 14) AS BLOB) WHERE doc = ? AND revision = ?`,
				string(doc), int64(revision))
		},
		Forge: func(t *testing.T, s persist.Store, doc wire.DocID, snapshot session.Snapshot) {
			s.(*persist.SQLite).Forge(t, doc, snapshot)
		},
		DamageFile: func(t *testing.T, s persist.Store, id persist.FileID, part int) {
			s.(*persist.SQLite).Tamper(t, `UPDATE file_parts SET data = CAST(substr(data, 2) || 'x' AS BLOB) WHERE file = ? AND n = ?`, string(id), part)
		},
		Remove: func(t *testing.T, s persist.Store, doc wire.DocID, revision wire.Revision) {
			s.(*persist.SQLite).Tamper(t, `DELETE FROM records WHERE doc = ? AND revision = ?`, string(doc), int64(revision))
		},
	})
}

func TestMemory(t *testing.T) {
	persisttest.TestStore(t, persisttest.Fixture{
		Open: func(*testing.T) persist.Store { return persist.NewMemory() },
		Damage: func(t *testing.T, s persist.Store, doc wire.DocID, revision wire.Revision, part string) {
			s.(*persist.Memory).Damage(doc, revision, part)
		},
		Forge: func(t *testing.T, s persist.Store, doc wire.DocID, snapshot session.Snapshot) {
			s.(*persist.Memory).Forge(doc, snapshot)
		},
	})
}

// Every field of a record is under its checksum, not the op alone.
func TestChecksumCoversEveryField(t *testing.T) {
	for _, change := range []string{
		`client = client || 'x'`, `seq = seq + 10`, `user = user || 'x'`, `at = at + 1`, `digest = digest - 1`,
		`op = x'5b5d'`, `checksum = checksum + 1`,
	} {
		t.Run(change, func(t *testing.T) {
			s := newSQLite(t)
			fill(t, s, "doc", 3)
			s.Tamper(t, `UPDATE records SET `+change+` WHERE revision = 2`)
			if _, err := s.Records(t.Context(), "doc", 0, 3); !isDamaged(err, 2) {
				t.Errorf("error is %v", err)
			}
		})
	}
	t.Run("doc and revision", func(t *testing.T) {
		s := newSQLite(t)
		fill(t, s, "doc", 3)
		fill(t, s, "other", 2)
		s.Tamper(t, `UPDATE records SET doc = 'other', client = 'else' WHERE doc = 'doc' AND revision = 3`)
		if _, err := s.Records(t.Context(), "other", 0, 3); !isDamaged(err, 3) {
			t.Errorf("a record of another document is read: %v", err)
		}
		s.Tamper(t, `DELETE FROM records WHERE doc = 'doc' AND revision = 1`)
		s.Tamper(t, `UPDATE records SET revision = 1 WHERE doc = 'doc' AND revision = 2`)
		if _, err := s.Records(t.Context(), "doc", 0, 1); !isDamaged(err, 1) {
			t.Errorf("a record of another revision is read: %v", err)
		}
	})
}
