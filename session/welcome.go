package session

import (
	"context"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// sayWelcome sends the answer to the hello, and to a new client the document.
func (w *writer) sayWelcome(ctx context.Context, is issuer, hello wire.Hello, in joined) error {
	w.role = w.peer.who.Role()
	w.sent = position{titles: in.view.titles, notices: in.view.noticed}
	msg := wire.Welcome{
		Client: w.peer.client, Secret: is.secret(w.actor.meta.ID, w.peer.who.User.ID, w.peer.client),
		Lineage: w.actor.meta.Lineage, Revision: in.view.head(), Resumed: hello.Resumes(), Acked: in.last.seq,
		Kind: w.actor.meta.Kind, Title: in.view.title, Role: w.role, User: w.peer.who.User,
		Limits: w.actor.lim.Wire,
	}
	if hello.Resumes() {
		w.sent.revision = hello.Revision
		return w.message(msg)
	}
	var parts []ot.Op
	for part := range in.view.doc.Chunks(w.actor.lim.MessageBytes / 4) {
		parts = append(parts, part)
	}
	msg.Parts = len(parts)
	if err := w.message(msg); err != nil {
		return err
	}
	for i, part := range parts {
		if err := w.message(wire.Doc{Part: i + 1, Parts: len(parts), Op: part}); err != nil {
			return err
		}
	}
	w.sent.revision = in.view.head()
	return nil
}
