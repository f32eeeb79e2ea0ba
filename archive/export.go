package archive

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/ot/strictjson"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Source is what Export reads.
type Source interface {
	Document(ctx context.Context, doc wire.DocID) (session.Document, error)
	Records(ctx context.Context, doc wire.DocID, after, upTo wire.Revision) ([]session.Record, error)
	Files(ctx context.Context, doc wire.DocID) ([]persist.File, error)
	FilePart(ctx context.Context, id persist.FileID, n int) ([]byte, error)
	RevisionNames(ctx context.Context, doc wire.DocID) ([]persist.RevisionName, error)
	User(ctx context.Context, id wire.UserID) (persist.User, error)
}

const (
	recordsAtOnce = 1000
	partBytes     = 96 << 10 // of a picture in a line; a multiple of 3
)

// Export writes the history of a document up to a revision: the head, or one
// before it. Others may go on writing. A history that does not apply to itself is
// an error of the store, and then what was written is of no use.
func Export(ctx context.Context, from Source, doc wire.DocID, upTo wire.Revision, w io.Writer) error {
	d, err := from.Document(ctx, doc)
	if err != nil {
		return err
	}
	x := &exporter{from: from, doc: doc, out: bufio.NewWriterSize(w, 64<<10), people: map[wire.UserID]int{}, clients: map[wire.ClientID]int{}}
	x.header(d, upTo)
	if err := x.files(ctx); err != nil {
		return err
	}
	content, err := x.records(ctx, d.Kind, upTo)
	if err != nil {
		return err
	}
	if err := x.names(ctx, upTo); err != nil {
		return err
	}
	x.begin("end").number("head", uint64(upTo)).number("files", uint64(x.pictures)).number("names", uint64(x.named)).text("hash", content.Hash().String()).finish()
	return x.out.Flush()
}

type exporter struct {
	from    Source
	doc     wire.DocID
	out     *bufio.Writer
	buf     []byte
	comma   bool
	people  map[wire.UserID]int
	clients map[wire.ClientID]int

	pictures, named int // that were written
}

func (x *exporter) header(d session.Document, head wire.Revision) {
	x.buf, x.comma = append(x.buf[:0], '{'), false
	x.text("collabd", Format).number("version", Version).text("kind", string(d.Kind)).text("title", d.Title)
	x.time("created_at", d.Created).number("head", uint64(head))
	x.buf = append(x.buf, '}', '\n')
	x.out.Write(x.buf) // the error is that of Flush
}

// begin begins a line about one thing.
func (x *exporter) begin(name string) *exporter {
	x.buf, x.comma = append(x.buf[:0], '{'), false
	x.name(name)
	x.buf, x.comma = append(x.buf, '{'), false
	return x
}

func (x *exporter) finish() {
	x.buf = append(x.buf, '}', '}', '\n')
	x.out.Write(x.buf)
}

func (x *exporter) name(name string) {
	if x.comma {
		x.buf = append(x.buf, ',')
	}
	x.comma = true
	x.buf = append(strictjson.AppendString(x.buf, name), ':')
}

func (x *exporter) text(name, s string) *exporter {
	x.name(name)
	x.buf = strictjson.AppendString(x.buf, s)
	return x
}

func (x *exporter) number(name string, n uint64) *exporter {
	x.name(name)
	x.buf = strconv.AppendUint(x.buf, n, 10)
	return x
}

func (x *exporter) time(name string, at time.Time) *exporter {
	return x.text(name, at.UTC().Format("2006-01-02T15:04:05.999999Z07:00"))
}

// person returns the number of somebody, and writes who it is when they first
// come up: as they are now.
func (x *exporter) person(ctx context.Context, id wire.UserID) (int, error) {
	if n, ok := x.people[id]; ok {
		return n, nil
	}
	u, err := x.from.User(ctx, id)
	if errors.Is(err, session.ErrNotFound) {
		u, err = persist.User{Name: usualName, Color: usualColor}, nil
	}
	if err != nil {
		return 0, err
	}
	n := len(x.people)
	x.people[id] = n
	x.begin("person").text("id", string(id)).text("name", u.Name).text("color", u.Color).finish()
	return n, nil
}

