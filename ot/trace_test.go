package ot_test

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/collabd/collabd/ot"
)

// TestTraces replays recorded sequential sessions from the folder
// COLLABD_TRACES (*.jsonl.gz: a header, then one splice [pos, deleted,
// "inserted"] a line) and compares the hash of the final text. A session of its
// own, random one, is replayed always, against a slice of units.
func TestTraces(t *testing.T) {
	t.Run("random", func(t *testing.T) {
		r := newSource(1)
		d, text := ot.NewDoc(), []rune(nil)
		for range 5000 {
			at := r.IntN(len(text) + 1)
			gone := min(r.IntN(3), len(text)-at)
			typed := []rune(r.text())
			d = splice(t, d, len(utf16Of(string(text[:at]))), len(utf16Of(string(text[at:at+gone]))), string(typed))
			text = append(text[:at:at], append(typed, text[at+gone:]...)...)
		}
		if d.Text() != string(text) {
			t.Error("the final text differs")
		}
	})
	dir := os.Getenv("COLLABD_TRACES")
	if dir == "" {
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("COLLABD_TRACES: no *.jsonl.gz (%v)", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) { replay(t, name) })
	}
}

func replay(t *testing.T, name string) {
	session, sum := readSession(t, name)
	if session == nil {
		t.Log("not sequential: not for this test")
		return
	}
	d, e := ot.NewDoc(), ot.NewDoc().Edit()
	var b ot.Builder
	for _, s := range session {
		d = splice(t, d, s.pos, s.gone, s.text)
		if err := e.Apply(s.build(&b).View()); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range []string{d.Text(), e.Doc().Text()} {
		if got := sha256Of(text); got != sum {
			t.Errorf("final text has hash %s, want %s", got, sum)
		}
	}
	if d.Hash() != e.Doc().Hash() {
		t.Error("the same document, another hash")
	}
	t.Logf("%d edits", len(session))
}

// edit is one line of a session.
type edit struct {
	pos, gone int
	text      string
}

func (e edit) build(b *ot.Builder) *ot.Builder {
	return b.Retain(e.pos, ot.Attrs{}).Insert(e.text, ot.Attrs{}).Delete(e.gone)
}

// readSession returns a recorded session and the hash of its final text, or
// nothing if it is not sequential.
func readSession(t testing.TB, name string) ([]edit, string) {
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var header struct{ Kind, FinalSha256 string }
	var session []edit
	for line := range lines(t, z) {
		if header.Kind == "" {
			if err := json.Unmarshal(line, &header); err != nil {
				t.Fatal(err)
			}
			if header.Kind != "sequential" {
				return nil, ""
			}
			continue
		}
		var e edit
		fields := []any{&e.pos, &e.gone, &e.text}
		if err := json.Unmarshal(line, &fields); err != nil {
			t.Fatal(err)
		}
		session = append(session, e)
	}
	return session, header.FinalSha256
}

func sha256Of(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func splice(t *testing.T, d ot.Doc, pos, gone int, text string) ot.Doc {
	t.Helper()
	next, err := d.Apply(edit{pos, gone, text}.build(new(ot.Builder)).Op())
	if err != nil {
		t.Fatalf("at %d: %v", pos, err)
	}
	return next
}
