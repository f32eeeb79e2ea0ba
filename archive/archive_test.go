package archive_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/collabd/collabd/archive"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

func options() archive.Options { return archive.Options{Importer: "u1", Image: isPicture} }

// What was exported is the same document at every revision, with the same facts.
func TestSameHistory(t *testing.T) {
	for name, s := range stores(t) {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(8) {
				kind := []ot.DocKind{ot.Rich, ot.Text}[seed%2]
				d := write(t, s, wire.DocID(fmt.Sprint("doc", seed)), kind, []int{0, 1, 30, 120}[seed/2], seed)
				for _, upTo := range []wire.Revision{d.Head, d.Head / 2} {
					file := exported(t, s, d.ID, upTo)
					got, err := archive.Import(t.Context(), s, bytes.NewReader(file), options())
					if err != nil {
						t.Fatalf("seed %d: %v", seed, err)
					}
					compare(t, s, d.ID, upTo, got)
					again := exported(t, s, got.Document.ID, upTo)
					if x, y := strings.Count(string(file), "\n"), strings.Count(string(again), "\n"); x != y {
						t.Errorf("seed %d: the second export has %d lines, not %d", seed, y, x)
					}
				}
			}
		})
	}
}

// A history of many batches and snapshots.
func TestLongHistory(t *testing.T) {
	s := persist.NewMemory()
	d := write(t, s, "doc", ot.Text, 9_000, 1)
	got, err := archive.Import(t.Context(), s, bytes.NewReader(exported(t, s, d.ID, d.Head)), options())
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []wire.Revision{0, 1, 2047, 2048, 2049, 4095, 4096, 4097, 8191, 8192, 8193, 9_000} {
		if contentAt(t, s, d.ID, at) != contentAt(t, s, got.Document.ID, at) {
			t.Errorf("revision %d differs", at)
		}
	}
	for upTo, want := range map[wire.Revision]wire.Revision{4095: 0, 4096: 4096, 8192: 8192, 9_000: 9_000} {
		if snap, err := s.Snapshot(t.Context(), got.Document.ID, upTo); err != nil || snap.Revision != want {
			t.Errorf("the snapshot before %d is that of %d: %v", upTo, snap.Revision, err)
		}
	}
	if _, err := s.Verify(t.Context(), got.Document.ID); err != nil {
		t.Error(err)
	}
}

func compare(t *testing.T, s persist.Store, was wire.DocID, head wire.Revision, got archive.Imported) {
	t.Helper()
	d, err := s.Entry(t.Context(), "u1", got.Document.ID)
	if err != nil {
		t.Fatal(err)
	}
	original, err := s.Document(t.Context(), was)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case d.Document != got.Document:
		t.Errorf("stored %+v, told %+v", d.Document, got.Document)
	case d.ID == was || d.Lineage == original.Lineage || d.Title != original.Title || d.Owner != "u1" || !d.Trashed.IsZero():
		t.Errorf("%+v of %+v", d, original)
	case d.Head != head || !d.Created.Equal(original.Created):
		t.Errorf("%+v of %+v", d, original)
	}
	for at := range head + 1 {
		if got, want := contentAt(t, s, d.ID, at), contentAt(t, s, was, at); got != want {
			t.Fatalf("revision %d is %s, not %s", at, got, want)
		}
	}
	if _, err := s.Verify(t.Context(), d.ID); err != nil {
		t.Error(err)
	}
	compareFacts(t, s, was, d.ID, head)
	before, err := s.RevisionNames(t.Context(), was)
	if err != nil {
		t.Fatal(err)
	}
	before = slices.DeleteFunc(before, func(n persist.RevisionName) bool { return n.Revision > head })
	after, err := s.RevisionNames(t.Context(), d.ID)
	if err != nil || len(before) != len(after) {
		t.Fatalf("%d names, not %d: %v", len(after), len(before), err)
	}
	for i, n := range after {
		if o := before[i]; n.Revision != o.Revision || n.Name != o.Name || !n.At.Equal(o.At) || (n.User == o.User) != (n.User == "u1") {
			t.Errorf("%+v was %+v", n, o)
		}
	}
}

