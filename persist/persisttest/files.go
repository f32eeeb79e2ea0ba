package persisttest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const plenty = 1 << 40

// bytesOf makes a file of n bytes.
func bytesOf(seed uint64, n int) []byte {
	rnd, b := rand.New(rand.NewPCG(seed, 1)), make([]byte, n)
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return b
}

func (w *world) file(id persist.FileID, doc wire.DocID) persist.File {
	return persist.File{ID: id, Doc: doc, User: "ana", Type: "image/png", Width: 3, Height: 4, Created: epoch}
}

func (w *world) put(id persist.FileID, data []byte) persist.File {
	w.t.Helper()
	f, err := w.PutFile(w.t.Context(), w.file(id, w.doc), data, plenty)
	w.must(err)
	return f
}

// has checks which files the document has.
func (w *world) has(want ...persist.FileID) {
	w.t.Helper()
	files, err := w.Files(w.t.Context(), w.doc)
	w.must(err)
	var got []persist.FileID
	for _, f := range files {
		got = append(got, f.ID)
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("files are %v, want %v", got, want)
	}
}

func (f Fixture) testFiles(t *testing.T) {
	t.Run("what was put is read, whole and in part", func(t *testing.T) {
		w := f.world(t)
		for i, size := range []int{1, 1000, 256 << 10, 256<<10 + 1, 1_000_000} {
			id := persist.FileID(fmt.Sprint("f", i))
			data := bytesOf(uint64(i), size)
			put := w.put(id, data)
			want := w.file(id, w.doc)
			want.Bytes, want.SHA256 = int64(size), sha256.Sum256(data)
			if put != want {
				t.Errorf("put %+v, want %+v", put, want)
			}
			is, err := w.File(t.Context(), w.doc, id)
			w.must(err)
			if is != want {
				t.Errorf("read %+v, want %+v", is, want)
			}
			got, err := io.ReadAll(persist.NewFileReader(t.Context(), w, is))
			w.must(err)
			if !bytes.Equal(got, data) {
				t.Errorf("%d bytes are others", size)
			}
			r := persist.NewFileReader(t.Context(), w, is)
			for _, at := range []int64{int64(size) - 1, int64(size) / 2, 0} {
				_, err := r.Seek(at, io.SeekStart)
				w.must(err)
				got, err := io.ReadAll(r)
				w.must(err)
				if !bytes.Equal(got, data[at:]) {
					t.Errorf("of %d bytes those from %d are others", size, at)
				}
			}
		}
		w.has("f0", "f1", "f2", "f3", "f4")
		report, err := w.Verify(t.Context(), w.doc)
		w.must(err)
		if report.Files != 5 {
			t.Errorf("report is %+v", report)
		}
	})
	t.Run("the same bytes are one file of a document", func(t *testing.T) {
		w := f.world(t)
		data := bytesOf(1, 600_000)
		first := w.put("f1", data)
		if again := w.put("f2", data); again != first {
			t.Errorf("again it is %+v", again)
		}
		w.has("f1")
		_, err := w.FilePart(t.Context(), "f2", 0)
		w.fails(err, session.ErrNotFound)
		other := w.create("other", ot.Text).ID
		elsewhere, err := w.PutFile(t.Context(), w.file("f3", other), data, plenty)
		w.must(err)
		if elsewhere.ID != "f3" {
			t.Errorf("in another document it is %+v", elsewhere)
		}
		_, err = w.File(t.Context(), other, "f1")
		w.fails(err, session.ErrNotFound)
	})
	t.Run("a document holds so many bytes and no more", func(t *testing.T) {
		w := f.world(t)
		put := func(id persist.FileID, seed uint64, size int, most int64) error {
			_, err := w.PutFile(t.Context(), w.file(id, w.doc), bytesOf(seed, size), most)
			return err
		}
		w.must(put("f1", 1, 600_000, 1_000_000))
		w.fails(put("f2", 2, 400_001, 1_000_000), persist.ErrFilesFull)
		w.must(put("f3", 1, 600_000, 1_000_000)) // is there
		w.must(put("f4", 2, 400_000, 1_000_000))
		w.fails(put("f5", 3, 1, 1_000_000), persist.ErrFilesFull)
		w.has("f1", "f4")
		_, err := w.FilePart(t.Context(), "f2", 0)
		w.fails(err, session.ErrNotFound)
	})
	t.Run("uploads at once do not exceed it together, and one of the same is kept", func(t *testing.T) {
		w := f.world(t)
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				_, err := w.PutFile(t.Context(), w.file(persist.FileID(fmt.Sprint("f", i)), w.doc), bytesOf(uint64(i/2), 300_000), 700_000)
				if err != nil {
					w.fails(err, persist.ErrFilesFull)
				}
			})
		}
		wg.Wait()
		files, err := w.Files(t.Context(), w.doc)
		w.must(err)
		if len(files) != 2 || files[0].SHA256 == files[1].SHA256 {
			t.Errorf("%d files: %+v", len(files), files)
		}
		_, err = w.Verify(t.Context(), w.doc)
		w.must(err)
	})
	t.Run("what is no file is refused", func(t *testing.T) {
		w := f.world(t)
		ctx := t.Context()
		_, err := w.PutFile(ctx, w.file("f1", "none"), []byte("x"), plenty)
		w.fails(err, session.ErrNotFound)
		for _, doc := range []wire.DocID{"none", "no\x00ne", "\xff"} {
			_, err = w.File(ctx, doc, "f1")
			w.fails(err, session.ErrNotFound)
		}
		_, err = w.File(ctx, w.doc, "a\x00")
		w.fails(err, session.ErrNotFound)
		for _, c := range []struct {
			f    persist.File
			data []byte
		}{
			{w.file("", w.doc), []byte("x")}, {w.file("f1", w.doc), nil}, {w.file("f1", w.doc), make([]byte, persist.FileBytes+1)},
			{persist.File{ID: "f1", Doc: w.doc}, []byte("x")}, {w.file("a\x00", w.doc), []byte("x")},
		} {
			_, err := w.PutFile(ctx, c.f, c.data, plenty)
			w.fails(err, persist.ErrMalformed)
		}
		w.put("f1", []byte("x"))
		_, err = w.PutFile(ctx, w.file("f1", w.doc), []byte("y"), plenty)
		w.fails(err, persist.ErrExists)
		w.has("f1")
	})
	runIf(t, f.DamageFile != nil, "a damaged file is found", func(t *testing.T) {
		w := f.world(t)
		w.put("f1", bytesOf(1, 600_000))
		f.DamageFile(t, w.Store, "f1", 2)
		_, err := w.Verify(t.Context(), w.doc)
		w.damaged(err, 0, persist.PartFile)
	})
}
