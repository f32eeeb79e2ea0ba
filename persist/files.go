package persist

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// FileBytes is the most that a file can have, in bytes. The server takes less.
const FileBytes = 100 << 20

// filePart is how many bytes of a file are written, and read, at once: so that
// neither a large file nor one that is taken slowly holds others up, or much
// memory.
const filePart = 256 << 10

// FileID names a file, in all documents.
type FileID string

// File is what is known of a file of a document, an image for one. It does not
// change.
type File struct {
	ID            FileID
	Doc           wire.DocID
	User          wire.UserID // who brought it
	Type          string      // as in Content-Type
	Bytes         int64
	Width, Height int // pixels; 0 if that is not known
	SHA256        [sha256.Size]byte
	Created       time.Time // kept to the microsecond
}

// ErrFilesFull says that the document would have more bytes of files than it
// may. Nothing was written.
var ErrFilesFull = errors.New("the document has too many bytes of files")

// prepareFile completes f from its data.
func prepareFile(f File, data []byte) (File, error) {
	switch {
	case f.ID == "" || f.Type == "":
		return f, fmt.Errorf("%w: a file needs an id and a type", ErrMalformed)
	case len(data) == 0 || len(data) > FileBytes:
		return f, fmt.Errorf("%w: a file of %d bytes", ErrMalformed, len(data))
	case f.Width < 0 || f.Height < 0:
		return f, fmt.Errorf("%w: a file of %d × %d", ErrMalformed, f.Width, f.Height)
	}
	f.Bytes, f.SHA256, f.Created = int64(len(data)), sha256.Sum256(data), timeOf(f.Created.UnixMicro())
	return f, checkText("file", string(f.ID), string(f.User), f.Type)
}

// partsOf cuts a file.
func partsOf(data []byte) [][]byte { return slices.Collect(slices.Chunk(data, filePart)) }

// scanFile reads the columns of fileColumns. [session.ErrNotFound] if there is
// no row.
func scanFile(scan func(...any) error) (f File, err error) {
	var created int64
	var sum []byte
	err = scan((*string)(&f.ID), (*string)(&f.Doc), (*string)(&f.User), &f.Type, &f.Bytes, &f.Width, &f.Height, &sum, &created)
	if isNoRows(err) {
		err = session.ErrNotFound
	}
	copy(f.SHA256[:], sum)
	f.Created = timeOf(created)
	return f, err
}

const fileColumns = `id, doc, "user", type, bytes, width, height, sha256, created_at`

// fileRow is a file as fileColumns.
func fileRow(f File) []any {
	return []any{string(f.ID), string(f.Doc), string(f.User), f.Type, f.Bytes, f.Width, f.Height, f.SHA256[:], f.Created.UnixMicro()}
}

// filesOf is what FileReader needs of a store.
type filesOf interface {
	FilePart(ctx context.Context, id FileID, n int) ([]byte, error)
}

// FileReader reads a file part by part. It belongs to one goroutine.
type FileReader struct {
	ctx   context.Context // of all reads: it is that of one answer
	store filesOf
	file  File
	at    int64
	part  []byte // the one of number n
	n     int
}

var _ io.ReadSeeker = (*FileReader)(nil)

// NewFileReader returns a reader of a file. Its calls of the store have the
// context ctx.
func NewFileReader(ctx context.Context, store filesOf, f File) *FileReader {
	return &FileReader{ctx: ctx, store: store, file: f, n: -1}
}

// Read implements io.Reader. [*DamagedError] if a part is missing.
func (r *FileReader) Read(p []byte) (int, error) {
	if r.at >= r.file.Bytes {
		return 0, io.EOF
	}
	if n := int(r.at / filePart); n != r.n {
		part, err := r.store.FilePart(r.ctx, r.file.ID, n)
		if want := min(filePart, r.file.Bytes-int64(n)*filePart); err == nil && int64(len(part)) != want || errors.Is(err, session.ErrNotFound) {
			err = &DamagedError{Doc: r.file.Doc, Part: PartFile, Reason: fmt.Sprintf("of file %s part %d is not what was stored", r.file.ID, n)}
		}
		if err != nil {
			return 0, err
		}
		r.part, r.n = part, n
	}
	n := copy(p, r.part[r.at%filePart:])
	r.at += int64(n)
	return n, nil
}

// Seek implements io.Seeker.
func (r *FileReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.file.Bytes
	}
	if offset < 0 {
		return 0, errors.New("seek before the beginning")
	}
	r.at = offset
	return offset, nil
}

// readFile reads all of a file and checks it.
func readFile(ctx context.Context, store filesOf, f File) ([]byte, error) {
	var b bytes.Buffer
	if _, err := io.Copy(&b, NewFileReader(ctx, store, f)); err != nil {
		return nil, err
	}
	if sha256.Sum256(b.Bytes()) != f.SHA256 {
		return nil, &DamagedError{Doc: f.Doc, Part: PartFile, Reason: fmt.Sprintf("of file %s the hash differs", f.ID)}
	}
	return b.Bytes(), nil
}