// compareFacts: the same times, and people and clients who correspond.
func compareFacts(t *testing.T, s persist.Store, was, is wire.DocID, head wire.Revision) {
	t.Helper()
	before, err := s.Facts(t.Context(), was, 0, head)
	if err != nil {
		t.Fatal(err)
	}
	after, err := s.Facts(t.Context(), is, 0, head)
	if err != nil {
		t.Fatal(err)
	}
	people, clients := map[wire.UserID]wire.UserID{}, map[wire.ClientID]wire.ClientID{}
	for i, f := range after {
		old := before[i]
		if _, known := people[old.User]; !known {
			people[old.User] = f.User
		}
		if _, known := clients[old.Client]; !known {
			clients[old.Client] = f.Client
		}
		if !f.At.Equal(old.At) || people[old.User] != f.User || clients[old.Client] != f.Client {
			t.Fatalf("revision %d: %+v of %+v", f.Revision, f, old)
		}
		if f.Client == old.Client {
			t.Fatal("a client of the old document is in the new one")
		}
		if (f.User == old.User) != (f.User == "u1") {
			t.Fatalf("%s became %s", old.User, f.User)
		}
		u, err := s.User(t.Context(), f.User)
		if err != nil {
			t.Fatal(err)
		}
		if o, err := s.User(t.Context(), old.User); err == nil && (u.Name != o.Name || u.Color != o.Color) || err != nil && u.Name != "Unknown" {
			t.Fatalf("%+v was %+v", u, o)
		}
		if u.ID != "u1" && !u.Guest {
			t.Fatalf("%+v is no guest", u)
		}
	}
	if len(people) != len(uniqueValues(people)) || len(clients) != len(uniqueValues(clients)) {
		t.Error("two people or clients have become one")
	}
}

func uniqueValues[K, V comparable](m map[K]V) map[V]bool {
	seen := map[V]bool{}
	for _, v := range m {
		seen[v] = true
	}
	return seen
}

// A compressed file is read as well, and an operator may keep the people.
func TestGzipAndPeople(t *testing.T) {
	s := persist.NewMemory()
	d := write(t, s, "doc", ot.Rich, 50, 3)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := archive.Export(t.Context(), s, d.ID, d.Head, z); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := archive.Import(t.Context(), s, bytes.NewReader(b.Bytes()), archive.Options{KeepPeople: true, Title: "another\ntitle", Image: isPicture})
	if err != nil {
		t.Fatal(err)
	}
	if got.Document.Title != "another title" || got.Document.Owner != "" || got.People != 1 || got.Files != 2 {
		t.Errorf("%+v", got)
	}
	before, _ := s.Facts(t.Context(), "doc", 0, d.Head)
	after, err := s.Facts(t.Context(), got.Document.ID, 0, d.Head)
	if err != nil {
		t.Fatal(err)
	}
	for i := range before {
		if before[i].User != "u3" && before[i].User != after[i].User {
			t.Fatalf("revision %d is by %s, was by %s", i+1, after[i].User, before[i].User)
		}
	}
}

