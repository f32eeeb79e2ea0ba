package archive

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Content is a document without a history, as it is read of a file of another
// format.
type Content struct {
	Kind   ot.DocKind
	Title  string
	Op     ot.Op // writes the document, the last line break of a rich one too
	Images []Image
}

// Image is a picture that came with a file.
type Image struct {
	URL           string // by which Op refers to it
	Data          []byte
	Type          string
	Width, Height int // pixels
}

// Make makes a document that user has written in one go, all of it or nothing.
// ErrTooLarge if it is larger than a document may be, ErrUnreadable if c.Op is no
// document of its kind.
func Make(ctx context.Context, to persist.Store, c Content, user wire.UserID) (Imported, error) {
	if c.Op.TargetLen() > DefaultLimits().DocumentUnits {
		return Imported{}, tooLarge("too large a document")
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	w := persist.Whole{Document: session.Document{
		ID: wire.DocID(session.NewID()), Kind: c.Kind, Title: line(c.Title, titleRunes), Lineage: wire.Lineage(session.NewID()),
		Owner: user, Created: now, Edited: now,
	}}
	urls := map[string]string{}
	known := map[[sha256.Size]byte]string{} // each picture once
	for _, i := range c.Images {
		sum := sha256.Sum256(i.Data)
		if known[sum] == "" {
			f := persist.File{
				ID: persist.FileID(session.NewID()), Doc: w.Document.ID, User: user, Type: i.Type, Width: i.Width, Height: i.Height, Created: now,
			}
			known[sum] = FileURL(f.Doc, f.ID)
			w.Files = append(w.Files, persist.WholeFile{About: f, Data: i.Data})
		}
		urls[i.URL] = known[sum]
	}
	var err error
	if w.Records, err = Records(c.Kind, readdressed(c.Op, urls), user, now); err != nil {
		return Imported{}, ErrUnreadable
	}
	w.Document.Head = wire.Revision(len(w.Records))
	return Imported{Document: w.Document, Records: len(w.Records), Files: len(w.Files)}, to.CreateWhole(ctx, w)
}

// A store of package persist does all that is asked of one here.
var (
	_ Store  = persist.Store(nil)
	_ Source = persist.Store(nil)
)
