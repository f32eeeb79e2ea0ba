package main

import (
	"context"

	"github.com/collabd/collabd/bench/server/ws"
)

// dialect is the protocol that the clients of a contender speak.
type dialect interface {
	// create makes a document on the server at addr, and returns its name.
	create(ctx context.Context, addr string) (doc string, err error)
	// target is where the i-th client connects to.
	target(ctx context.Context, addr, doc string, i int) (ws.Target, error)
	// speaker is the i-th client's side of the conversation.
	speaker(doc string, i int) speaker
	// pipelines reports whether a client sends an edit while others of its own
	// are on their way. Where it does not, what is typed meanwhile becomes one
	// edit, as in a real client.
	pipelines() bool
}

// speaker is one client's side of a protocol: messages in, frames out. It does
// no I/O, keeps no document, and knows as much of the protocol as it takes to
// type valid edits and to count what comes.
type speaker interface {
	// greet appends what a client says first.
	greet(out *ws.Frames)
	// hear takes a message, tells what was in it, and appends what is to be
	// answered at once. The message is not kept.
	hear(message []byte, to *ear, out *ws.Frames) error
	// insert appends an edit: text where the caret is.
	insert(text []byte, out *ws.Frames)
	// insertAt appends an edit: text at a place somewhere in the document, the
	// same for the same random number and document.
	insertAt(random int, text []byte, out *ws.Frames)
}

// ear is what a client has heard.
type ear struct {
	ready bool
	name  string // by which others know this client's edits; set when ready
	units int    // length of the document when it was ready
	edits int    // that came since then, of everybody; of Yjs, units: it does not tell edits
	acked int    // own edits that were acknowledged

	// notice is called for edits in the order of each author: this one is the
	// author's edit-th. Nil if nobody wants to know who typed what.
	notice func(author []byte, edit int)
}

// caret is a place that moves with the text around it.
type caret int

// over moves the caret over an insert of somebody.
func (c *caret) over(place, units int) {
	if place <= int(*c) {
		*c += caret(units)
	}
}