// A file that is not what Export writes is refused, and nothing is stored.
func TestRefused(t *testing.T) {
	s := persist.NewMemory()
	d := write(t, s, "doc", ot.Rich, 30, 1)
	good := string(exported(t, s, d.ID, d.Head))
	lines := strings.SplitAfter(good, "\n")
	first := func(prefix string) int {
		for i, l := range lines {
			if strings.HasPrefix(l, prefix) {
				return i
			}
		}
		t.Fatalf("no line %s", prefix)
		return 0
	}
	swap := func(i, j int) string {
		l := append([]string(nil), lines...)
		l[i], l[j] = l[j], l[i]
		return strings.Join(l, "")
	}
	without := func(i int) string {
		return strings.Join(append(append([]string(nil), lines[:i]...), lines[i+1:]...), "")
	}
	edit := func(i int, old, new string) string {
		l := append([]string(nil), lines...)
		if l[i] = strings.Replace(l[i], old, new, 1); l[i] == lines[i] {
			t.Fatalf("%q is not in line %d", old, i+1)
		}
		return strings.Join(l, "")
	}
	rec, file, person, end := first(`{"record"`), first(`{"file"`), first(`{"person"`), len(lines)-2
	for name, c := range map[string]struct {
		file string
		lim  archive.Limits
		want error
	}{
		"empty":                      {"", archive.Limits{}, archive.ErrUnreadable},
		"another format":             {"{}\n", archive.Limits{}, archive.ErrUnreadable},
		"not gzip":                   {"\x1f\x8bxxxxxxxxxxxxxxxxxxxxxxxx", archive.Limits{}, archive.ErrUnreadable},
		"a newer version":            {edit(0, `"version":1`, `"version":2`), archive.Limits{}, archive.ErrUnreadable},
		"another kind":               {edit(0, `"rich"`, `"sheet"`), archive.Limits{}, archive.ErrUnreadable},
		"the wrong kind":             {edit(0, `"rich"`, `"text"`), archive.Limits{}, archive.ErrUnreadable},
		"cut off":                    {without(end), archive.Limits{}, archive.ErrUnreadable},
		"cut in a line":              {good[:len(good)-10], archive.Limits{}, archive.ErrUnreadable},
		"something behind":           {good + `{"person":{}}`, archive.Limits{}, archive.ErrUnreadable},
		"an unknown line":            {strings.Replace(good, `{"end"`, "{\"what\":1}\n{\"end\"", 1), archive.Limits{}, archive.ErrUnreadable},
		"a record is missing":        {without(rec + 5), archive.Limits{}, archive.ErrUnreadable},
		"a name is missing":          {without(end - 1), archive.Limits{}, archive.ErrUnreadable},
		"the last record is missing": {without(first(`{"name"`) - 1), archive.Limits{}, archive.ErrUnreadable},
		"a record twice":             {strings.Replace(good, lines[rec], lines[rec]+lines[rec], 1), archive.Limits{}, archive.ErrUnreadable},
		"records out of order":       {swap(rec+6, rec+7), archive.Limits{}, archive.ErrUnreadable},
		"a picture too late":         {swap(file, end-1), archive.Limits{}, archive.ErrUnreadable},
		"a part is missing":          {without(file + 1), archive.Limits{}, archive.ErrUnreadable},
		"a person is missing":        {without(person), archive.Limits{}, archive.ErrUnreadable},
		"another hash":               {edit(end, `"hash":"`, `"hash":"0`), archive.Limits{}, archive.ErrUnreadable},
		"another picture":            {edit(file, `"sha256":"`, `"sha256":"0`), archive.Limits{}, archive.ErrUnreadable},
		"a picture of another kind":  {edit(file, `image/png`, `text/html`), archive.Limits{}, archive.ErrUnreadable},
		"half a pair":                {edit(rec, `"op":[`, `"op":[{"insert":"\ud800"},`), archive.Limits{}, archive.ErrUnreadable},
		"a script":                   {edit(rec, `"op":[`, `"op":[{"insert":"x","attributes":{"link":"javascript:x"}},`), archive.Limits{}, archive.ErrUnreadable},
		"beyond the end":             {edit(rec, `"op":[`, `"op":[{"retain":99},{"delete":1},`), archive.Limits{}, archive.ErrUnreadable},
		"a name twice":               {edit(rec, `"seq":`, `"seq":1,"seq":`), archive.Limits{}, archive.ErrUnreadable},
		"in the future":              {edit(rec, `"at":"2024`, `"at":"2924`), archive.Limits{}, archive.ErrUnreadable},
		"before there was time":      {edit(rec, `"at":"2024`, `"at":"0001`), archive.Limits{}, archive.ErrUnreadable},
		"seq 0":                      {edit(rec, `"seq":1`, `"seq":0`), archive.Limits{}, archive.ErrUnreadable},
		"a client from nowhere":      {edit(rec, `"client":0`, `"client":1`), archive.Limits{}, archive.ErrUnreadable},
		"too many records":           {good, archive.Limits{Records: 29}, archive.ErrTooLarge},
		"too many people":            {good, archive.Limits{People: 2}, archive.ErrTooLarge},
		"too many names":             {good, archive.Limits{Names: 2}, archive.ErrTooLarge},
		"a name of nothing":          {edit(first(`{"name"`), `"revision":`, `"revision":9`), archive.Limits{}, archive.ErrUnreadable},
		"too many bytes":             {good, archive.Limits{Bytes: 1000}, archive.ErrTooLarge},
		"too long a line":            {good, archive.Limits{LineBytes: 100}, archive.ErrTooLarge},
		"too large a picture":        {good, archive.Limits{FileBytes: 100}, archive.ErrTooLarge},
		"too large pictures":         {good, archive.Limits{FilesBytes: 100}, archive.ErrTooLarge},
		"too large a document":       {good, archive.Limits{DocumentUnits: 2}, archive.ErrTooLarge},
		"too much is formatted":      {good, archive.Limits{FormattedUnits: 1}, archive.ErrTooLarge},
		"too large an op":            {good, archive.Limits{Op: ot.Limits{Bytes: 5}}, archive.ErrUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			s := persist.NewMemory()
			opt := options()
			opt.Limits = c.lim
			_, err := archive.Import(t.Context(), s, strings.NewReader(c.file), opt)
			if !errors.Is(err, c.want) {
				t.Fatalf("%v, expected %v", err, c.want)
			}
			docs, _, err := s.ListDocuments(t.Context(), 10, "")
			if err != nil {
				t.Fatal(err)
			}
			if c.want != nil && len(docs) != 0 {
				t.Error("something was stored")
			}
		})
	}
}

