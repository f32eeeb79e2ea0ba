package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Store is what Import writes to.
type Store interface {
	CreateInTrash(ctx context.Context, d session.Document, since time.Time) error
	ChangeDocument(ctx context.Context, viewer wire.UserID, doc wire.DocID, c persist.Change) error
	Append(ctx context.Context, doc wire.DocID, records []session.Record) error
	PutSnapshot(ctx context.Context, doc wire.DocID, s session.Snapshot) error
	PutFile(ctx context.Context, f persist.File, data []byte, most int64) (persist.File, error)
	NameRevision(ctx context.Context, doc wire.DocID, n persist.RevisionName, most int) error
	User(ctx context.Context, id wire.UserID) (persist.User, error)
	CreateUser(ctx context.Context, u persist.User) error
}

// Options is what Import wants to know beside the file.
type Options struct {
	// Importer owns the new document, and is the one user of the server who can
	// be in its history. "" is nobody.
	Importer wire.UserID
	// KeepPeople attributes records to the users of the store that have the ids
	// in the file. It is for operators, and for files that they trust.
	KeepPeople bool
	// Title of the document; default that in the file.
	Title string
	// Image tells whether bytes are a picture that documents may have, and its
	// content type. Default: a file with a picture is refused.
	Image  func(data []byte) (kind string, ok bool)
	Limits Limits
}

// Imported is what became of a file.
type Imported struct {
	Document session.Document
	Records  int
	People   int // who were made
	Files    int
}

const (
	// snapshotRecords is how many records are between two snapshots, and
	// unitsPerRecord how large the document may be for each of them: the
	// snapshots of a large one are rarer.
	snapshotRecords = 4096
	unitsPerRecord  = 32
	// batchRecords and batchUnits bound what is appended at once, so that others
	// who write do not wait.
	batchRecords = 2048
	batchUnits   = 256 << 10
	// ahead is how much later than ours the clocks of others may be.
	ahead = 24 * time.Hour
)

// Import makes a document of what Export wrote. It reads r twice: nothing is
// stored before all of it has been checked. It fails with ErrUnreadable or
// ErrTooLarge, with an error of r, or with one of the store: then what has been
// stored is in the trash. If ctx ends while it stores, it is the same.
func Import(ctx context.Context, to Store, r io.ReadSeeker, opt Options) (Imported, error) {
	opt.Limits = opt.Limits.withDefaults()
	if opt.Image == nil {
		opt.Image = func([]byte) (string, bool) { return "", false }
	}
	now := time.Now().UTC()
	i := &importer{ctx: ctx, to: to, opt: opt, now: now, urls: map[string]string{}}
	for _, sink := range []sink{checking{ctx: ctx}, i} {
		if _, err := r.Seek(0, io.SeekStart); err != nil {
			return Imported{}, err
		}
		if err := walk(r, opt.Limits, opt.Image, now.Add(ahead), sink); err != nil {
			return Imported{}, err
		}
	}
	return i.done, nil
}

// checking is nobody who stops when the context ends.
type checking struct {
	nobody
	ctx context.Context // of the call of Import
}

func (c checking) record(record) error { return c.ctx.Err() }

// importer stores what it is told.
type importer struct {
	ctx     context.Context // of the call of Import
	to      Store
	opt     Options
	now     time.Time
	done    Imported
	people  []wire.UserID
	clients []wire.ClientID
	urls    map[string]string // new addresses of pictures by old ones
	content *ot.Editor        // as it is stored
	batch   []session.Record
	units   int           // that the batch inserts
	stored  wire.Revision // the last snapshot
}

func (i *importer) header(h header) error {
	if i.opt.Title != "" {
		h.title = line(i.opt.Title, titleRunes)
	}
	d := session.Document{
		ID: wire.DocID(session.NewID()), Kind: h.kind, Title: h.title, Lineage: wire.Lineage(session.NewID()),
		Owner: i.opt.Importer, Created: h.created, Edited: h.created,
	}
	i.done.Document, i.content = d, h.kind.Initial().Edit()
	return i.to.CreateInTrash(i.ctx, d, i.now)
}

