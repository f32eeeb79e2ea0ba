package fuzz

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// FuzzConverge drives the pure server state and pure client states by a
// schedule: each byte is one step of one client. Whatever the schedule, all
// replicas end equal, every mark is there exactly once, and the server never
// refuses an edit.
func FuzzConverge(f *testing.F) {
	for seed := range uint64(32) {
		r := rand.New(rand.NewPCG(seed, 1))
		schedule := make([]byte, 60+r.IntN(200))
		for i := range schedule {
			schedule[i] = byte(r.Uint32())
		}
		f.Add(seed, schedule)
	}
	f.Fuzz(func(t *testing.T, seed uint64, schedule []byte) {
		if err := converge(seed, schedule); err != nil {
			t.Fatalf("%v\nreplay: converge(%d, []byte(%q))", err, seed, schedule)
		}
	})
}

// TestConverge runs many short random schedules.
func TestConverge(t *testing.T) {
	runs := uint64(3000)
	if testing.Short() {
		runs = 300
	}
	for seed := range runs {
		r := rand.New(rand.NewPCG(seed, 2))
		schedule := make([]byte, 40+r.IntN(160))
		for i := range schedule {
			schedule[i] = byte(r.Uint32())
		}
		if err := converge(seed, schedule); err != nil {
			t.Fatalf("%v\nreplay: converge(%d, []byte(%q))", err, seed, schedule)
		}
	}
}

// replica is a client with its place in the history and what is on its way to
// the server.
type replica struct {
	id    wire.ClientID
	state client.State
	up    *client.Message // sent and not yet with the server
	typed int
}

// toy is a network of one server and some clients without a wire.
type toy struct {
	kind     ot.DocKind
	server   session.State
	lim      session.Limits
	replicas []*replica
	all      []intent
	r        *rand.Rand
}

func converge(seed uint64, schedule []byte) error {
	r := rand.New(rand.NewPCG(seed, 3))
	w := &toy{kind: ot.Text, lim: session.DefaultLimits(), r: r}
	if r.IntN(2) == 0 {
		w.kind = ot.Rich
	}
	w.server = session.NewState(w.kind, session.Snapshot{Doc: w.kind.Initial()})
	for i := range 2 + r.IntN(4) {
		w.replicas = append(w.replicas, &replica{
			id:    wire.ClientID(fmt.Sprint("c", i)),
			state: client.NewState(w.kind, w.kind.Initial(), 0, wire.DefaultLimits()),
		})
	}
	for _, b := range schedule {
		c := int(b>>3) % len(w.replicas)
		if err := w.step(c, b&7); err != nil {
			return fmt.Errorf("client %d: %w", c, err)
		}
	}
	return w.settle()
}

// step lets one client do one thing.
func (w *toy) step(c int, what byte) error {
	p := w.replicas[c]
	switch what {
	case 0, 1, 2: // type
		return w.edit(c)
	case 3: // the server takes what the client sent
		return w.accept(p)
	case 4: // the client does not know whether its edit arrived, and sends it again
		if m, err := p.state.Resume(p.state.Acked()); err != nil {
			return err
		} else if m != nil {
			p.up = m
		}
		return nil
	case 5: // the client takes all that is new, composed
		return w.deliver(p, 1<<30, true)
	case 6:
		return w.deliver(p, 1, false)
	default:
		return w.deliver(p, 3, false)
	}
}

func (w *toy) edit(c int) error {
	p := w.replicas[c]
	in := think(w.r, w.kind, p.state.Doc(), mark(c, p.typed))
	p.typed++
	next, m, err := p.state.Local(in.op)
	if err != nil {
		return err
	}
	w.all = append(w.all, in)
	p.state = next
	if m != nil {
		p.up = m
	}
	return nil
}

func (w *toy) accept(p *replica) error {
	if p.up == nil {
		return nil
	}
	sub := session.Submission{Client: p.id, Edit: p.up.Edit, Digest: p.up.Edit.Digest(), Op: p.up.Edit.Op, Base: p.up.Edit.Base}
	p.up = nil
	next, out := w.server.Accept([]session.Submission{sub}, w.lim)
	if out[0].Refused != nil {
		return fmt.Errorf("refused: %w", out[0].Refused)
	}
	w.server = next
	return nil
}

// acked is the seq of a client's last record.
func (w *toy) acked(p *replica) wire.Seq {
	seq := wire.Seq(0)
	for _, r := range w.server.Since(0) {
		if r.Client == p.id {
			seq = r.Seq
		}
	}
	return seq
}

// deliver hands a client its next records, composed up to its own if asked.
func (w *toy) deliver(p *replica, most int, composed bool) error {
	records := w.server.Since(p.state.Revision())
	records = records[:min(most, len(records))]
	for len(records) > 0 {
		n := 0
		for n < len(records) && records[n].Client != p.id && (composed || n == 0) {
			n++
		}
		var err error
		if n == 0 {
			err = w.own(p, records[0])
			n = 1
		} else {
			err = w.foreign(p, records[:n])
		}
		if err != nil {
			return err
		}
		records = records[n:]
	}
	return nil
}

func (w *toy) own(p *replica, r session.Record) error {
	next, m, err := p.state.Acknowledge(r.Seq, r.Op)
	if err != nil {
		return err
	}
	p.state = next
	if m != nil {
		p.up = m
	}
	return nil
}

func (w *toy) foreign(p *replica, records []session.Record) error {
	ops := make([]ot.Op, len(records))
	for i := range records {
		ops[i] = records[i].Op
	}
	op, err := ot.ComposeAll(ops)
	if err != nil {
		return err
	}
	next, _, err := p.state.Remote(op, records[len(records)-1].Revision)
	p.state = next
	return err
}

// settle lets everything arrive, and compares.
func (w *toy) settle() error {
	for busy := true; busy; {
		busy = false
		for _, p := range w.replicas {
			if err := w.deliver(p, 1<<30, false); err != nil {
				return err
			}
			if m, err := p.state.Resume(w.acked(p)); err != nil {
				return err
			} else if m != nil {
				p.up = m
				busy = true
			}
			if err := w.accept(p); err != nil {
				return err
			}
		}
	}
	for _, p := range w.replicas {
		if err := w.deliver(p, 1<<30, false); err != nil {
			return err
		}
		if !p.state.Doc().Equal(w.server.Doc()) {
			return fmt.Errorf("%s has %s, the server %s", p.id, p.state.Doc().Op().AppendJSON(nil), w.server.Doc().Op().AppendJSON(nil))
		}
	}
	return checkMarks(w.server.Doc().Text(), w.all)
}
