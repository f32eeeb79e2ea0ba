package server

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/collabd/collabd/difference"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/ot/strictjson"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Writing by REST. Whatever is sent says which revision it was made from, and
// becomes an edit that is merged with what others have written since, as if its
// author had a connection. Nothing replaces a document.

const (
	editPattern    = "POST /api/docs/{id}/edits"
	contentPattern = "PUT /api/docs/{id}/content"

	// editBytes is how many bytes the body of a POST of an edit may have.
	editBytes = 4 << 20
	// contentBytes is how many bytes the body of a PUT of a whole document may
	// have.
	contentBytes = 8 << 20
	// keyBytes is how long an Idempotency-Key may be, bytes.
	keyBytes = 128
	// editDepth and editMembers bound the JSON object around an op.
	editDepth, editMembers = 16, 4
	// comparedBytes is how many bytes of two texts that differ are compared; more
	// are replaced by each other.
	comparedBytes = 4 << 20
	// differencesAtOnce is how many whole documents are compared at once: that
	// takes time and memory. The others wait.
	differencesAtOnce = 2
)

// keyHeader names a write: see session.Write.
const keyHeader = "Idempotency-Key"

// writtenJSON is what became of a write.
type writtenJSON struct {
	Revision  wire.Revision `json:"revision"`
	Changed   bool          `json:"changed"`
	Duplicate bool          `json:"duplicate"`
}

// postEdit takes an op with the revision that it applies to.
func (s *Server) postEdit(w http.ResponseWriter, r *request) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &errNotJSON
	}
	in := session.Write{User: r.who.User}
	var err error
	if in.Key, err = writeKey(r); err != nil {
		return err
	}
	body, err := readWrite(w, r, editBytes)
	if err != nil {
		return err
	}
	if in.Base, in.Op, err = parseEdit(body); err != nil {
		return err
	}
	if err := s.mayWrite(r, len(body), in.Base); err != nil {
		return err
	}
	return s.submit(w, r, in)
}

// putContent takes a whole document with the revision that it was made from,
// and makes the smallest edit of it that leads there.
func (s *Server) putContent(w http.ResponseWriter, r *request) error {
	form, err := formOf(r)
	if err != nil {
		return err
	}
	in := session.Write{User: r.who.User}
	if in.Key, err = writeKey(r); err != nil {
		return err
	}
	if in.Base, err = baseOf(r); err != nil {
		return err
	}
	body, err := readWrite(w, r, contentBytes)
	if err != nil {
		return err
	}
	if err := s.mayWrite(r, len(body), in.Base); err != nil {
		return err
	}
	// What was sent is what a key stands for: the edit that comes of it is ours.
	in.Digest = contentDigest(form, in.Base, body)
	if in.Key != "" {
		was, known, err := s.hub.Known(r.Context(), r.doc.ID, in)
		if err != nil {
			return writeError(err)
		}
		if known {
			answerWritten(w, was)
			return nil
		}
	}
	if in.Op, err = s.replacement(r, in.Base, form, body); err != nil {
		return err
	}
	return s.submit(w, r, in)
}

// replacement is the edit that makes of the document at a revision what was
// sent.
func (s *Server) replacement(r *request, base wire.Revision, form form, body []byte) (ot.Op, error) {
	select {
	case s.differences <- struct{}{}:
		defer func() { <-s.differences }()
	case <-r.Context().Done():
		return ot.Op{}, r.Context().Err()
	}
	doc, err := s.documentAt(r.Context(), r.doc.ID, base)
	if err != nil {
		return ot.Op{}, err
	}
	return replacement(r.doc.Kind, doc, form, body)
}

// documentAt reads a document as it was at a revision. ErrNotFound if there is
// no such revision.
func (s *Server) documentAt(ctx context.Context, doc wire.DocID, at wire.Revision) (ot.Doc, error) {
	if sight, open := s.hub.Sight(doc); open && sight.Revision() == at {
		return sight.Snapshot().Doc, nil
	}
	return session.ReadAt(ctx, s.store, doc, at)
}

// mayWrite refuses what is too much, and a base that there is not.
func (s *Server) mayWrite(r *request, bytes int, base wire.Revision) error {
	if base > r.doc.Head {
		return &errAhead
	}
	from := s.proxies.counted(parseAddress(r.RemoteAddr))
	return s.admission.writes(r.who, from, writeCost(bytes, r.doc.Head-base))
}

