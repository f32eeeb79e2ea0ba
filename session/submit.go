package session

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Write is an edit by somebody who has no connection to the session, such as
// one request of the REST interface.
type Write struct {
	User wire.User
	// Key names the write among all that the user makes to the document, for
	// ever: however often it is submitted, at most one record comes of it. It is
	// the log that knows, on every server and after every restart. "" is no key.
	Key string
	// Base is the revision that Op applies to.
	Base wire.Revision
	Op   ot.Op
	// Digest identifies what was sent, where Op was computed from it: one key
	// belongs to one digest. 0 stands for that of Base and Op.
	Digest uint64
}

func (w Write) edit() wire.Edit { return wire.Edit{Seq: 1, Base: w.Base, Op: w.Op} }

func (w Write) digest() uint64 { return cmp.Or(w.Digest, w.edit().Digest()) }

// Written is what became of a write. It is durable.
type Written struct {
	// Revision is that of its record. If there was nothing to write, there is
	// none, Changed is false, and it is the head.
	Revision wire.Revision
	Changed  bool
	// Duplicate says that the log had a write with this key already: from
	// before, or from this call, if the answer of the store was lost.
	Duplicate bool
}

// lookTimes is how often a write is handed in whose document changes so fast
// that what was found out about it does not hold any more when it arrives.
const lookTimes = 10

// Submit makes an edit of a document, like a peer that comes, sends it and
// leaves. It opens the session if need be, and returns when the edit is durable
// or refused, after Limits.Store at the latest. The caller may have left by
// then, by ending ctx.
//
// The error wraps a wire.Close: CloseNotFound; CloseRevisionAhead, if there is
// no such base; CloseBadBase, if it is too old; CloseEditRefused; CloseSeqConflict,
// if the key was used for another write; CloseOverloaded. After CloseStoreFailed,
// CloseRestarting, CloseInternal and the error of ctx it is not known whether the
// edit was, or will be, accepted: to submit it again with the same key is safe.
//
// The access of the user is the caller's to check.
func (h *Hub) Submit(ctx context.Context, doc wire.DocID, w Write) (Written, error) {
	if !h.enter() {
		return Written{}, wire.CloseRestarting
	}
	defer h.work.Done()
	ctx, cancel := context.WithTimeoutCause(ctx, h.lim.Store, wire.CloseStoreFailed)
	defer cancel()
	a, release, err := h.acquire(ctx, doc)
	if err != nil {
		return Written{}, left(ctx, err)
	}
	defer release()
	sub := Submission{User: w.User.ID, At: time.Now(), Edit: w.edit(), Digest: w.digest(), Op: w.Op, Base: w.Base}
	if w.Key != "" {
		sub.Client = h.issuer.named(doc, w.User.ID, w.Key)
	} else {
		sub.Client, _ = h.issuer.issue(doc, w.User.ID)
	}
	for range lookTimes {
		var out Outcome
		if out, err = h.call(ctx, a, &sub, w.Key != ""); err == nil {
			return Written{Revision: out.Revision, Changed: out.Duplicate || !w.Op.IsNoop(), Duplicate: out.Duplicate && w.Key != ""}, nil
		}
		if !errors.Is(err, errLookAgain) {
			break
		}
	}
	return Written{}, left(ctx, err)
}

// Known tells what became of a write with a key if it was submitted before. It
// needs no session. The error wraps a wire.Close, as that of Submit does.
func (h *Hub) Known(ctx context.Context, doc wire.DocID, w Write) (was Written, known bool, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, h.lim.Store, wire.CloseStoreFailed)
	defer cancel()
	last, _, found, err := h.store.LastOf(ctx, doc, h.issuer.named(doc, w.User.ID, w.Key))
	switch {
	case err != nil:
		h.log.Error().Err(err).Str("doc", string(doc)).Msg("looking up a write failed")
		return Written{}, false, left(ctx, wire.CloseStoreFailed)
	case !found:
		return Written{}, false, nil
	case last.Digest != w.digest():
		return Written{}, false, wire.CloseSeqConflict
	}
	return Written{Revision: last.Revision, Changed: true, Duplicate: true}, true, nil
}

// left prefers why a caller has stopped waiting.
func left(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// call hands an edit in once, and waits for the answer. A write with a key is
// looked up before.
func (h *Hub) call(ctx context.Context, a *actor, sub *Submission, look bool) (Outcome, error) {
	m := call{caller: &caller{ctx: ctx, answer: make(chan Outcome, 1)}, looked: look}
	switch {
	case look:
		last, head, found, err := h.lookup(ctx, a, sub.Client)
		if err != nil {
			return Outcome{}, err
		}
		if found && last.Digest != sub.Digest {
			return Outcome{}, wire.CloseSeqConflict
		}
		if found {
			return Outcome{Revision: last.Revision, Duplicate: true}, nil
		}
		m.asOf = head
	case h.others || sub.Edit.Base > a.view.Load().head():
		head, err := h.headOf(ctx, a)
		if err != nil {
			return Outcome{}, err
		}
		m.asOf = head
	}
	if behind := wire.Revision(a.lim.Behind); sub.Edit.Base+behind < a.view.Load().head() {
		return Outcome{}, wire.CloseBadBase.Because("The base is more than %d revisions behind the head: read the document again.", behind)
	}
	if err := a.intoWindow(ctx, sub); err != nil {
		return Outcome{}, err
	}
	m.sub = *sub
	if !a.send(ctx, m) {
		return Outcome{}, wire.CloseRestarting
	}
	select {
	case out := <-m.caller.answer:
		return out, out.Refused
	case <-ctx.Done():
		return Outcome{}, context.Cause(ctx)
	case <-a.done:
	}
	select {
	case out := <-m.caller.answer: // the last that it did
		return out, out.Refused
	default:
		return Outcome{}, wire.CloseRestarting
	}
}