// person finds out who somebody in the file is here.
func (i *importer) person(p person) error {
	switch {
	case p.id != "" && p.id == i.opt.Importer:
		i.people = append(i.people, p.id)
		return nil
	case p.id != "" && i.opt.KeepPeople:
		_, err := i.to.User(i.ctx, p.id)
		if err == nil {
			i.people = append(i.people, p.id)
			return nil
		}
		if !errors.Is(err, session.ErrNotFound) {
			return err
		}
	}
	id := wire.UserID(session.NewID())
	i.people = append(i.people, id)
	i.done.People++
	return i.to.CreateUser(i.ctx, persist.User{ID: id, Name: p.name, Color: p.color, Guest: true, Created: i.now})
}

func (i *importer) file(f file, data []byte) error {
	stored, err := i.to.PutFile(i.ctx, persist.File{
		ID: persist.FileID(session.NewID()), Doc: i.done.Document.ID, User: i.people[f.person], Type: f.kind,
		Width: f.width, Height: f.height, Created: f.at,
	}, data, i.opt.Limits.FilesBytes)
	if err != nil {
		return err
	}
	i.urls[f.url] = FileURL(i.done.Document.ID, stored.ID)
	i.done.Files++
	return nil
}

func (i *importer) record(r record) error {
	for r.client >= len(i.clients) {
		i.clients = append(i.clients, wire.ClientID(session.NewID()))
	}
	op := readdressed(r.op, i.urls)
	if err := i.content.Apply(op); err != nil {
		return fmt.Errorf("revision %d does not apply with its new addresses: %w", r.revision, err) // it did with the old ones
	}
	i.batch = append(i.batch, session.Record{
		Revision: r.revision, Client: i.clients[r.client], Seq: r.seq, User: i.people[r.person], At: r.at,
		Digest: wire.Edit{Seq: r.seq, Base: r.revision - 1, Op: op}.Digest(), Op: op,
	})
	i.units += inserted(op)
	i.done.Records++
	due := r.revision-i.stored >= wire.Revision(max(snapshotRecords, i.content.Len()/unitsPerRecord))
	if len(i.batch) < batchRecords && i.units < batchUnits && !due {
		return nil
	}
	return i.flush(due)
}

// inserted counts the UTF-16 code units that an op inserts.
func inserted(op ot.Op) (units int) {
	for c := range op.Components() {
		if c.Kind == ot.Insert {
			units += c.Len
		}
	}
	return units
}

// readdressed returns op with the new addresses of the pictures that came with
// the file, by their old ones.
func readdressed(op ot.Op, urls map[string]string) ot.Op {
	if len(urls) == 0 {
		return op
	}
	var b ot.Builder
	changed := false
	for c := range op.Components() {
		switch {
		case c.Kind == ot.Delete:
			b.Delete(c.Len)
		case c.Kind == ot.Retain:
			b.Retain(c.Len, c.Attrs)
		case c.Embed.IsZero():
			b.Insert(c.Text, c.Attrs)
		default:
			if old, ok := c.Embed.Value().Text(); ok && c.Embed.Name() == "image" && urls[old] != "" {
				c.Embed, changed = ot.NewEmbed("image", ot.StringValue(urls[old])), true
			}
			b.InsertEmbed(c.Embed, c.Attrs)
		}
	}
	if !changed {
		return op
	}
	return b.Op()
}

// flush appends what waits.
func (i *importer) flush(snapshot bool) error {
	doc := i.done.Document.ID
	if len(i.batch) > 0 {
		if err := i.to.Append(i.ctx, doc, i.batch); err != nil {
			return err
		}
		last := i.batch[len(i.batch)-1]
		i.done.Document.Head, i.done.Document.Edited = last.Revision, last.At
		i.batch, i.units = i.batch[:0], 0
	}
	if head := i.done.Document.Head; snapshot && head > i.stored {
		i.stored = head
		return i.to.PutSnapshot(i.ctx, doc, session.Snapshot{Revision: head, Doc: i.content.Doc()})
	}
	return nil
}

func (i *importer) name(n name) error {
	if err := i.flush(false); err != nil {
		return err
	}
	return i.to.NameRevision(i.ctx, i.done.Document.ID, persist.RevisionName{
		Revision: n.revision, Name: n.name, User: i.people[n.person], At: n.at,
	}, i.opt.Limits.Names)
}

// end shows the document to everybody.
func (i *importer) end() error {
	if err := i.flush(true); err != nil {
		return err
	}
	return i.to.ChangeDocument(i.ctx, i.opt.Importer, i.done.Document.ID, persist.Change{Trashed: &time.Time{}})
}
