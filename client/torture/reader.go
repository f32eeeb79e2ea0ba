package torture

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// reader reads documents over REST, from any server.
type reader struct {
	round  *round
	road   *road
	api    *client.API
	sights map[wire.DocID][]Sight
}

// readEvery is the time between two reads.
const readEvery = 100 * time.Millisecond

// run reads one document after the other until stop is closed. A server that
// is not there is no news; one that refuses is.
func (r *reader) run(ctx context.Context, stop <-chan struct{}) error {
	tick := time.NewTicker(readEvery)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-stop:
			return nil
		case <-tick.C:
		}
		doc := r.round.docs[i%len(r.round.docs)]
		_, err := r.read(ctx, doc.ID)
		if he, ok := errors.AsType[*client.HTTPError](err); ok && !he.Temporary() {
			return fmt.Errorf("read document %s: %w", doc.ID, err)
		}
	}
}

// read reads the head of a document and notes it down.
func (r *reader) read(ctx context.Context, doc wire.DocID) (wire.Revision, error) {
	asked := r.round.now()
	data, err := r.api.Content(ctx, doc, client.FormatDelta, client.Head)
	if err != nil {
		return 0, err
	}
	answered := r.round.now()
	var content struct {
		Revision wire.Revision   `json:"revision"`
		Op       json.RawMessage `json:"op"` // not decoded here: it is the text of the document
	}
	if err := json.Unmarshal(data, &content); err != nil {
		return 0, fmt.Errorf("the answer: %w", err)
	}
	op, err := ot.Parse(content.Op, contentLimits())
	if err != nil {
		return 0, fmt.Errorf("the answer: %w", err)
	}
	d, err := ot.DocOf(op)
	if err != nil {
		return 0, fmt.Errorf("the answer: %w", err)
	}
	r.sights[doc] = append(r.sights[doc], Sight{
		Who: "the reader", Revision: content.Revision, Hash: d.Hash(), Hashed: true, From: asked, To: answered, Covers: Stored,
	})
	return content.Revision, nil
}

// contentLimits bound a whole document, which is larger than an edit may be.
func contentLimits() ot.Limits {
	lim := ot.DefaultLimits()
	lim.Bytes, lim.Components, lim.InsertUnits = 64<<20, 1<<20, 32<<20
	return lim
}
