package persist_test

import (
	"context"
	"sync"
	"testing"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/persist/persisttest"
	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

func openPostgres(t testing.TB, url string) *persist.Postgres {
	t.Helper()
	s, err := persist.OpenPostgres(t.Context(), persist.PostgresConfig{URL: url})
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

func newPostgres(t testing.TB) *persist.Postgres {
	t.Helper()
	return openPostgres(t, pgclustertest.Database(t))
}

func TestPostgres(t *testing.T) {
	again := func(t *testing.T, s persist.Store) persist.Store { return openPostgres(t, s.(*persist.Postgres).URL()) }
	persisttest.TestStore(t, persisttest.Fixture{
		Open:   func(t *testing.T) persist.Store { return newPostgres(t) },
		Reopen: again,
		Share:  again,
		OpenShared: func(t *testing.T, n int) []persist.Store {
			url := pgclustertest.Database(t)
			stores := make([]persist.Store, n)
			var wg sync.WaitGroup
			for i := range stores {
				wg.Go(func() {
					s, err := persist.OpenPostgres(context.Background(), persist.PostgresConfig{URL: url})
					if err != nil {
						t.Error(err)
						return
					}
					stores[i] = s
				})
			}
			wg.Wait()
			if t.Failed() {
				t.FailNow()
			}
			return stores
		},
		Damage: func(t *testing.T, s persist.Store, doc wire.DocID, revision wire.Revision, part string) {
			if part == "facts" || part == "ops" {
				s.(*persist.Postgres).Tamper(t, `UPDATE blocks SET `+part+` = set_byte(`+part+`, 12, get_byte(`+part+`, 12) # 1) WHERE doc = $1 AND first = $2`,
					string(doc), int64(revision))
				return
			}
			s.(*persist.Postgres).Tamper(t, `UPDATE `+part+`s SET op = set_byte(op, 12, get_byte(op, 12) # 1) WHERE doc = $1 AND revision = $2`,
				string(doc), int64(revision))
		},
		DamageFile: func(t *testing.T, s persist.Store, id persist.FileID, part int) {
			s.(*persist.Postgres).Tamper(t, `UPDATE file_parts SET data = set_byte(data, 12, get_byte(data, 12) # 1) WHERE file = $1 AND n = $2`, string(id), part)
		},
		Forge: func(t *testing.T, s persist.Store, doc wire.DocID, snapshot session.Snapshot) {
			s.(*persist.Postgres).Forge(t, doc, snapshot)
		},
		Remove: func(t *testing.T, s persist.Store, doc wire.DocID, revision wire.Revision) {
			s.(*persist.Postgres).Tamper(t, `DELETE FROM records WHERE doc = $1 AND revision = $2`, string(doc), int64(revision))
		},
	})
}
