package history

import (
	"context"
	"time"

	"github.com/collabd/collabd/wire"
)

// ledger is who made which revision and when, as far as it was asked for: some
// bytes a revision. Whoever holds turn may extend it.
type ledger struct {
	turn  turn
	sum   summarizer
	users []wire.UserID // as sum.authors, which are those up to now
	who   []uint32      // places in users, by revision - 1
	at    []int64       // microseconds since 1970
}

// facts is a part of a ledger from the beginning, which nobody changes.
type facts struct {
	users []wire.UserID
	who   []uint32
	at    []int64
}

func (f facts) of(revision wire.Revision) (wire.UserID, time.Time) {
	return f.users[f.who[revision-1]], time.UnixMicro(f.at[revision-1]).UTC()
}

// extend reads what is missing up to a revision.
func (l *ledger) extend(ctx context.Context, src Source, doc wire.DocID, upTo wire.Revision) error {
	have := wire.Revision(len(l.who))
	if have >= upTo {
		return nil
	}
	read, err := src.Facts(ctx, doc, have, upTo)
	if err != nil {
		return err
	}
	l.add(read)
	return nil
}

func (l *ledger) add(facts []Fact) {
	for _, f := range facts {
		author := l.sum.add(f)
		if author == len(l.users) {
			l.users = append(l.users, f.User)
		}
		l.who, l.at = append(l.who, uint32(author)), append(l.at, f.At.UnixMicro())
	}
}

// offer adds facts that came up elsewhere, if they are the next ones and nobody
// is busy with the ledger.
func (l *ledger) offer(facts []Fact) {
	select {
	case l.turn <- struct{}{}:
		defer l.turn.give()
		if facts[0].Revision == wire.Revision(len(l.who))+1 {
			l.add(facts)
		}
	default:
	}
}

// facts returns the facts up to a revision, which must have been read.
func (l *ledger) facts(upTo wire.Revision) facts {
	return facts{l.users, l.who[:upTo], l.at[:upTo]}
}

// bytes is about how much memory the ledger takes.
func (l *ledger) bytes() int { return 16*len(l.who) + 128*len(l.sum.spans) + 128*len(l.users) }

// facts returns who made the revisions 1 to upTo.
func (a *Archive) facts(ctx context.Context, doc wire.DocID, upTo wire.Revision) (facts, error) {
	k := a.keep(doc)
	l := &k.ledger
	if err := l.turn.take(ctx); err != nil {
		return facts{}, err
	}
	defer l.turn.give()
	if err := l.extend(ctx, a.src, doc, upTo); err != nil {
		return facts{}, err
	}
	a.count(doc, k, func() { k.ledgerBytes = l.bytes() })
	return l.facts(upTo), nil
}

// turn is a lock that one can stop waiting for.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turn) give() { <-t }
