package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/collabd/collabd/ot/strictjson"
	"github.com/collabd/collabd/wire"
)

// post is what a POST brought: messages, or why the connection ends.
type post struct {
	messages [][]byte
	err      error
}

// messageDepth is how deep a message may nest; wire has the limits of what is
// in it.
const messageDepth = 16

// post hands in the messages of one POST. A nil error means that the session
// will read them, in the order of the counts; POSTs that were handed in before
// are answered in the same way and are not read again.
//
// What it holds is bounded: one POST that is being read by the session, one in
// the inbox, and one whose body has arrived. Others wait with their bodies
// unread.
func (c *eventConn) post(w http.ResponseWriter, r *http.Request, count uint64, limit int) error {
	select {
	case c.under <- struct{}{}:
		defer func() { <-c.under }()
	default:
		return &errManyPosts
	}
	ctx, cancel := context.WithTimeoutCause(r.Context(), postWait, errPostWaits)
	defer cancel()
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-c.over:
		return &errGone
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	switch {
	case count <= c.count:
		return nil // the answer to it was lost, or a proxy has repeated it
	case count > c.count+1:
		return &errLeftOut
	}
	p := readPost(w, r, limit, postBody)
	if errors.Is(p.err, errUnread) {
		return errSlowBody.with(p.err) // as if it had never come
	}
	select {
	case c.inbox <- p:
	case <-c.over:
		return &errGone
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	c.count = count
	switch {
	case errors.Is(p.err, wire.CloseTooLarge):
		return &errTooLarge
	case p.err != nil:
		return errBadRequest.because("The body is not a message or an array of messages.")
	}
	return nil
}

// errUnread is why a body did not arrive whole. It is no fault of the client's
// messages.
var errUnread = errors.New("the body has not arrived")

// readPost reads a body of at most limit bytes: a message, or an array of
// messages. It may take so long to arrive.
func readPost(w http.ResponseWriter, r *http.Request, limit int, patience time.Duration) post {
	// net/http takes the deadline back when the body is at its end.
	if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(patience)); err != nil {
		return post{err: errors.Join(errUnread, err)}
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	switch {
	case err != nil:
		return post{err: errors.Join(errUnread, wire.CloseSilent, err)}
	case len(body) > limit:
		return post{err: wire.CloseTooLarge}
	case !utf8.Valid(body):
		return post{err: wire.CloseBadMessage.Because("A message is not UTF-8.")}
	case len(body) == 0 || body[0] != '[':
		return post{messages: [][]byte{body}}
	}
	messages, err := strictjson.Array(body, messageDepth+1)
	if err != nil || len(messages) > postMessages {
		return post{err: wire.CloseBadMessage.Because("A POST holds a message, or an array of at most %d messages.", postMessages)}
	}
	return post{messages: messages}
}