// submit hands a write to the session of the document, and answers.
func (s *Server) submit(w http.ResponseWriter, r *request, in session.Write) error {
	was, err := s.hub.Submit(r.Context(), r.doc.ID, in)
	if err != nil {
		return writeError(err)
	}
	answerWritten(w, was)
	return nil
}

func answerWritten(w http.ResponseWriter, was session.Written) {
	writeJSON(w, http.StatusOK, writtenJSON(was))
}

// writeError is the answer to a write that a session did not take.
func writeError(err error) error {
	var c wire.Close
	if !errors.As(err, &c) {
		return err
	}
	switch c.Code {
	case wire.CloseNotFound.Code:
		return &errNoDocument
	case wire.CloseRevisionAhead.Code:
		return &errAhead
	case wire.CloseBadBase.Code:
		return errOldBase.because(c.Reason)
	case wire.CloseSeqConflict.Code:
		return &errKeyReused
	case wire.CloseEditRefused.Code:
		return errRefused.because(c.Reason)
	case wire.CloseStoreFailed.Code:
		return &errUnknown
	case wire.CloseRestarting.Code:
		return &errStopping
	case wire.CloseOverloaded.Code:
		return errBusy.because(c.Reason)
	}
	return errInternal.with(err)
}

// readWrite reads a body of at most so many bytes.
func readWrite(w http.ResponseWriter, r *request, most int64) ([]byte, error) {
	tooLarge := errTooLarge.because("The body has more than " + megabytes(most) + ": send what has changed, by POST to …/edits, in parts.")
	if r.ContentLength > most {
		return nil, tooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	switch answer := bodyError(err); {
	case answer == &errTooLarge:
		return nil, tooLarge
	case answer != nil:
		return nil, answer
	case err != nil:
		return nil, errBadRequest.because("The body has not arrived whole.")
	}
	return body, nil
}

// parseEdit reads {"base":B,"op":[…]}.
func parseEdit(body []byte) (base wire.Revision, op ot.Op, err error) {
	bad := func(err error) error {
		return errBadRequest.because(`The body is not {"base":revision,"op":[…]}: ` + err.Error() + ".")
	}
	members, err := strictjson.Object(body, editDepth, editMembers)
	if err != nil {
		return 0, ot.Op{}, bad(err)
	}
	var based, edited bool
	for _, m := range members {
		switch m.Name {
		case "base":
			var n uint64
			n, err = strictjson.Uint(m.Value)
			base, based = wire.Revision(n), true
		case "op":
			op, err = ot.Parse(m.Value, ot.Limits{Bytes: editBytes})
			edited = true
		default:
			err = errors.New("a member that is not known")
		}
		if err != nil {
			return 0, ot.Op{}, bad(err)
		}
	}
	if !based || !edited {
		return 0, ot.Op{}, bad(errors.New("one of the two is missing"))
	}
	return base, op, nil
}

// baseOf is the revision that a whole document was made from.
func baseOf(r *request) (wire.Revision, error) {
	n, err := strconv.ParseUint(r.URL.Query().Get("base"), 10, 53)
	if err != nil {
		return 0, errBadRequest.because("Say which revision this was made from, as ?base=revision: the header Collabd-Revision of GET …/content tells it.")
	}
	return wire.Revision(n), nil
}

// writeKey is the Idempotency-Key of a request; "" if it has none.
func writeKey(r *request) (string, error) {
	keys := r.Header.Values(keyHeader)
	if len(keys) == 0 {
		return "", nil
	}
	key := keys[0]
	foreign := strings.ContainsFunc(key, func(c rune) bool { return c < '!' && c != ' ' || c > '~' })
	if len(keys) > 1 || key == "" || len(key) > keyBytes || foreign {
		return "", errBadRequest.because("The header " + keyHeader + " has 1 to " + strconv.Itoa(keyBytes) + " printable ASCII characters.")
	}
	return key, nil
}

// contentDigest identifies a PUT: 64-bit FNV-1a over its form, base and body.
func contentDigest(f form, base wire.Revision, body []byte) uint64 {
	h := fnv.New64a()
	h.Write(binary.BigEndian.AppendUint64([]byte(f+"\x00"), uint64(base)))
	h.Write(body)
	return h.Sum64()
}

// differenceError is the answer to a difference that could not be made.
func differenceError(err error) error {
	if errors.Is(err, difference.ErrWrong) {
		return errInternal.with(err)
	}
	return err
}
