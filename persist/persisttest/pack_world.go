package persisttest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// crowd appends n records of seven clients.
func (w *world) crowd(n int) (records []session.Record) {
	w.t.Helper()
	for r := 1; r <= n; r++ {
		one := record(revision(r), clientID(fmt.Sprint("client", r*r%7)), wire.Seq(r))
		if len(records) < n/2 {
			one.Client = clientID(fmt.Sprint("client", r%3)) // the others come later
		}
		records = append(records, one)
	}
	for at := 0; at < n; at += 1000 {
		w.append(records[at:min(n, at+1000)]...)
	}
	return records
}

// pack packs until there is nothing to do.
func (w *world) pack(before time.Time) (total persist.Packed) {
	w.t.Helper()
	for {
		p, err := w.Pack(w.t.Context(), w.doc, before)
		w.must(err)
		if p.Blocks == 0 {
			return total
		}
		total.Add(p)
	}
}

func (w *world) unpacked(before time.Time) {
	w.t.Helper()
	if p := w.pack(before); p != (persist.Packed{}) {
		w.t.Errorf("packed are %+v, though there is nothing to pack", p)
	}
}

// waits checks which documents there are to pack.
func (w *world) waits(before time.Time, after wire.DocID, limit int, want ...wire.DocID) {
	w.t.Helper()
	got, err := w.Packable(w.t.Context(), before, after, limit)
	w.must(err)
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Errorf("documents to pack are %v, want %v", got, want)
	}
}

// tells is holds for records that may be packed.
func (w *world) tells(after, upTo wire.Revision, want ...session.Record) {
	w.t.Helper()
	w.compare(after, upTo, want, told)
}

// told is same, but for the digests that packing does not keep.
func told(got, want session.Record) bool {
	if got.Digest == 0 {
		want.Digest = 0
	}
	return same(got, want)
}

// lasts checks the last record of each client, with its digest, as LastOf has it
// and as somebody has it who reads the whole history.
func (w *world) lasts(records []session.Record) {
	w.t.Helper()
	last := map[wire.ClientID]session.Record{}
	for _, r := range records {
		last[r.Client] = r
	}
	for client, want := range last {
		got, head, found, err := w.LastOf(w.t.Context(), w.doc, client)
		w.must(err)
		if !found || !same(got, want) || head != revision(len(records)) {
			w.t.Errorf("last of %s is %v %+v at %d, want\n%+v", client, found, got, head, want)
		}
		read, err := w.Records(w.t.Context(), w.doc, want.Revision-1, want.Revision)
		w.must(err)
		if !same(read[0], want) {
			w.t.Errorf("the last record of %s is read as\n%+v, want\n%+v", client, read[0], want)
		}
	}
	if _, _, found, err := w.LastOf(w.t.Context(), w.doc, "nobody"); found || err != nil {
		w.t.Errorf("last of nobody: %v, %v", found, err)
	}
}

// sizes is that of the document alone.
func (w *world) sizes() persist.Size {
	w.t.Helper()
	page, err := w.Sizes(w.t.Context(), "", 1)
	w.must(err)
	if len(page) != 1 || page[0].Doc != w.doc {
		w.t.Fatalf("sizes are %+v", page)
	}
	return page[0]
}

// about is what lists say of the document.
func (w *world) about() persist.Entry {
	w.t.Helper()
	e, err := w.Entry(w.t.Context(), "", w.doc)
	w.must(err)
	return e
}

// random is a source whose seed is printed.
func (w *world) random() *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	w.t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
