package server

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/ot/strictjson"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const (
	// recordsMost and recordsUsual are how many records one answer has.
	recordsMost, recordsUsual = 1000, 100
	// recordsRead is how many records of the history are read for one answer, at
	// most; those that are composed into one are one more each.
	recordsRead = 100_000
	// recordsStep is how many records are read at once.
	recordsStep = 10_000
	// recordsBytes is after how many bytes an answer has no more records.
	recordsBytes = 8 << 20
)

// recordsQuery says which records are asked for.
type recordsQuery struct {
	after, upto wire.Revision
	each, limit int
}

// getRecords answers with records of the history, one by one or several
// composed into one.
func (s *Server) getRecords(w http.ResponseWriter, r *request) error {
	q, err := parseRecordsQuery(r.URL.Query(), r.doc.Head)
	if err != nil {
		return err
	}
	page := recordsPage{each: q.each, buf: []byte(`{"head":` + strconv.FormatUint(uint64(r.doc.Head), 10) + `,"records":[`)}
	at := q.after
	for at < q.upto && page.n < q.limit && len(page.buf) < recordsBytes {
		upto := min(at+wire.Revision(page.step(q.limit)), q.upto)
		records, err := s.store.Records(r.Context(), r.doc.ID, at, upto)
		if err != nil {
			return err
		}
		used, err := page.add(records, q.limit, upto == q.upto)
		if err != nil {
			return errInternal.with(err)
		}
		at += wire.Revision(used)
		if page.read += used; page.read >= recordsRead {
			break
		}
	}
	authors, err := s.authors(r, page.users)
	if err != nil {
		return err
	}
	b := append(page.buf, `],"authors":`...)
	b = append(b, authors...)
	if at < q.upto {
		b = strconv.AppendUint(append(b, `,"next":`...), uint64(at), 10)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.Write(append(b, '}', '\n'))
	return nil
}

func parseRecordsQuery(v url.Values, head wire.Revision) (recordsQuery, error) {
	q := recordsQuery{upto: head, each: 1, limit: recordsUsual}
	number := func(name string, into *uint64, least, most uint64) error {
		text := v.Get(name)
		if text == "" {
			return nil
		}
		n, err := strconv.ParseUint(text, 10, 53)
		if err != nil || n < least || n > most {
			return errBadRequest.because(name + " is a whole number from " + strconv.FormatUint(least, 10) + " to " + strconv.FormatUint(most, 10) + ".")
		}
		*into = n
		return nil
	}
	after, upto, each, limit := uint64(0), uint64(head), uint64(q.each), uint64(q.limit)
	err := errors.Join(
		number("after", &after, 0, strictjson.MaxSafe), number("upto", &upto, 0, strictjson.MaxSafe),
		number("each", &each, 1, recordsRead), number("limit", &limit, 1, recordsMost),
	)
	if err != nil {
		return q, err
	}
	if after > uint64(head) {
		return q, &errNoRevision
	}
	return recordsQuery{
		after: wire.Revision(after), upto: min(wire.Revision(upto), head), each: int(each), limit: int(limit),
	}, nil
}

// recordsPage is an answer while it is being written.
type recordsPage struct {
	each  int
	buf   []byte
	n     int // records in it
	read  int // records of the history that they are of
	users []wire.UserID
	known map[wire.UserID]bool
}

// step is how many records are to be read next: whole groups.
func (p *recordsPage) step(limit int) int {
	groups := min(limit-p.n, max(1, min(recordsStep, recordsRead-p.read)/p.each))
	return groups * p.each
}

// add writes the groups that records make, and returns how many records it has
// used. The last group may be smaller at the end of what was asked for.
func (p *recordsPage) add(records []session.Record, limit int, end bool) (used int, err error) {
	for len(records) > 0 && p.n < limit && (p.n == 0 || len(p.buf) < recordsBytes) {
		n := min(p.each, len(records))
		if n < p.each && !end {
			break
		}
		if err := p.group(records[:n]); err != nil {
			return used, err
		}
		records = records[n:]
		used += n
	}
	return used, nil
}

// group writes one record, or several composed into one.
func (p *recordsPage) group(records []session.Record) error {
	last := records[len(records)-1]
	if p.n++; p.n > 1 {
		p.buf = append(p.buf, ',')
	}
	if p.known == nil {
		p.known = map[wire.UserID]bool{}
	}
	if !p.known[last.User] {
		p.known[last.User] = true
		p.users = append(p.users, last.User)
	}
	if p.each == 1 {
		p.buf = appendRecord(p.buf, last)
		return nil
	}
	ops := make([]ot.Op, len(records))
	for i := range records {
		ops[i] = records[i].Op
	}
	op, err := ot.ComposeAll(ops)
	if err != nil {
		return err
	}
	last.Op = op
	p.buf = append(appendRecordHead(p.buf, records[0].Revision-1, last), '}')
	return nil
}

// appendRecord appends {"from","revision","user","at","op","client","seq"}.
func appendRecord(b []byte, r session.Record) []byte {
	b = appendRecordHead(b, r.Revision-1, r)
	b = append(b, `,"client":`...)
	b = strictjson.AppendString(b, string(r.Client))
	b = strconv.AppendUint(append(b, `,"seq":`...), uint64(r.Seq), 10)
	return append(b, '}')
}

// appendRecordHead appends what a composed record has too, without the end of
// the object.
func appendRecordHead(b []byte, from wire.Revision, r session.Record) []byte {
	b = strconv.AppendUint(append(b, `{"from":`...), uint64(from), 10)
	b = strconv.AppendUint(append(b, `,"revision":`...), uint64(r.Revision), 10)
	b = append(b, `,"user":`...)
	b = strictjson.AppendString(b, string(r.User))
	b = append(b, `,"at":"`...)
	b = r.At.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","op":`...)
	return r.Op.AppendJSON(b)
}

// authors is {"ID":{"name","color"}} of those people that are known.
func (s *Server) authors(r *request, users []wire.UserID) ([]byte, error) {
	b := []byte{'{'}
	for _, id := range users {
		u, err := s.store.User(r.Context(), id)
		if errors.Is(err, session.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(strictjson.AppendString(b, string(id)), `:{"name":`...)
		b = append(strictjson.AppendString(b, u.Name), `,"color":`...)
		b = append(strictjson.AppendString(b, u.Color), '}')
	}
	return append(b, '}'), nil
}