// files writes the pictures. They come first: whoever reads the file knows their
// new addresses when the first one is shown.
func (x *exporter) files(ctx context.Context) error {
	files, err := x.from.Files(ctx, x.doc)
	if err != nil {
		return err
	}
	x.pictures = len(files)
	for _, f := range files {
		n, err := x.person(ctx, f.User)
		if err != nil {
			return err
		}
		x.begin("file").text("url", FileURL(f.Doc, f.ID)).text("type", f.Type).number("bytes", uint64(f.Bytes))
		x.number("width", uint64(f.Width)).number("height", uint64(f.Height)).text("sha256", hex.EncodeToString(f.SHA256[:]))
		x.number("person", uint64(n)).time("at", f.Created).finish()
		if err := x.parts(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

func (x *exporter) parts(ctx context.Context, f persist.File) error {
	in := persist.NewFileReader(ctx, x.from, f)
	part := make([]byte, partBytes)
	for left := f.Bytes; left > 0; {
		p := part[:min(left, partBytes)]
		if _, err := io.ReadFull(in, p); err != nil {
			return err
		}
		left -= int64(len(p))
		x.buf, x.comma = append(x.buf[:0], '{'), false
		x.text("part", base64.StdEncoding.EncodeToString(p))
		x.buf = append(x.buf, '}', '\n')
		if _, err := x.out.Write(x.buf); err != nil {
			return err
		}
	}
	return nil
}

// records writes the history and returns what it makes.
func (x *exporter) records(ctx context.Context, kind ot.DocKind, upTo wire.Revision) (ot.Doc, error) {
	content := kind.Initial().Edit()
	for at := wire.Revision(0); at < upTo; {
		page, err := x.from.Records(ctx, x.doc, at, min(upTo, at+recordsAtOnce))
		if err != nil {
			return ot.Doc{}, err
		}
		for _, r := range page {
			if err := content.Apply(r.Op); err != nil {
				return ot.Doc{}, &persist.DamagedError{Doc: x.doc, Revision: r.Revision, Part: persist.PartRecord, Reason: "it does not apply", Cause: err}
			}
			if err := x.record(ctx, r); err != nil {
				return ot.Doc{}, err
			}
		}
		if err := x.out.Flush(); err != nil {
			return ot.Doc{}, err
		}
		at += wire.Revision(len(page))
	}
	return content.Doc(), nil
}

func (x *exporter) record(ctx context.Context, r session.Record) error {
	n, err := x.person(ctx, r.User)
	if err != nil {
		return err
	}
	client, ok := x.clients[r.Client]
	if !ok {
		client = len(x.clients)
		x.clients[r.Client] = client
	}
	x.begin("record").number("revision", uint64(r.Revision)).number("person", uint64(n)).number("client", uint64(client))
	x.number("seq", uint64(r.Seq)).time("at", r.At)
	x.name("op")
	x.buf = r.Op.AppendJSON(x.buf)
	x.finish()
	return nil
}

// names writes the names of the revisions that were written.
func (x *exporter) names(ctx context.Context, upTo wire.Revision) error {
	names, err := x.from.RevisionNames(ctx, x.doc)
	if err != nil {
		return err
	}
	for _, named := range names {
		if named.Revision > upTo {
			continue
		}
		x.named++
		n, err := x.person(ctx, named.User)
		if err != nil {
			return err
		}
		x.begin("name").number("revision", uint64(named.Revision)).text("name", named.Name).number("person", uint64(n)).time("at", named.At).finish()
	}
	return nil
}

// FileURL is the address of a picture in a document.
func FileURL(doc wire.DocID, id persist.FileID) string {
	return "/files/" + string(doc) + "/" + string(id)
}
