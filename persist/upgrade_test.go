package persist

import (
	"context"
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/rs/zerolog"

	"github.com/collabd/collabd/migrations"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// oldDatabases makes databases as the program made them whose last migration had
// that version, and returns what opens them.
func oldDatabases(t *testing.T, version int64) map[string]string {
	begin := func(db *sql.DB, dialect goose.Dialect, p *goose.Provider, err error) {
		t.Helper()
		if err == nil {
			_, err = p.UpTo(t.Context(), version)
		}
		if err != nil {
			t.Fatalf("%s: %v", dialect, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "old.db")
	lite, err := sql.Open("sqlite", dataSource(path, "_pragma=journal_mode(WAL)"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, lite, migrations.SQLite(), goose.WithDisableGlobalRegistry(true))
	begin(lite, goose.DialectSQLite3, p, err)

	url := pgclustertest.Database(t)
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	db := stdlib.OpenDB(*cfg)
	p, err = goose.NewProvider(goose.DialectPostgres, db, migrations.Postgres(), goose.WithDisableGlobalRegistry(true), goose.WithTableName(pgVersionsTable))
	begin(db, goose.DialectPostgres, p, err)
	return map[string]string{"sqlite": path, "postgres": url}
}

// Documents of before are in the list, in each order, and are found by their
// titles at once and by their texts when those are stored.
func TestDocumentsOfBefore(t *testing.T) {
	urls := oldDatabases(t, 1) // it had no lists
	insert := map[string]string{
		"sqlite":   `INSERT INTO documents (id, kind, title, lineage, owner, created_at, edited_at) VALUES (?, 'text', ?, 'l', 'u', ?, ?)`,
		"postgres": `INSERT INTO documents (id, kind, title, lineage, owner, created_at, edited_minute) VALUES ($1, 'text', $2, 'l', 'u', $3, $4)`,
	}
	for name, url := range urls {
		t.Run(name, func(t *testing.T) {
			driver, source := "sqlite", dataSource(url)
			if name == "postgres" {
				driver, source = "pgx", url
			}
			db, err := sql.Open(driver, source)
			if err != nil {
				t.Fatal(err)
			}
			for i, title := range []string{"zwei", "Äpfel", "", "😀", "birne"} {
				if _, err := db.Exec(insert[name], string(rune('a'+i)), title, i, 0); err != nil {
					t.Fatal(err)
				}
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second start finds all done
				s, err := Open(t.Context(), url, zerolog.Nop())
				if err != nil {
					t.Fatal(err)
				}
				for sort, want := range map[Sort][]wire.DocID{SortName: {"c", "d", "b", "e", "a"}, SortCreated: {"e", "d", "c", "b", "a"}} {
					var got []wire.DocID
					page, _, err := s.List(t.Context(), ListQuery{Sort: sort, Limit: 10})
					for _, e := range page {
						got = append(got, e.ID)
					}
					if err != nil || !slices.Equal(got, want) {
						t.Errorf("by %s: %v, %v", sort, got, err)
					}
				}
				found, err := s.Search(t.Context(), SearchQuery{Text: "apf", Limit: 10})
				if err != nil || len(found) != 1 || found[0].ID != "b" {
					t.Errorf("found are %+v, %v", found, err)
				}
				behind, err := s.TextsBehind(t.Context(), "", 10)
				if err != nil || len(behind) != 5 {
					t.Errorf("behind are %v, %v", behind, err)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// A history of before, with its snapshots as they were stored then, is read, goes
// on and is packed.
func TestHistoryOfBefore(t *testing.T) {
	const n = 3000
	binds := map[string]string{"sqlite": "(?, ?, ?, ?, ?, ?, ?, ?, ?)", "postgres": "($1, $2, $3, $4, $5, $6, $7, $8, $9)"}
	for name, url := range oldDatabases(t, 2) {
		t.Run(name, func(t *testing.T) {
			driver, source, edited := "sqlite", dataSource(url), "edited_at"
			if name == "postgres" {
				driver, source, edited = "pgx", url, "edited_minute"
			}
			db, err := sql.Open(driver, source)
			if err != nil {
				t.Fatal(err)
			}
			db.SetMaxOpenConns(1) // one transaction
			put := func(statement string, args ...any) {
				t.Helper()
				if _, err := db.Exec(statement, args...); err != nil {
					t.Fatal(err)
				}
			}
			put(`INSERT INTO documents (id, kind, title, lineage, owner, created_at, ` + edited + `) VALUES ('doc', 'text', '', 'l', 'u', 0, 0)`)
			records := lettersOf(1, n)
			put(`BEGIN`)
			for _, r := range records {
				row := encodeRecord("doc", r)
				put(`INSERT INTO records (doc, revision, client, seq, "user", at, digest, op, checksum) VALUES `+binds[name],
					row.doc, row.revision, row.client, row.seq, row.user, row.at, row.digest, row.op, row.checksum)
			}
			for revision := 1000; revision <= n; revision += 1000 {
				row := snapshotRow{doc: "doc", revision: int64(revision)}
				op := (&ot.Builder{}).Insert(strings.Repeat("x", revision), ot.Attrs{}).Op()
				if row.op, _ = op.AppendBinary(nil); revision == 1000 {
					row.op = op.AppendJSON(nil)
				}
				row.checksum = row.sum()
				put(`INSERT INTO snapshots (doc, revision, op, checksum) VALUES (`+map[string]string{"sqlite": "?, ?, ?, ?", "postgres": "$1, $2, $3, $4"}[name]+`)`,
					row.doc, row.revision, row.op, row.checksum)
			}
			put(`COMMIT`)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), url, zerolog.Nop())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			read := func(when string) {
				t.Helper()
				for _, at := range []wire.Revision{1, 1000, 1500, 3000} {
					if d, err := session.ReadAt(t.Context(), s, "doc", at); err != nil || d.Text() != strings.Repeat("x", int(at)) {
						t.Errorf("%s, revision %d: %d units, %v", when, at, d.Len(), err)
					}
				}
				if _, err := s.Verify(t.Context(), "doc"); err != nil {
					t.Errorf("%s: %v", when, err)
				}
			}
			read("before")
			done, err := s.Pack(t.Context(), "doc", time.Now())
			if err != nil || done.Records != n || done.Snapshots != 2 {
				t.Errorf("packed are %+v, %v", done, err)
			}
			read("after")
			sizes, err := s.Sizes(t.Context(), "", 1)
			if err != nil || sizes[0].Snapshots.Count != 1 || sizes[0].Snapshots.Bytes > 200 {
				t.Errorf("the snapshots are not compressed: %+v, %v", sizes, err)
			}
			if err := s.Append(t.Context(), "doc", lettersOf(n+1, 1)); err != nil {
				t.Error(err)
			}
		})
	}
}

// What a crash leaves of a file that was being stored is gone after the next
// start, and no file is harmed.
func TestLostPartsOfFiles(t *testing.T) {
	cfg := SQLiteConfig{Path: filepath.Join(t.TempDir(), "x.db")}
	reopen := func(s *SQLite) *SQLite {
		t.Helper()
		if s != nil {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		s, err := OpenSQLite(context.Background(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := reopen(nil)
	if err := s.CreateDocument(t.Context(), session.Document{ID: "doc", Kind: ot.Text, Lineage: "l"}); err != nil {
		t.Fatal(err)
	}
	f, err := s.PutFile(t.Context(), File{ID: "whole", Doc: "doc", Type: "image/png"}, make([]byte, 3*filePart), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	s.Tamper(t, `INSERT INTO file_parts (file, n, data) SELECT 'lost', n, data FROM file_parts`)
	s = reopen(s)
	defer func() { _ = s.Close() }()
	if _, err := s.FilePart(t.Context(), "lost", 1); err == nil {
		t.Error("the lost parts are there")
	}
	if _, err := readFile(t.Context(), s, f); err != nil {
		t.Error(err)
	}
}
