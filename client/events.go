package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// eventStream is a Conn over Server-Sent Events and POSTs, for networks that
// refuse sockets: docs/protocol.md, "Where sockets are blocked". The first
// message that is written opens the stream.
type eventStream struct {
	http    *http.Client
	url     string // of the stream; messages go to url + "/messages"
	padding int    // bytes of comment after each event, for proxies that buffer

	life context.Context // of the stream
	end  context.CancelFunc

	opened  chan struct{} // closed when events or refusal is set
	events  *eventReader
	refused error

	named chan struct{} // closed when token is set
	token string

	count uint64 // of the last POST; 0 before the stream is opened
}

var _ Conn = (*eventStream)(nil)

const (
	// postAgain is the wait before a POST whose answer was lost is repeated. It
	// doubles, and ends with the context of the Write.
	postAgain = 100 * time.Millisecond
	// answerBytes is how much of the answer to a refused request is read.
	answerBytes = 4 << 10
)

// newEventStream returns a connection that Write will open.
func newEventStream(hc *http.Client, url string, readLimit int64, padding int) *eventStream {
	own := *hc
	own.Timeout = 0 // a stream lasts
	c := &eventStream{
		http: &own, url: url, padding: padding, events: &eventReader{limit: readLimit},
		opened: make(chan struct{}), named: make(chan struct{}),
	}
	c.life, c.end = context.WithCancel(context.Background())
	return c
}

// Read returns the next frame.
func (c *eventStream) Read(ctx context.Context) ([]byte, error) {
	select {
	case <-c.opened:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-c.life.Done():
		return nil, io.ErrUnexpectedEOF
	}
	if c.refused != nil {
		return nil, c.refused
	}
	defer context.AfterFunc(ctx, c.end)()
	for {
		event, data, err := c.events.next()
		switch {
		case err == io.EOF:
			return nil, io.ErrUnexpectedEOF // a stream says how it ends
		case err != nil && ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case err != nil:
			return nil, err
		}
		switch event {
		case "":
			return data, nil
		case "connection":
			if c.token != "" {
				return nil, fmt.Errorf("%w: a stream that is named twice", ErrProtocol)
			}
			c.token = string(data)
			close(c.named)
		case "close":
			var end struct {
				Code   uint16
				Reason string
			}
			if err := json.Unmarshal(data, &end); err != nil {
				return nil, fmt.Errorf("%w: %w", ErrProtocol, err)
			}
			return nil, &ClosedError{Code: end.Code, Reason: end.Reason}
		}
	}
}

// Write opens the stream with the first message, and posts the others.
func (c *eventStream) Write(ctx context.Context, frame []byte) error {
	c.count++
	if c.count == 1 {
		return c.open(ctx, frame)
	}
	select {
	case <-c.named:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.life.Done():
		return io.ErrClosedPipe
	}
	for wait := postAgain; ; wait *= 2 {
		again, err := c.post(ctx, frame)
		if !again {
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-c.life.Done():
			return io.ErrClosedPipe
		}
	}
}

// Close ends the stream at once: the server sees that it has lost its reader.
func (c *eventStream) Close(uint16, string) error {
	c.end()
	return nil
}

func (c *eventStream) open(ctx context.Context, hello []byte) error {
	stop := context.AfterFunc(ctx, c.end)
	resp, err := c.request(c.life, c.url, hello, func(h http.Header) {
		h.Set("Accept", "text/event-stream")
		if c.padding > 0 {
			h.Set("Collabd-Padding", strconv.Itoa(c.padding))
		}
	})
	if !stop() && err == nil {
		err = context.Cause(ctx)
		resp.Body.Close()
	}
	if err == nil && resp.StatusCode != http.StatusOK {
		err = refusal(resp)
	}
	if err != nil {
		c.refused = err
		close(c.opened)
		return err
	}
	c.events.from(resp.Body)
	close(c.opened)
	return nil
}

// post makes the POST of the present count. If again is true the same may be
// tried again: the server knows a POST by its count.
func (c *eventStream) post(ctx context.Context, frame []byte) (again bool, err error) {
	resp, err := c.request(ctx, c.url+"/messages", frame, func(h http.Header) {
		h.Set("Collabd-Connection", c.token)
		h.Set("Collabd-Count", strconv.FormatUint(c.count-1, 10))
	})
	if err != nil {
		return ctx.Err() == nil, err
	}
	if resp.StatusCode == http.StatusNoContent {
		return false, resp.Body.Close()
	}
	refused := refusal(resp)
	// Not as the refusal of a connection, which may be final: the next one
	// will say whether it is.
	return refused.Temporary(), fmt.Errorf("a POST of messages: %v", refused)
}

func (c *eventStream) request(ctx context.Context, url string, body []byte, header func(http.Header)) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	header(r.Header)
	return c.http.Do(r)
}

// refusal is the error that an answer means, whose body it closes.
func refusal(resp *http.Response) *HTTPError {
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, answerBytes)) // for the message only
	return httpError(resp.StatusCode, body)
}
