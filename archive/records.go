package archive

import (
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// A record of a document that is made of a file is no larger than ot's limits for
// an edit.
const (
	recordUnits      = 256 << 10 // UTF-16 code units
	recordComponents = 20_000
	recordBytes      = 1 << 20 // of JSON
	recordStep       = 4 << 10 // units that are added at once
)

// Records is the history of a document that was made of a file: few edits
// of one person, each behind the one before it. It fails if op is no document of
// the kind.
func Records(kind ot.DocKind, op ot.Op, user wire.UserID, at time.Time) ([]session.Record, error) {
	doc, err := ot.DocOf(op)
	if err != nil {
		return nil, err
	}
	body, last := doc, ot.Attrs{}
	if kind == ot.Rich {
		// Every document ends in a line break from the beginning: that of the
		// new one stays, and gets the format of the last line.
		if last, body, err = withoutBreak(doc); err != nil {
			return nil, err
		}
	}
	w := recordWriter{client: wire.ClientID(session.NewID()), user: user, at: at, doc: kind.Initial(), kind: kind}
	for chunk := range body.Chunks(recordStep) {
		w.add(chunk)
	}
	if last.Len() > 0 {
		if w.pending == 0 {
			w.build.Retain(w.units, ot.Attrs{})
		}
		w.build.Retain(1, last)
	}
	w.end()
	return w.records, w.err
}

// withoutBreak takes the line break from the end of a document, and returns its
// format too.
func withoutBreak(doc ot.Doc) (last ot.Attrs, body ot.Doc, err error) {
	end, err := doc.ReadRange(max(0, doc.Len()-1), doc.Len())
	if err != nil {
		return last, body, err
	}
	broken := false
	for c := range end {
		last, broken = c.Attrs, c.Text == "\n"
	}
	if !broken {
		return last, body, ErrUnreadable
	}
	var b ot.Builder
	body, err = doc.Apply(b.Retain(doc.Len()-1, ot.Attrs{}).Delete(1).Op())
	return last, body, err
}

// recordWriter gathers pieces of a document until they are enough for a record.
type recordWriter struct {
	client wire.ClientID
	user   wire.UserID
	at     time.Time
	kind   ot.DocKind
	doc    ot.Doc // after the records
	units  int    // of what was written

	build             ot.Builder
	pending           int // units in it
	components, bytes int
	records           []session.Record
	err               error
}

func (w *recordWriter) add(chunk ot.Op) {
	size := len(chunk.AppendJSON(nil))
	if w.pending > 0 && (w.pending+chunk.TargetLen() > recordUnits || w.components+chunk.Len() > recordComponents || w.bytes+size > recordBytes) {
		w.end()
	}
	if w.pending == 0 {
		w.build.Retain(w.units, ot.Attrs{})
	}
	for c := range chunk.Components() {
		if c.Embed.IsZero() {
			w.build.Insert(c.Text, c.Attrs)
		} else {
			w.build.InsertEmbed(c.Embed, c.Attrs)
		}
	}
	w.pending += chunk.TargetLen()
	w.units += chunk.TargetLen()
	w.components += chunk.Len()
	w.bytes += size
}

// end makes a record of what was gathered, if that is an edit of the document.
func (w *recordWriter) end() {
	op := w.build.Op()
	w.pending, w.components, w.bytes = 0, 0, 0
	if w.err != nil || op.IsNoop() {
		return
	}
	if w.err = w.kind.Check(op, w.doc); w.err != nil {
		return
	}
	if w.doc, w.err = w.doc.Apply(op); w.err != nil {
		return
	}
	n := len(w.records) + 1
	edit := wire.Edit{Seq: wire.Seq(n), Base: wire.Revision(n - 1), Op: op}
	w.records = append(w.records, session.Record{
		Revision: wire.Revision(n), Client: w.client, Seq: edit.Seq, User: w.user, At: w.at, Digest: edit.Digest(), Op: op,
	})
}
