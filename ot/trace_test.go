package ot_test

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

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
	type patch struct {
		pos, gone int
		text      string
	}
	var patches []patch
	for line := range lines(t, z) {
		if header.Kind == "" {
			if err := json.Unmarshal(line, &header); err != nil {
				t.Fatal(err)
			}
			if header.Kind != "sequential" {
				t.Logf("kind %s: not for this test", header.Kind)
				return
			}
			continue
		}
		var p patch
		fields := []any{&p.pos, &p.gone, &p.text}
		if err := json.Unmarshal(line, &fields); err != nil {
			t.Fatal(err)
		}
		patches = append(patches, p)
	}
	start, d := time.Now(), ot.NewDoc()
	for _, p := range patches {
		d = splice(t, d, p.pos, p.gone, p.text)
	}
	took := time.Since(start)
	sum := sha256.Sum256([]byte(d.Text()))
	if got := hex.EncodeToString(sum[:]); got != header.FinalSha256 {
		t.Errorf("final text has hash %s, want %s", got, header.FinalSha256)
	}
	t.Logf("%d edits in %v: %.0f edits/s", len(patches), took, float64(len(patches))/took.Seconds())
}

func splice(t *testing.T, d ot.Doc, pos, gone int, text string) ot.Doc {
	t.Helper()
	var b ot.Builder
	next, err := d.Apply(b.Retain(pos, ot.Attrs{}).Insert(text, ot.Attrs{}).Delete(gone).Op())
	if err != nil {
		t.Fatalf("at %d: %v", pos, err)
	}
	return next
}
