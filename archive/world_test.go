package archive_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/archive"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// stores makes an empty store of each kind.
func stores(t *testing.T) map[string]persist.Store {
	t.Helper()
	sqlite, err := persist.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"), zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sqlite.Close(); err != nil {
			t.Error(err)
		}
	})
	return map[string]persist.Store{"memory": persist.NewMemory(), "sqlite": sqlite}
}

var epoch = time.Date(2024, 2, 29, 23, 59, 59, 123_456_000, time.UTC)

const picture = "\x89PNG the bytes of a picture"

// isPicture takes what begins as picture does.
func isPicture(data []byte) (string, bool) {
	return "image/png", bytes.HasPrefix(data, []byte("\x89PNG"))
}

// write makes a document with a random history of some people, with pictures.
func write(t *testing.T, s persist.Store, id wire.DocID, kind ot.DocKind, records int, seed uint64) session.Document {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	r := rand.New(rand.NewPCG(seed, 5))
	ctx := t.Context()
	must(s.CreateDocument(ctx, session.Document{ID: id, Kind: kind, Title: "Title \"😀\" of " + string(id), Lineage: "lineage", Owner: "u0", Created: epoch}))
	for i := range 3 {
		u := persist.User{ID: wire.UserID(fmt.Sprint("u", i)), Name: fmt.Sprint("Person ", i), Color: fmt.Sprintf("#00000%d", i), Created: epoch}
		if _, err := s.User(ctx, u.ID); err != nil {
			must(s.CreateUser(ctx, u))
		}
	}
	if kind == ot.Rich {
		for i := range 2 {
			data := []byte(strings.Repeat(fmt.Sprint(picture, i), 1+i*8_000))
			_, err := s.PutFile(ctx, persist.File{ID: persist.FileID(fmt.Sprint(id, "p", i)), Doc: id, User: "u1", Type: "image/png", Width: 3, Height: 4, Created: epoch}, data, 1<<30)
			must(err)
		}
	}
	seqs := map[string]wire.Seq{}
	content := kind.Initial().Edit()
	var batch []session.Record
	for i := range records {
		op := randomOp(r, kind, content.Doc(), id)
		must(content.Apply(op))
		n := r.IntN(4) // one of them is nobody the store knows
		client := fmt.Sprint("c", n, "-", r.IntN(2))
		seqs[client] += 1 + wire.Seq(r.IntN(2))
		batch = append(batch, session.Record{
			Revision: wire.Revision(i + 1), Client: wire.ClientID(client), Seq: seqs[client], User: wire.UserID(fmt.Sprint("u", n)),
			At: epoch.Add(time.Duration(i) * 1_234_567 * time.Microsecond), Digest: r.Uint64() >> 1, Op: op,
		})
	}
	if len(batch) > 0 {
		must(s.Append(ctx, id, batch))
	}
	for n := range min(3, records+1) {
		at := wire.Revision(records * n / 3)
		must(s.NameRevision(ctx, id, persist.RevisionName{Revision: at, Name: fmt.Sprint("Name ", n), User: wire.UserID(fmt.Sprint("u", n)), At: epoch}, 100))
	}
	d, err := s.Document(ctx, id)
	must(err)
	return d
}

// randomOp is an edit that a document takes.
func randomOp(r *rand.Rand, kind ot.DocKind, doc ot.Doc, id wire.DocID) ot.Op {
	var b ot.Builder
	attrs, text := ot.Attrs{}, []string{"a", "<é>", "\n", "\u2028", "tab\t"}[r.IntN(5)]
	last := doc.Len()
	if kind == ot.Rich {
		last--
		if r.IntN(2) == 0 {
			attrs = ot.NewAttrs(map[string]ot.Value{"bold": ot.True})
		}
	}
	at := r.IntN(last + 1)
	b.Retain(at, ot.Attrs{})
	switch {
	case last > at && r.IntN(3) == 0:
		b.Delete(1 + r.IntN(last-at))
	case last > at && r.IntN(3) == 0 && kind == ot.Rich:
		b.Retain(last-at, ot.NewAttrs(map[string]ot.Value{"bold": ot.Null, "italic": ot.True}))
	case kind == ot.Rich && r.IntN(3) == 0:
		b.InsertEmbed(ot.NewEmbed("image", ot.StringValue([]string{
			archive.FileURL(id, persist.FileID(fmt.Sprint(id, "p", r.IntN(2)))), "https://example.com/x.png",
		}[r.IntN(2)])), attrs)
	default:
		b.Insert(text, attrs)
	}
	return b.Op()
}

func exported(t *testing.T, s persist.Store, doc wire.DocID, upTo wire.Revision) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := archive.Export(t.Context(), s, doc, upTo, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// contentAt is a document at a revision, with the addresses of its pictures made
// those of their bytes.
func contentAt(t *testing.T, s persist.Store, doc wire.DocID, at wire.Revision) string {
	t.Helper()
	d, err := session.ReadAt(t.Context(), s, doc, at)
	if err != nil {
		t.Fatal(err)
	}
	text := string(d.Op().AppendJSON(nil))
	files, err := s.Files(t.Context(), doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text = strings.ReplaceAll(text, archive.FileURL(doc, f.ID), fmt.Sprintf("%x", sha256.Sum256(f.SHA256[:])))
	}
	return text
}
