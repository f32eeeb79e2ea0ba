package persisttest

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// whole makes a document with three revisions and two files.
func (w *world) whole(id wire.DocID) persist.Whole {
	d := session.Document{ID: id, Kind: ot.Text, Title: "Whole", Lineage: "l", Owner: "ana", Created: epoch}
	made := persist.Whole{Document: d, Records: batch("importer", 1, 3)}
	for i, size := range []int{1000, 600_000} {
		file := persist.FileID(fmt.Sprint(id, "-f", i))
		made.Files = append(made.Files, persist.WholeFile{About: w.file(file, id), Data: bytesOf(uint64(i), size)})
	}
	return made
}

// absent checks that nothing of a document is there.
func (w *world) absent(id wire.DocID) {
	w.t.Helper()
	_, err := w.Document(w.t.Context(), id)
	w.fails(err, session.ErrNotFound)
	for i := range 2 {
		file := persist.FileID(fmt.Sprint(id, "-f", i))
		_, err := w.File(w.t.Context(), id, file)
		w.fails(err, session.ErrNotFound)
		_, err = w.FilePart(w.t.Context(), file, 0)
		w.fails(err, session.ErrNotFound)
	}
}

func (f Fixture) testWhole(t *testing.T) {
	t.Run("all of it is there", func(t *testing.T) {
		w := f.world(t)
		made := w.whole("whole")
		w.must(w.CreateWhole(t.Context(), made))
		got, err := w.Document(t.Context(), "whole")
		w.must(err)
		if got.Head != 3 || got.Title != "Whole" || !got.Edited.Equal(made.Records[2].At) || !got.Created.Equal(epoch) {
			t.Errorf("document is %+v", got)
		}
		w.doc = "whole"
		w.holds(0, 3, made.Records...)
		for _, want := range made.Files {
			is, err := w.File(t.Context(), w.doc, want.About.ID)
			w.must(err)
			data, err := io.ReadAll(persist.NewFileReader(t.Context(), w, is))
			w.must(err)
			if !bytes.Equal(data, want.Data) {
				t.Errorf("file %s has other bytes", want.About.ID)
			}
		}
		w.append(batch("next", 4, 5)...)
		report, err := w.Verify(t.Context(), w.doc)
		w.must(err)
		if report.Head != 5 || report.Files != 2 {
			t.Errorf("verified %+v", report)
		}
	})
	t.Run("without history and files it is a document like any other", func(t *testing.T) {
		w := f.world(t)
		d := w.whole("whole").Document
		w.must(w.CreateWhole(t.Context(), persist.Whole{Document: d}))
		w.doc = "whole"
		if w.head() != 0 {
			t.Error("it has a history")
		}
	})
	for name, c := range map[string]struct {
		spoil func(*persist.Whole)
		want  error
	}{
		"the second of two equal files": {func(x *persist.Whole) { x.Files[1].Data = x.Files[0].Data }, persist.ErrExists},
		"a file's id that is taken":     {func(x *persist.Whole) { x.Files[1].About.ID = "taken" }, persist.ErrExists},
		"a file of another document":    {func(x *persist.Whole) { x.Files[1].About.Doc = "doc" }, persist.ErrMalformed},
		"a history that begins later":   {func(x *persist.Whole) { x.Records = x.Records[1:] }, persist.ErrMalformed},
		"a gap":                         {func(x *persist.Whole) { x.Records[1].Revision = 7 }, persist.ErrMalformed},
		"a seq that is there twice":     {func(x *persist.Whole) { x.Records[2].Seq = 1 }, persist.ErrDuplicate},
		"no lineage":                    {func(x *persist.Whole) { x.Document.Lineage = "" }, persist.ErrMalformed},
	} {
		t.Run("nothing of it is there after "+name, func(t *testing.T) {
			w := f.world(t)
			w.put("taken", bytesOf(9, 100))
			made := w.whole("whole")
			c.spoil(&made)
			w.fails(w.CreateWhole(t.Context(), made), c.want)
			w.absent("whole")
			w.has("taken")
			w.must(w.CreateWhole(t.Context(), w.whole("whole"))) // nothing is in the way
		})
	}
	t.Run("an id that is taken keeps what it has", func(t *testing.T) {
		w := f.world(t)
		w.append(batch("a", 1, 2)...)
		w.fails(w.CreateWhole(t.Context(), w.whole(w.doc)), persist.ErrExists)
		w.holds(0, 2, batch("a", 1, 2)...)
		w.has()
	})
}
