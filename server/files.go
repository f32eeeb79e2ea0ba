package server

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const (
	// fileUsual and fileMost are how many bytes a file may have by default, and
	// at the most that can be configured: it is in memory while it comes.
	fileUsual = 10 << 20
	fileMost  = persist.FileBytes
	// documentFilesUsual is how many bytes the files of a document may have
	// together by default.
	documentFilesUsual = 200 << 20
	// uploadsAtOnce is how many files may come at once, uploadsOfUser of one
	// person. More wait for uploadWait.
	uploadsAtOnce = 8
	uploadsOfUser = 3
	uploadWait    = 20 * time.Second
	// uploadTime is how long a file may take to come.
	uploadTime = 2 * time.Minute
	// uploadPattern is the route that takes files.
	uploadPattern = "POST /api/docs/{id}/files"
)

// files is what files need of the store.
type files interface {
	PutFile(ctx context.Context, f persist.File, data []byte, most int64) (persist.File, error)
	File(ctx context.Context, doc wire.DocID, id persist.FileID) (persist.File, error)
	FilePart(ctx context.Context, id persist.FileID, n int) ([]byte, error)
}

type fileJSON struct {
	URL    string `json:"url"`
	Type   string `json:"type"`
	Bytes  int64  `json:"bytes"`
	Width  int    `json:"width"` // pixels; 0 if it cannot be told
	Height int    `json:"height"`
}

// postFile stores an image of a document.
func (s *Server) postFile(w http.ResponseWriter, r *request) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || imageTypes[kind] == "" {
		return &errNotImage
	}
	if r.ContentLength > s.cfg.MaxFileBytes {
		return s.fileTooLarge()
	}
	leave, err := s.uploads.enter(r.Context(), r.who.User.ID)
	if err != nil {
		return err
	}
	defer leave()
	data, err := s.readFile(w, r)
	if err != nil {
		return err
	}
	sniffed, width, height, ok := sniffImage(data)
	switch {
	case !ok || sniffed != kind:
		return &errNotImage
	case width*height > imagePixels:
		return errTooLarge.because("The image has more than " + strconv.Itoa(imagePixels/1_000_000) + " megapixels: make it smaller.")
	}
	// Reading may have taken most of the time that there is for an answer.
	if err := possible(http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.admission.lim.Answer))); err != nil {
		return err
	}
	f, err := s.store.PutFile(r.Context(), persist.File{
		ID: persist.FileID(session.NewID()), Doc: r.doc.ID, User: r.who.User.ID, Type: kind, Width: width, Height: height, Created: time.Now(),
	}, data, s.cfg.MaxDocumentFileBytes)
	if errors.Is(err, persist.ErrFilesFull) {
		return errTooLarge.because("The images of this document have more than " + megabytes(s.cfg.MaxDocumentFileBytes) + " together.")
	}
	if err != nil {
		return err
	}
	url := "/files/" + string(f.Doc) + "/" + string(f.ID)
	w.Header().Set("Location", url)
	writeJSON(w, http.StatusCreated, fileJSON{url, f.Type, f.Bytes, f.Width, f.Height})
	return nil
}

// readFile reads the body. Its size has been bounded by hurry.
func (s *Server) readFile(w http.ResponseWriter, r *request) ([]byte, error) {
	body := http.MaxBytesReader(w, r.Body, s.cfg.MaxFileBytes)
	data, err := []byte(nil), error(nil)
	if r.ContentLength >= 0 {
		data = make([]byte, r.ContentLength)
		_, err = io.ReadFull(body, data)
	} else {
		data, err = io.ReadAll(body)
	}
	if answer := bodyError(err); answer == &errTooLarge {
		return nil, s.fileTooLarge()
	} else if answer != nil {
		return nil, answer
	}
	if err != nil {
		return nil, errBadRequest.because("The body has not arrived whole.")
	}
	return data, nil
}

func (s *Server) fileTooLarge() error {
	return errTooLarge.because("The image has more than " + megabytes(s.cfg.MaxFileBytes) + ": make it smaller.")
}

func megabytes(n int64) string { return strconv.FormatFloat(float64(n)/(1<<20), 'g', 4, 64) + " MB" }

// getFile answers with a file, in a sandbox: even if a browser were made to take
// it for a page, nothing in it could run.
func (s *Server) getFile(w http.ResponseWriter, r *request) error {
	f, err := s.store.File(r.Context(), r.doc.ID, persist.FileID(r.PathValue("file")))
	if errors.Is(err, session.ErrNotFound) {
		return &errNotFound
	}
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Content-Disposition", `inline; filename="`+string(f.ID)+"."+imageTypes[f.Type]+`"`)
	h.Set("Content-Type", f.Type)
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	h.Set("ETag", `"`+string(f.ID)+`"`)
	content := &logged{persist.NewFileReader(r.Context(), s.store, f), nil}
	http.ServeContent(w, r.Request, "", f.Created, content)
	if content.err != nil && r.Context().Err() == nil {
		s.log.Error().Err(content.err).Str("doc", string(f.Doc)).Msg("a file could not be read")
	}
	return nil
}

// logged remembers the first error of reading.
type logged struct {
	io.ReadSeeker
	err error
}

// Read implements io.Reader.
func (l *logged) Read(p []byte) (int, error) {
	n, err := l.ReadSeeker.Read(p)
	if err != nil && err != io.EOF && l.err == nil {
		l.err = err
	}
	return n, err
}

// uploads counts the files that are coming. The zero value is ready.
type uploads struct {
	mu    sync.Mutex
	all   int
	users map[wire.UserID]int
	left  chan struct{} // closed when one has come
}

// enter waits until a person may send a file, and returns what is called when it
// has come.
func (u *uploads) enter(ctx context.Context, user wire.UserID) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, uploadWait)
	defer cancel()
	for {
		wait := u.take(user)
		if wait == nil {
			return func() { u.leave(user) }, nil
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, &errBusy
		}
	}
}

// take counts one more, or returns what to wait for before trying again.
func (u *uploads) take(user wire.UserID) (wait <-chan struct{}) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.users == nil {
		u.users, u.left = map[wire.UserID]int{}, make(chan struct{})
	}
	if u.all >= uploadsAtOnce || u.users[user] >= uploadsOfUser {
		return u.left
	}
	u.all++
	u.users[user]++
	return nil
}

func (u *uploads) leave(user wire.UserID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.all--
	if u.users[user]--; u.users[user] == 0 {
		delete(u.users, user)
	}
	close(u.left)
	u.left = make(chan struct{})
}
