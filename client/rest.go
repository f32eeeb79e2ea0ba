package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Write says what a write by HTTP was made from, and names it.
type Write struct {
	// Base is the revision that it was made from.
	Base wire.Revision
	// Key, 1 to 128 printable ASCII characters, makes it safe to send it again:
	// the server makes a write with one key once. "" is no key.
	Key string
}

// Written is what became of a write. It is durable, and merged with what others
// have written since its base.
type Written struct {
	// Revision is what it made, or the head if there was nothing to write.
	Revision wire.Revision `json:"revision"`
	// Changed says that it made a revision.
	Changed bool `json:"changed"`
	// Duplicate says that a write with this key had been made before.
	Duplicate bool `json:"duplicate"`
}

// Edit writes an op on the document at w.Base, without a connection. The error is
// an *HTTPError if the server has refused it; if that is Temporary, and after any
// other, it is not known whether it was written: send it again with its key.
func (a *API) Edit(ctx context.Context, doc wire.DocID, w Write, op ot.Op) (Written, error) {
	body := strconv.AppendUint([]byte(`{"base":`), uint64(w.Base), 10)
	body = op.AppendJSON(append(body, `,"op":`...))
	return a.write(ctx, http.MethodPost, a.about(doc, "edits"), w, "application/json", append(body, '}'))
}

// The content types of PutContent.
const (
	TypeText     = "text/plain"
	TypeMarkdown = "text/markdown"
	TypeDelta    = "application/json" // {"op":[…]}
)

// PutContent sends a whole document that was made from the one at w.Base. What is
// different becomes an edit; what others have written since stays. The error is
// as that of Edit.
func (a *API) PutContent(ctx context.Context, doc wire.DocID, w Write, contentType string, content []byte) (Written, error) {
	u := a.about(doc, "content")
	u.RawQuery = url.Values{"base": {strconv.FormatUint(uint64(w.Base), 10)}}.Encode()
	return a.write(ctx, http.MethodPut, u, w, contentType, content)
}

func (a *API) write(ctx context.Context, method string, u *url.URL, w Write, contentType string, body []byte) (was Written, err error) {
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return Written{}, err
	}
	req.Header.Set("Content-Type", contentType)
	if w.Key != "" {
		req.Header.Set("Idempotency-Key", w.Key)
	}
	data, err := a.send(req)
	if err != nil {
		return Written{}, err
	}
	if err := json.Unmarshal(data, &was); err != nil {
		return Written{}, fmt.Errorf("read the answer: %w", err)
	}
	return was, nil
}

// Record is a revision of a document's history, or several composed into one.
type Record struct {
	// From is the revision that Op applies to, Revision the one that it makes.
	From, Revision wire.Revision
	// User and At are who made the (last) revision, and when.
	User wire.UserID
	At   time.Time
	Op   ot.Op
	// Client and Seq are there if it is one revision.
	Client wire.ClientID
	Seq    wire.Seq
}

// RecordsQuery says which records are wanted.
type RecordsQuery struct {
	// After is the revision before the first one.
	After wire.Revision
	// UpTo is the last one; 0 is the head.
	UpTo wire.Revision
	// Each is how many are composed into one; 0 is 1.
	Each int
	// Limit is how many a page has, at most 1000; 0 is 100.
	Limit int
}

// RecordsPage is a part of a history.
type RecordsPage struct {
	Head    wire.Revision
	Records []Record
	// Authors are the people of the records, as far as they are known, by id.
	Authors map[wire.UserID]Author
	// Next is the After of the next page, More that there is one.
	Next wire.Revision
	More bool
}

// Author is a person as the history shows them.
type Author struct {
	Name  string `json:"name"`
	Color string `json:"color"`
}

// Records reads a part of a document's history.
func (a *API) Records(ctx context.Context, doc wire.DocID, q RecordsQuery) (RecordsPage, error) {
	u := a.about(doc, "records")
	query := url.Values{"after": {strconv.FormatUint(uint64(q.After), 10)}}
	for name, n := range map[string]uint64{"upto": uint64(q.UpTo), "each": uint64(q.Each), "limit": uint64(q.Limit)} {
		if n > 0 {
			query.Set(name, strconv.FormatUint(n, 10))
		}
	}
	u.RawQuery = query.Encode()
	data, err := a.do(ctx, http.MethodGet, u, nil)
	if err != nil {
		return RecordsPage{}, err
	}
	var page struct {
		Head    wire.Revision
		Records []json.RawMessage
		Authors map[wire.UserID]Author
		Next    *wire.Revision
	}
	if err := json.Unmarshal(data, &page); err != nil {
		return RecordsPage{}, fmt.Errorf("read the answer: %w", err)
	}
	answer := RecordsPage{Head: page.Head, Authors: page.Authors, Records: make([]Record, len(page.Records))}
	for i, raw := range page.Records {
		if answer.Records[i], err = parseRecord(raw); err != nil {
			return RecordsPage{}, err
		}
	}
	if page.Next != nil {
		answer.Next, answer.More = *page.Next, true
	}
	return answer, nil
}

func parseRecord(data []byte) (Record, error) {
	var in struct {
		From, Revision wire.Revision
		User           wire.UserID
		At             time.Time
		Op             json.RawMessage // encoding/json must not see its text
		Client         wire.ClientID
		Seq            wire.Seq
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return Record{}, fmt.Errorf("%w: a record: %w", ErrProtocol, err)
	}
	op, err := ot.Parse(in.Op, trusted)
	if err != nil {
		return Record{}, fmt.Errorf("%w: a record: %w", ErrProtocol, err)
	}
	return Record{From: in.From, Revision: in.Revision, User: in.User, At: in.At, Op: op, Client: in.Client, Seq: in.Seq}, nil
}

// trusted are limits for what a server sends.
var trusted = ot.Limits{Bytes: maxAnswer, Components: maxAnswer, InsertUnits: maxAnswer, AttributeBytes: maxAnswer, Attributes: 1 << 16}

// about is an address about a document.
func (a *API) about(doc wire.DocID, path ...string) *url.URL {
	return a.base.JoinPath(append([]string{"api", "docs", url.PathEscape(string(doc))}, path...)...)
}

// send makes a request and reads the whole answer.
func (a *API) send(req *http.Request) ([]byte, error) {
	resp, err := a.http.Do(req)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if closing := resp.Body.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, err)
	}
	if resp.StatusCode/100 != 2 {
		return nil, httpError(resp.StatusCode, data)
	}
	return data, nil
}
