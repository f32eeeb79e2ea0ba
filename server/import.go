package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/collabd/collabd/archive"
	"github.com/collabd/collabd/formats"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const (
	// importPattern is the route that makes a document of a file.
	importPattern = "POST /api/docs/import"
	// importBytes is the most bytes of a file that a document is made of.
	importBytes = formats.MaxBytes
	// conversionsAtOnce is how many files are read or written at once: each
	// takes a core, and memory of several times its size.
	conversionsAtOnce = 2
	// conversionWait is how long a further one waits for its turn.
	conversionWait = 20 * time.Second
)

// wholes is what imports need of the store.
type wholes interface {
	CreateWhole(ctx context.Context, w persist.Whole) error
}

// intake is a document on its way in.
type intake struct {
	server *Server
	user   wire.UserID
	id     wire.DocID
	kind   ot.DocKind // "" while the file may decide
	title  string     // that is asked for
	base   string     // of addresses on this site

	ownTitle string // of the file
	op       ot.Op  // the whole document, as inserts
	images   images
	dropped  int // images that were left out
}

// kindOr is the kind that is asked for, or one that the format has by itself.
func (in *intake) kindOr(kind ot.DocKind) ot.DocKind {
	if in.kind == "" {
		in.kind = kind
	}
	return in.kind
}

func (in *intake) source() formats.Source {
	return formats.Source{Base: in.base, Embedded: in.embedded}
}

// take takes a rich document that was read; the text of it, if one of kind text
// is asked for.
func (in *intake) take(read formats.Read, err error) error {
	if err != nil {
		return err
	}
	in.op, in.ownTitle, in.dropped = read.Op, read.Title, read.Dropped
	if in.kindOr(ot.Rich) == ot.Rich {
		return nil
	}
	doc, err := ot.DocOf(read.Op)
	if err != nil {
		return err
	}
	in.images = images{}
	in.op, err = formats.FromText(formats.Text(doc, ot.Rich), ot.Text)
	return err
}

// importDocument makes a document of a file.
func (s *Server) importDocument(w http.ResponseWriter, r *request) error {
	f, ok := formatOf(r.Header.Get("Content-Type"))
	if !ok {
		return &errUnknownFile
	}
	in := &intake{server: s, user: r.who.User.ID, id: wire.DocID(session.NewID()), base: s.site.base(r.Request)}
	in.kind = ot.DocKind(r.URL.Query().Get("kind"))
	if in.kind != "" && !in.kind.Valid() {
		return errBadRequest.because(`kind is "rich" or "text".`)
	}
	var err error
	if in.title, err = cleanLine(r.URL.Query().Get("title"), titleRunes, "title"); err != nil {
		return err
	}
	data, err := s.readImport(w, r)
	if err != nil {
		return err
	}
	from := s.proxies.counted(parseAddress(r.RemoteAddr))
	if err := s.admission.writes(r.who, from, writeCost(len(data), 0)); err != nil {
		return err
	}
	if f.read != nil && archive.Begins(data) { // JSON of another sort
		f, _ = formatNamed("history")
	}
	if f.store != nil {
		if err := possible(http.NewResponseController(w).SetWriteDeadline(time.Now().Add(historyTime + s.admission.lim.Answer))); err != nil {
			return err
		}
	}
	made, err := s.make(r.Context(), in, f, data)
	if err != nil {
		return err
	}
	s.index.tell(made.ID)
	s.list.changed(made.ID)
	e, err := s.store.Entry(r.Context(), r.who.User.ID, made.ID)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/docs/"+string(made.ID))
	writeJSON(w, http.StatusCreated, struct {
		documentJSON
		Dropped int `json:"dropped"`
	}{s.asJSON(e), in.dropped})
	return nil
}

// readImport reads the body, of which hurry has bounded size and time. As many
// come at once as images do.
func (s *Server) readImport(w http.ResponseWriter, r *request) ([]byte, error) {
	leave, err := s.uploads.enter(r.Context(), r.who.User.ID)
	if err != nil {
		return nil, err
	}
	defer leave()
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, importBytes))
	if answer := bodyError(err); answer == &errTooLarge {
		return nil, errFileTooLarge()
	} else if answer != nil {
		return nil, answer
	}
	if err != nil {
		return nil, errBadRequest.because("The body has not arrived whole.")
	}
	return data, possible(http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.admission.lim.Answer)))
}

func errFileTooLarge() error {
	return errTooLarge.because("The file has more than " + megabytes(importBytes) + ": divide it.")
}

// make reads a file and stores what it tells of, all of it or nothing.
func (s *Server) make(ctx context.Context, in *intake, f format, data []byte) (session.Document, error) {
	leave, err := s.conversion(ctx)
	if err != nil {
		return session.Document{}, err
	}
	defer leave()
	if f.store != nil {
		return f.store(ctx, in, data)
	}
	err = f.read(ctx, in, data)
	switch {
	case errors.Is(err, formats.ErrTooLarge):
		return session.Document{}, errFileTooLarge()
	case errors.Is(err, formats.ErrUnreadable):
		return session.Document{}, errUnreadable.with(err)
	case err != nil:
		return session.Document{}, err
	}
	now := time.Now().UTC()
	made := session.Document{
		ID: in.id, Kind: in.kind, Title: in.named(), Lineage: wire.Lineage(session.NewID()), Owner: in.user, Created: now, Edited: now,
	}
	records, err := archive.Records(in.kind, in.op, in.user, now)
	if err != nil {
		return session.Document{}, err
	}
	return made, s.store.CreateWhole(ctx, persist.Whole{Document: made, Records: records, Files: in.images.files})
}

// named is the title that is asked for, or that of the file, as far as one may
// be long.
func (in *intake) named() string {
	if in.title != "" {
		return in.title
	}
	runes := []rune(in.ownTitle)
	title, err := cleanLine(string(runes[:min(len(runes), titleRunes)]), titleRunes, "title")
	if err != nil || !utf8.ValidString(title) {
		return ""
	}
	return title
}

// conversion waits for the turn of a file; leave is called when it is done.
func (s *Server) conversion(ctx context.Context) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, conversionWait)
	defer cancel()
	select {
	case s.conversions <- struct{}{}:
		return func() { <-s.conversions }, nil
	case <-ctx.Done():
		return nil, &errBusy
	}
}
