package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/collabd/collabd/wire"
)

const (
	// followAgain and followAgainMost bound the wait before a stream that broke is
	// opened again.
	followAgain, followAgainMost = time.Second, 30 * time.Second
	// recordBytes is the most bytes of one record of a stream.
	recordBytes = 256 << 20
)

// Follow yields the records of a document after a revision, and then those that
// are written, for as long as the loop goes on: every one once, in order. When
// the stream breaks or the server restarts it goes on by itself. The last value
// is an error: that of ctx, or an *HTTPError that says the server will not have
// it. With after = Head it begins with what is written from now on.
//
//	for record, err := range api.Follow(ctx, doc, client.Head) {
func (a *API) Follow(ctx context.Context, doc wire.DocID, after wire.Revision) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		wait := followAgain
		for ctx.Err() == nil {
			at := after
			err := a.head(ctx, doc, &after)
			if err == nil {
				err = a.follow(ctx, doc, &after, func(r Record) bool { return yield(r, nil) })
			}
			var refused *HTTPError
			switch {
			case errors.Is(err, errEnough):
				return
			case errors.As(err, &refused) && !refused.Temporary(), errors.Is(err, ErrProtocol):
				yield(Record{}, err)
				return
			case after != at:
				wait = followAgain
			}
			timer := time.NewTimer(wait)
			wait = min(2*wait, followAgainMost)
			select {
			case <-timer.C:
			case <-ctx.Done():
				timer.Stop()
			}
		}
		yield(Record{}, ctx.Err())
	}
}

// errEnough says that nobody wants more.
var errEnough = errors.New("enough")

// head makes Head the revision that the document has now, so that a stream which
// breaks at once loses nothing.
func (a *API) head(ctx context.Context, doc wire.DocID, after *wire.Revision) error {
	if *after != Head {
		return nil
	}
	var d Document
	if err := a.getJSON(ctx, &d, "api", "docs", url.PathEscape(string(doc))); err != nil {
		return err
	}
	*after = d.Revision
	return nil
}

// follow reads one stream until it breaks, and moves after.
func (a *API) follow(ctx context.Context, doc wire.DocID, after *wire.Revision, take func(Record) bool) error {
	u := a.about(doc, "records", "events")
	u.RawQuery = url.Values{"after": {strconv.FormatUint(uint64(*after), 10)}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	hc := *a.http
	hc.Timeout = 0 // a stream lasts
	resp, err := hc.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		data, _ := io.ReadAll(io.LimitReader(resp.Body, answerBytes))
		return httpError(resp.StatusCode, data)
	}
	events := &eventReader{limit: recordBytes}
	events.from(resp.Body)
	for {
		_, data, err := events.next()
		if err != nil {
			return err
		}
		r, err := parseRecord(data)
		if err != nil {
			return err
		}
		if r.From != *after {
			return fmt.Errorf("%w: revision %d follows %d", ErrProtocol, r.Revision, *after)
		}
		*after = r.Revision
		if !take(r) {
			return errEnough
		}
	}
}
