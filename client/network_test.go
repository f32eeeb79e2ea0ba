package client

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// network is a toy network around the pure core: a log, and replicas that get
// as much of it as the schedule lets through. It has verbs and no goroutine.
type network struct {
	t        *testing.T
	random   *rand.Rand
	kind     ot.DocKind
	doc      ot.Doc
	log      []wire.Record
	replicas []*replica
	marks    []rune // inserted once each, and never deleted
}

type replica struct {
	id    wire.ClientID
	state State
	acked wire.Seq            // what the server knows
	wire  *Message            // on its way to the server
	seen  map[wire.Seq]string // frames that reached the server
}

func newNetwork(t *testing.T, seed uint64) *network {
	n := &network{t: t, random: rand.New(rand.NewPCG(seed, 2)), kind: ot.Text}
	if seed%2 == 0 {
		n.kind = ot.Rich
	}
	n.doc = n.kind.Initial()
	lim := wire.DefaultLimits()
	if seed%3 == 0 {
		lim.EditUnits, lim.EditComponents = 4, 3
	}
	for i := range 2 + n.random.IntN(4) {
		n.replicas = append(n.replicas, &replica{
			id: wire.ClientID(fmt.Sprint("c", i)), state: NewState(n.kind, n.doc, 0, lim), seen: map[wire.Seq]string{},
		})
	}
	return n
}

func (n *network) check(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

// mark returns a character that no other edit inserts; some are astral.
func (n *network) mark() string {
	r := rune(0x4e00 + len(n.marks))
	if n.random.IntN(4) == 0 {
		r = rune(0x20000 + len(n.marks))
	}
	n.marks = append(n.marks, r)
	return string(r)
}

// edit makes an op on doc: marks and dots go in, dots alone are deleted.
func (n *network) edit(doc ot.Doc) ot.Op {
	var b ot.Builder
	size := doc.Len()
	if n.kind == ot.Rich {
		size-- // the last line break stays last
	}
	var attrs ot.Attrs
	bold := ot.NewAttrs(map[string]ot.Value{"bold": "true"})
	if n.kind == ot.Rich && n.random.IntN(3) == 0 {
		attrs = bold
	}
	at := 0
	for _, r := range doc.Text() {
		if at >= size {
			break
		}
		units := utf16.RuneLen(r)
		switch n.random.IntN(8) {
		case 0:
			b.Insert(n.mark()+"..", attrs)
			b.Retain(units, ot.Attrs{})
		case 1:
			if r == '.' {
				b.Delete(units)
				break
			}
			b.Retain(units, attrs)
		default:
			b.Retain(units, ot.Attrs{})
		}
		at += units
	}
	if n.random.IntN(2) == 0 || size == 0 {
		b.Insert(n.mark()+".", attrs)
	}
	return b.Op()
}

func (n *network) typeAt(r *replica) {
	if r.state.Doc().Len() > 60 { // long enough to meet each other, short enough to be quick
		return
	}
	next, m, err := r.state.Local(n.edit(r.state.Doc()))
	n.check(err)
	r.state = next
	if m != nil {
		r.wire = m
	}
}

// arrive lets the server accept what a replica has sent.
func (n *network) arrive(r *replica) {
	m := r.wire
	if m == nil {
		return
	}
	r.wire = nil
	if first, ok := r.seen[m.Edit.Seq]; ok && first != string(m.Frame) {
		n.t.Fatalf("seq %d was first %s, then %s", m.Edit.Seq, first, m.Frame)
	}
	r.seen[m.Edit.Seq] = string(m.Frame)
	if m.Edit.Seq <= r.acked {
		return
	}
	op := m.Edit.Op
	var err error
	for _, record := range n.log[m.Edit.Base:] {
		op, err = ot.Transform(op, record.Op, ot.Incoming)
		n.check(err)
	}
	n.check(n.kind.Check(op, n.doc))
	n.doc, err = n.doc.Apply(op)
	n.check(err)
	n.log = append(n.log, wire.Record{Client: r.id, Seq: m.Edit.Seq, Op: op})
	r.acked = m.Edit.Seq
}

// deliver brings up to count records to a replica, others' records as one
// catch-up if composed.
func (n *network) deliver(r *replica, count int, composed bool) {
	for count > 0 && int(r.state.Revision()) < len(n.log) {
		from := int(r.state.Revision())
		if n.log[from].Client == r.id {
			next, m, err := r.state.Acknowledge(n.log[from].Seq, n.log[from].Op)
			n.check(err)
			if r.state = next; m != nil {
				r.wire = m
			}
			count--
			continue
		}
		to := from + 1
		for composed && to < len(n.log) && to-from < count && n.log[to].Client != r.id {
			to++
		}
		var ops []ot.Op
		for _, record := range n.log[from:to] {
			ops = append(ops, record.Op)
		}
		op, err := ot.ComposeAll(ops)
		n.check(err)
		next, _, err := r.state.Remote(op, wire.Revision(to))
		n.check(err)
		r.state = next
		count -= to - from
	}
}

// reconnect loses what is on its way and resumes.
func (n *network) reconnect(r *replica) {
	m, err := r.state.Resume(r.acked)
	n.check(err)
	r.wire = m
}

func (n *network) settle() {
	for busy := true; busy; {
		busy = false
		for _, r := range n.replicas {
			n.arrive(r)
			n.deliver(r, len(n.log), false)
		}
		for _, r := range n.replicas {
			busy = busy || !r.state.Synced() || int(r.state.Revision()) < len(n.log)
		}
	}
}

// TestReplicasConverge runs the core through seeded schedules. Each failure
// names its seed.
func TestReplicasConverge(t *testing.T) {
	seeds := uint64(1500)
	if testing.Short() {
		seeds = 200
	}
	for seed := range seeds {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			n := newNetwork(t, seed)
			for range 60 {
				r := n.replicas[n.random.IntN(len(n.replicas))]
				switch n.random.IntN(10) {
				case 0, 1, 2, 3:
					n.typeAt(r)
				case 4, 5:
					n.arrive(r)
				case 6, 7:
					n.deliver(r, 1+n.random.IntN(3), false)
				case 8:
					n.deliver(r, 1+n.random.IntN(20), true)
				case 9:
					n.reconnect(r)
				}
			}
			n.settle()
			for _, r := range n.replicas {
				if !r.state.Doc().Equal(n.doc) {
					t.Errorf("%s shows %q, the server has %q", r.id, r.state.Doc().Text(), n.doc.Text())
				}
			}
			text := n.doc.Text()
			for _, mark := range n.marks {
				if got := strings.Count(text, string(mark)); got != 1 {
					t.Errorf("%q is there %d times in %q", mark, got, text)
				}
			}
		})
	}
}
