package session_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// replica follows the stream of one client from a revision on.
type replica struct {
	t                 *testing.T
	self              wire.ClientID
	at                wire.Revision
	doc               ot.Doc
	composed, records int // messages of each kind
	own               int // records of the client itself
	part              int // of a catch-up that is not complete
}

func (r *replica) take(msg wire.ServerMessage) {
	r.t.Helper()
	if _, ok := msg.(wire.Catchup); !ok && r.part > 0 {
		r.t.Fatalf("%s within a catch-up", msg.Append(nil))
	}
	switch msg := msg.(type) {
	case wire.Records:
		if msg.After != r.at {
			r.t.Fatalf("records after %d, the client is at %d", msg.After, r.at)
		}
		r.records++
		for _, record := range msg.Records {
			r.apply(record.Op)
			r.at++
			if record.Client == r.self {
				r.own++
			}
		}
	case wire.Catchup:
		if msg.After != r.at || msg.To <= r.at || msg.Part != r.part+1 {
			r.t.Fatalf("part %d of a catch-up after %d to %d, the client is at %d, part %d", msg.Part, msg.After, msg.To, r.at, r.part)
		}
		r.apply(msg.Op)
		if r.part++; r.part == msg.Parts {
			r.part, r.at = 0, msg.To
			r.composed++
		}
	}
}

func (r *replica) apply(op ot.Op) {
	r.t.Helper()
	doc, err := r.doc.Apply(op)
	if err != nil {
		r.t.Fatalf("revision %d: %v", r.at, err)
	}
	r.doc = doc
}

// history appends so many records of random one-letter edits, some of them by
// the client, to the store: they are no session's.
func (w *world) history(r *rand.Rand, client wire.ClientID, after wire.Revision, n int) {
	var list []session.Record
	doc, err := session.ReadAt(context.Background(), w.memory, w.doc, after)
	if err != nil {
		w.t.Fatal(err)
	}
	units, own := doc.Len(), wire.Seq(0)
	for i := range n {
		b := ot.Builder{}
		at := r.IntN(units + 1)
		b.Retain(at, ot.Attrs{})
		if at < units && r.IntN(4) == 0 {
			b.Delete(1)
			units--
		} else {
			b.Insert(string(rune('a'+r.IntN(26))), ot.Attrs{})
			units++
		}
		record := session.Record{Revision: after + wire.Revision(i) + 1, Client: "elsewhere", Seq: wire.Seq(after) + wire.Seq(i) + 1, At: time.Now(), Op: b.Op()}
		if client != "" && r.IntN(9) == 0 {
			own++
			record.Client, record.Seq = client, own
		}
		list = append(list, record)
	}
	if err := w.memory.Append(context.Background(), w.doc, list); err != nil {
		w.t.Fatal(err)
	}
}

// follow takes what a client is sent until there is no more.
func (w *world) follow(name string, from wire.Revision) *replica {
	c := w.clients[name]
	doc, err := session.ReadAt(context.Background(), w.memory, w.doc, from)
	if err != nil {
		w.t.Fatal(err)
	}
	r := &replica{t: w.t, self: c.id, at: from, doc: doc}
	for frame, ok := c.end.TryRead(); ok; frame, ok = c.end.TryRead() {
		for _, msg := range w.learn(c, frame) {
			r.take(msg)
		}
		synctest.Wait() // the pipe has room again
	}
	return r
}

// TestCatchUpFromAnywhere: from each revision of a history a client gets to the
// head, whatever lies between: in the window, at its edge, before it; more and
// less than a step; across edits of its own, which come as records.
func TestCatchUpFromAnywhere(t *testing.T) {
	for range 4 {
		seed := rand.Uint64()
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := rand.New(rand.NewPCG(seed, 0))
				w := newWorld(t)
				defer w.end()
				w.lim.WindowRecords = 8 + r.IntN(8)
				w.lim.CatchupRecords = 1 + r.IntN(20)
				w.lim.CatchupStep = 1 + r.IntN(30)
				w.lim.MessageBytes = 64 + r.IntN(400)
				w.lim.Wire.DocumentUnits = 1 << 10
				w.begin(ot.Text, "")
				w.expect("ana:welcome,presence", "join ana")
				w.history(r, w.clients["ana"].id, 0, 60)
				want, err := session.ReadAt(t.Context(), w.memory, w.doc, 60)
				if err != nil {
					t.Fatal(err)
				}
				for from := range wire.Revision(61) {
					own := 0
					records, err := w.memory.Records(t.Context(), w.doc, from, 60)
					if err != nil {
						t.Fatal(err)
					}
					for _, record := range records {
						if record.Client == w.clients["ana"].id {
							own++
						}
					}
					w.run(fmt.Sprint("resume ana revision=", from))
					synctest.Wait()
					if got := w.follow("ana", from); got.at != 60 || got.doc.Text() != want.Text() || got.own != own {
						t.Fatalf("from %d: at %d, %d own records of %d, text %q, want %q", from, got.at, got.own, own, got.doc.Text(), want.Text())
					}
				}
			})
		})
	}
}

// TestCatchUpBegins: a client that is CatchupRecords behind gets the records, one
// that is further behind gets them composed.
func TestCatchUpBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.end()
		w.lim.CatchupRecords = 3
		w.begin(ot.Text, "")
		w.expect("ana:welcome,presence", "join ana")
		w.history(rand.New(rand.NewPCG(1, 1)), "", 0, 10)
		w.expect("ana:closed silent", "cut ana")
		w.expect("ana:welcome,records,presence", "resume ana revision=7")
		w.expect("ana:closed silent", "cut ana")
		w.expect("ana:welcome,catchup,presence", "resume ana revision=6")
	})
}

// TestTenThousandBehind: a client that missed 10,000 revisions gets them as one
// op, in parts, and what it typed meanwhile is applied once.
func TestTenThousandBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		w := newWorld(t)
		defer w.end()
		w.lim.MessageBytes = 4 << 10
		w.begin(ot.Text, "")
		w.expect("ana:welcome,presence", "join ana")
		w.expect("ana:records", `edit ana 1 0 [{"insert":"[]"}]`)
		w.expect("ana:closed silent", "cut ana")
		w.history(r, "", 1, 10_000)
		w.run("resume ana")
		w.run(`edit ana 2 1 [{"retain":1},{"insert":"ANA"}]`)
		synctest.Wait()
		got := w.follow("ana", 1)
		if got.composed != 1 || got.at != 10_002 || got.own != 1 {
			t.Errorf("seed %d: %d catch-ups, %d messages of records, %d own, at %d", seed, got.composed, got.records, got.own, got.at)
		}
		want, err := session.ReadAt(t.Context(), w.memory, w.doc, 10_002)
		if err != nil {
			t.Fatal(err)
		}
		if got.doc.Text() != want.Text() || strings.Count(want.Text(), "ANA") != 1 {
			t.Errorf("seed %d: the text is %d units, in the log %d; the edit is there %d times", seed, got.doc.Len(), want.Len(), strings.Count(want.Text(), "ANA"))
		}
		w.run(`edit ana 2 1 [{"retain":1},{"insert":"ANA"}]`)
		w.expect("ana:ack")
	})
}
