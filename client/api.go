package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// API makes the requests of a server that are not about one live document. It
// keeps the login cookie in its HTTP client: pass [API.HTTP] on to the clients
// that are to be the same person.
type API struct {
	base *url.URL
	http *http.Client
}

// NewAPI returns an API for the server at address, "http://localhost:8080". A
// nil hc means a new HTTP client; one without a cookie jar is copied and given
// one.
func NewAPI(address string, hc *http.Client) (*API, error) {
	base, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("address of the server: %w", err)
	}
	if base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, fmt.Errorf("address of the server: %q is not like http://localhost:8080", address)
	}
	var own http.Client
	if hc != nil {
		own = *hc
	}
	if own.Jar == nil {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return nil, err
		}
		own.Jar = jar
		hc = &own
	}
	return &API{base: base, http: hc}, nil
}

// HTTP returns the HTTP client with the login.
func (a *API) HTTP() *http.Client { return a.http }

// Person is who the server takes one for.
type Person struct {
	ID    wire.UserID `json:"id"`
	Name  string      `json:"name"`
	Color string      `json:"color"`
	Guest bool        `json:"guest"`
}

// Me tells who one is. Where guests are allowed, the first call logs a guest in.
func (a *API) Me(ctx context.Context) (Person, error) {
	var p Person
	return p, a.getJSON(ctx, &p, "api", "me")
}

// Document is what the server tells of a document beside its content.
type Document struct {
	ID       wire.DocID    `json:"id"`
	Kind     ot.DocKind    `json:"kind"`
	Title    string        `json:"title"`
	Lineage  wire.Lineage  `json:"lineage"`
	Revision wire.Revision `json:"revision"`
}

// CreateDocument makes a new, empty document.
func (a *API) CreateDocument(ctx context.Context, title string, kind ot.DocKind) (Document, error) {
	body, err := json.Marshal(map[string]string{"title": title, "kind": string(kind)})
	if err != nil {
		return Document{}, err
	}
	data, err := a.do(ctx, http.MethodPost, a.base.JoinPath("api", "docs"), body)
	if err != nil {
		return Document{}, err
	}
	var d Document
	if err := json.Unmarshal(data, &d); err != nil {
		return Document{}, fmt.Errorf("read the answer: %w", err)
	}
	return d, nil
}

// Format is a form in which content can be read.
type Format string

// The formats of content.
const (
	FormatDelta Format = "delta" // JSON
	FormatText  Format = "text"  // UTF-8
)

// Head as a revision means the latest one.
const Head = noHold

// Content reads a document's content at a revision, or at Head.
func (a *API) Content(ctx context.Context, doc wire.DocID, format Format, revision wire.Revision) ([]byte, error) {
	u := a.base.JoinPath("api", "docs", url.PathEscape(string(doc)), "content")
	query := url.Values{"format": {string(format)}}
	if revision != Head {
		query.Set("revision", strconv.FormatUint(uint64(revision), 10))
	}
	u.RawQuery = query.Encode()
	return a.do(ctx, http.MethodGet, u, nil)
}

func (a *API) getJSON(ctx context.Context, answer any, path ...string) error {
	data, err := a.do(ctx, http.MethodGet, a.base.JoinPath(path...), nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, answer); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 1 << 30

func (a *API) do(ctx context.Context, method string, u *url.URL, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return a.send(req)
}
