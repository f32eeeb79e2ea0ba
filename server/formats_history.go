package server

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/collabd/collabd/archive"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// histories is what files with a whole history need of the store.
type histories interface {
	archive.Source
	archive.Store
}

const (
	// historyTime is how long a history may take to be stored.
	historyTime = 10 * time.Minute
	// historyPace is how many bytes of one a second a client takes at least.
	historyPace = 50 << 10
)

// sendHistory answers with the document and its whole history, up to a revision.
// It is written to a temporary file first: what goes wrong is an answer, not half
// a file, and a slow client keeps no core and no memory.
func (s *Server) sendHistory(w http.ResponseWriter, r *request, at wire.Revision) (err error) {
	if at > r.doc.Head {
		return errNoRevision.with(session.ErrNotFound)
	}
	file, err := os.CreateTemp("", "collabd-history-*")
	if err != nil {
		return errInternal.with(err)
	}
	defer func() {
		if err := errors.Join(file.Close(), os.Remove(file.Name())); err != nil {
			s.log.Error().Err(err).Msg("a temporary file remains")
		}
	}()
	if err := s.writeHistory(r.Context(), file, r.doc.ID, at); err != nil {
		return err
	}
	size, err := file.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return errInternal.with(err)
	}
	long := s.admission.lim.Answer + time.Duration(size/historyPace)*time.Second
	if err := possible(http.NewResponseController(w).SetWriteDeadline(time.Now().Add(long))); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Disposition", disposition(r.doc.Title, "history.gz"))
	h.Set("Content-Type", "application/gzip")
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	h.Set("Cache-Control", "no-store")
	h.Set("Collabd-Revision", strconv.FormatUint(uint64(at), 10))
	io.Copy(w, file) // the client has left, if it fails: Content-Length tells
	return nil
}

func (s *Server) writeHistory(ctx context.Context, to io.Writer, doc wire.DocID, at wire.Revision) error {
	leave, err := s.conversion(ctx)
	if err != nil {
		return err
	}
	defer leave()
	z := gzip.NewWriter(to)
	if err := archive.Export(ctx, s.store, doc, at, z); err != nil {
		return err
	}
	return z.Close()
}

// storeHistory makes a document of what sendHistory sent. It goes on when the
// client leaves: half of it is of use to nobody.
func storeHistory(ctx context.Context, in *intake, data []byte) (session.Document, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), historyTime)
	defer cancel()
	cfg := &in.server.cfg
	done, err := archive.Import(ctx, in.server.store, bytes.NewReader(data), archive.Options{
		Importer: in.user, Title: in.title,
		Image: func(data []byte) (string, bool) {
			kind, _, _, ok := ImageOf(data)
			return kind, ok
		},
		Limits: archive.Limits{FileBytes: cfg.MaxFileBytes, FilesBytes: cfg.MaxDocumentFileBytes, DocumentUnits: cfg.Limits.Wire.DocumentUnits},
	})
	switch {
	case errors.Is(err, archive.ErrTooLarge):
		return session.Document{}, errTooLarge.because("The history holds more than can be taken here: import it on the machine of the store, by collabd import.").with(err)
	case errors.Is(err, archive.ErrUnreadable):
		return session.Document{}, errUnreadable.with(err)
	}
	return done.Document, err
}