// failing is a store whose appends fail after some.
type failing struct {
	persist.Store
	left int
}

var errBroken = errors.New("broken")

// Append fails when it is due.
func (f *failing) Append(ctx context.Context, doc wire.DocID, records []session.Record) error {
	if f.left--; f.left < 0 {
		return errBroken
	}
	return f.Store.Append(ctx, doc, records)
}

// Half a document is seen by nobody who looks at the list.
func TestStoreFails(t *testing.T) {
	s := persist.NewMemory()
	d := write(t, s, "doc", ot.Text, 5_000, 2)
	file := exported(t, s, d.ID, d.Head)
	for left := range 3 {
		to := &failing{persist.NewMemory(), left}
		if _, err := archive.Import(t.Context(), to, bytes.NewReader(file), options()); !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
		page, _, err := to.List(t.Context(), persist.ListQuery{Limit: 10})
		if err != nil || len(page) != 0 {
			t.Errorf("listed %v, %v", page, err)
		}
	}
}

// A bomb costs what the limit allows.
func TestBomb(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.CopyN(z, zeros{}, 64<<20); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := archive.Import(t.Context(), persist.NewMemory(), bytes.NewReader(b.Bytes()), options())
	if !errors.Is(err, archive.ErrTooLarge) {
		t.Errorf("%v", err)
	}
}

type zeros struct{}

// Read implements io.Reader.
func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// However a file is damaged, it is refused or says what it said.
func FuzzArchive(f *testing.F) {
	f.Add([]byte(`{"collabd":"history","version":1,"kind":"text","title":"","created_at":"2024-01-01T00:00:00Z","head":1}
{"person":{"id":"a","name":"A","color":"#000000"}}
{"record":{"revision":1,"person":0,"client":0,"seq":1,"at":"2024-01-01T00:00:00Z","op":[{"insert":"x"}]}}
{"end":{"head":1,"files":0,"names":0,"hash":"0000007900000079"}}
`))
	f.Fuzz(func(t *testing.T, file []byte) {
		s := persist.NewMemory()
		opt := options()
		opt.Limits.Bytes, opt.Limits.DocumentUnits = 1<<20, 1<<16
		got, err := archive.Import(t.Context(), s, bytes.NewReader(file), opt)
		if err != nil {
			if !errors.Is(err, archive.ErrUnreadable) && !errors.Is(err, archive.ErrTooLarge) {
				t.Fatal(err)
			}
			return
		}
		exportedAgain := &bytes.Buffer{}
		if err := archive.Export(t.Context(), s, got.Document.ID, got.Document.Head, exportedAgain); err != nil {
			t.Fatal(err)
		}
	})
}
