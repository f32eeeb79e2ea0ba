package session

import (
	"context"

	"github.com/collabd/collabd/wire"
)

// intoWindow rebases an edit whose base has left the window over the history
// from the store. It is not called by the actor, but by whoever hands the edit
// in, where it holds up nobody else. The error wraps a wire.Close.
func (a *actor) intoWindow(ctx context.Context, sub *Submission) error {
	for {
		w := a.view.Load().window
		if sub.Base >= w.after {
			return nil
		}
		records, err := a.history(ctx, sub.Base, min(sub.Base+wire.Revision(a.lim.CatchupStep), w.head()))
		if err != nil {
			a.log.Error().Err(err).Msg("reading history for an old edit failed")
			return wire.CloseStoreFailed
		}
		entries := make([]entry, len(records))
		for i := range records {
			if records[i].Client == sub.Client && records[i].Seq >= sub.Edit.Seq {
				return nil // it is in the history already: the actor knows
			}
			entries[i].Record = records[i]
		}
		if sub.Op, err = rebase(sub.Op, entries); err != nil {
			return refused(err)
		}
		sub.Base += wire.Revision(len(records))
	}
}

// history reads records from the store.
func (a *actor) history(ctx context.Context, after, upTo wire.Revision) ([]Record, error) {
	ctx, cancel := context.WithTimeout(ctx, a.lim.Store)
	defer cancel()
	return a.store.Records(ctx, a.meta.ID, after, upTo)
}
