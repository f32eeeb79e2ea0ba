package main

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/collabd/collabd/bench/server/ws"
)

// mode is how a client types.
type mode int

const (
	silent mode = iota // it does not
	closed             // the next edit when the last one is acknowledged
	open               // when it is told to, whatever is on its way
)

// client is one connection, what it has heard, and what it types.
type client struct {
	room      *room
	conn      *ws.Conn
	speak     speaker
	pipelines bool
	joined    chan struct{} // closed when the document is here
	wake      chan struct{} // closed when a stalled client may go on
	stalled   atomic.Bool
	done      chan struct{} // closed when nothing more is read

	mu        sync.Mutex
	ear       ear
	out       ws.Frames
	sent      int64 // frames
	me        *author
	mode      mode
	script    *script
	flying    int // edits on their way
	heard     []int
	acks      *histogram
	delivered *histogram
	ackedTo   int           // units
	atLeast   int           // units of the document, if that is known before
	now       time.Duration // when the last message came
	began     time.Duration // when the connection was begun
	open      time.Duration // when the document was here
	err       error
}

// room is a document, and who types in it. Its authors are fixed before
// anybody types.
type room struct {
	doc     string
	clock   *clock
	authors map[string]*author
}

// clock is the time of a run, and what part of it is measured.
type clock struct {
	start    time.Time
	from, to atomic.Int64
}

func newClock() *clock { return &clock{start: time.Now()} }

func (c *clock) now() time.Duration { return time.Since(c.start) }

// counts reports whether something that began then is measured.
func (c *clock) counts(at time.Duration) bool {
	return int64(at) >= c.from.Load() && int64(at) < c.to.Load()
}

// text is what is typed, over and over.
const text = "the quick brown fox jumps over the lazy dog and types on "

// read takes all that comes, until the connection ends.
func (c *client) read() {
	defer close(c.done)
	for {
		message, err := c.conn.Next()
		if c.stalled.Load() {
			<-c.wake
		}
		c.mu.Lock()
		if err == nil {
			c.now = c.conn.Arrived().Sub(c.room.clock.start)
			err = c.take(message)
		}
		if err != nil {
			if c.err == nil {
				c.err = err
			}
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
	}
}

// take hears a message, and types on if that was waited for. It is called with
// mu held.
func (c *client) take(message []byte) error {
	here, acked := c.here(), c.ear.acked
	if err := c.speak.hear(message, &c.ear, &c.out); err != nil {
		return fmt.Errorf("%w in %.200q", err, message)
	}
	if !here && c.here() {
		c.open = c.now
		close(c.joined)
	}
	if n := c.ear.acked - acked; n > 0 {
		c.flying -= n
		switch {
		case c.me != nil:
			c.ack()
		case c.script != nil:
			c.next()
		}
	}
	return c.flush()
}

// here reports whether the client has the document, of which it may know how
// long it is: y-websocket sends an empty one before it has read its store.
func (c *client) here() bool {
	return c.ear.ready && c.ear.units+c.ear.edits >= c.atLeast
}

// ack notes how long the last acknowledged edits took, and types on.
func (c *client) ack() {
	if to := c.me.until(c.me.sent - c.flying); c.acks != nil {
		for ; c.ackedTo < to; c.ackedTo++ {
			if at := c.me.at(c.ackedTo); c.room.clock.counts(at) {
				c.acks.add(c.now - at)
			}
		}
	}
	switch {
	case c.mode == closed && c.flying == 0:
		c.me.key(c.now)
		c.send()
	case c.flying == 0 && c.me.pending() > 0:
		c.send()
	}
}

// send appends an edit of all that is typed and not sent.
func (c *client) send() {
	from, units := c.me.ended%len(text), c.me.pending()
	piece := []byte(text[from:min(from+units, len(text))])
	for len(piece) < units {
		piece = append(piece, text[:min(units-len(piece), len(text))]...)
	}
	c.me.edit()
	c.flying++
	c.speak.insert(piece, &c.out)
}

// key types a unit at a time, in the open loop. It reports false if so much is
// on its way that this client no longer knows when it was typed.
func (c *client) key(at time.Duration) (ok bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return false, c.err
	}
	if c.me.pending()+c.flying >= memory/2 {
		return false, nil
	}
	c.me.key(at)
	if c.pipelines || c.flying == 0 {
		c.send()
	}
	return true, c.flush()
}

// begin starts the closed loop.
func (c *client) begin() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mode = closed
	if c.flying == 0 {
		c.me.key(c.room.clock.now())
		c.send()
	}
	return c.flush()
}

// cease ends typing. What is on its way stays so.
func (c *client) cease() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mode = silent
}

// flush writes what is to go out. It is called with mu held.
func (c *client) flush() error {
	if len(c.out.Bytes) == 0 {
		return nil
	}
	err := c.conn.Write(c.out.Bytes)
	c.sent += int64(c.out.Count)
	c.out.Reset()
	return err
}

// notice is told whose edit came.
func (c *client) notice(name []byte, edit int) {
	a := c.room.authors[string(name)]
	if a == nil || a == c.me {
		return
	}
	for to := a.until(edit); c.heard[a.index] < to; c.heard[a.index]++ {
		if at := a.at(c.heard[a.index]); c.room.clock.counts(at) {
			c.delivered.add(c.now - at)
		}
	}
}

// observe makes the client look who typed what. It is called before anybody types.
func (c *client) observe() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard = make([]int, len(c.room.authors))
	c.delivered = &histogram{}
	c.ear.notice = c.notice
	if c.me != nil {
		c.acks = &histogram{}
	}
}

// stall stops reading, until the client is closed.
func (c *client) stall() { c.stalled.Store(true) }

// close ends the connection, and returns why it had ended before, if it had.
func (c *client) close() error {
	c.mu.Lock()
	err := c.err
	if err == nil {
		c.err = errors.New("closed")
	}
	c.mu.Unlock()
	c.conn.Close()
	close(c.wake)
	<-c.done
	return err
}

// state is what a client has come to.
type state struct {
	edits, acked, waiting int // edits that came, own that are acknowledged, own that are not
	err                   error
}

func (c *client) state() state {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := state{edits: c.ear.edits, acked: c.ear.acked, waiting: c.flying, err: c.err}
	if c.me != nil {
		s.waiting += c.me.pending()
	}
	return s
}
