package session

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// randomView is a view with some of everything, and the oldest position that a
// frame can be asked for.
func randomView(t *testing.T, r *rand.Rand) *view {
	v := &view{
		window: grow(t, r, window{after: wire.Revision(r.IntN(4)), units: 9}, r.IntN(12)),
		title:  fmt.Sprint("title ", r.IntN(100)), titles: uint64(r.IntN(3)),
		troubled: r.IntN(2) == 0, states: uint64(r.IntN(3)),
	}
	for range r.IntN(4) {
		v.notices = append(v.notices, wire.Notice{Kind: wire.Restored, Revision: wire.Revision(r.IntN(9)), Part: r.IntN(2) == 0})
	}
	if v.noticed = uint64(len(v.notices)); v.noticed > 0 {
		v.noticed += uint64(r.IntN(3)) // older ones are not kept
	}
	for range r.IntN(8) {
		client := wire.ClientID(fmt.Sprint("c", r.IntN(4)))
		if r.IntN(4) == 0 {
			v.presence.remove(client)
		} else {
			v.presence.put(wire.Peer{Client: client, Role: wire.Editor}, v.window.after+wire.Revision(r.IntN(len(v.window.entries)+1)))
		}
	}
	return v
}

func (v *view) somewhere(r *rand.Rand) position {
	return position{
		revision: v.window.after + wire.Revision(r.IntN(len(v.window.entries)+1)),
		presence: uint64(r.IntN(int(v.presence.version) + 1)),
		titles:   uint64(r.IntN(int(v.titles) + 1)),
		state:    uint64(r.IntN(int(v.states) + 1)),
		notices:  uint64(r.IntN(int(v.noticed) + 1)),
	}
}

// want is what a frame from a position is to hold when all fits into one.
func (v *view) want(from position) (messages []wire.ServerMessage) {
	if from.revision < v.head() {
		msg := wire.Records{After: from.revision}
		for _, e := range v.window.since(from.revision) {
			msg.Records = append(msg.Records, wire.Record{Client: e.Client, Seq: e.Seq, Op: e.Op})
		}
		messages = append(messages, msg)
	}
	if from.titles != v.titles {
		messages = append(messages, wire.Title{Title: v.title})
	}
	if from.state != v.states {
		messages = append(messages, wire.StoreState{OK: !v.troubled})
	}
	for i, n := range v.notices {
		if number := v.noticed - uint64(len(v.notices)) + uint64(i) + 1; number > from.notices {
			messages = append(messages, n)
		}
	}
	if msg, ok := v.presence.since(from.presence, v.window); ok {
		messages = append(messages, msg)
	}
	return messages
}

func inJSON(messages []wire.ServerMessage) (list []string) {
	for _, m := range messages {
		list = append(list, string(m.Append(nil)))
	}
	return list
}

// TestFrames: a frame is what comes after a position and nothing else: records,
// title, the store's state and presences as far as each is news. Peers at one
// position share its bytes, peers at different ones never do, and a view keeps
// no more than framesKept.
func TestFrames(t *testing.T) {
	lim := DefaultLimits()
	for range 200 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		v := randomView(t, r)
		asked := map[position]*frame{}
		for range 60 {
			from := v.somewhere(r)
			if from == v.position() {
				continue
			}
			f := v.frame(from, lim)
			messages, err := wire.DecodeServerFrame(f.bytes)
			if err != nil {
				t.Fatalf("seed %d: %s: %v", seed, f.bytes, err)
			}
			if got, want := inJSON(messages), inJSON(v.want(from)); !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d: from %+v of %+v\n got %s\nwant %s", seed, from, v.position(), got, want)
			}
			if f.from != from || f.to != v.position() {
				t.Fatalf("seed %d: from %+v to %+v, asked for %+v, the view is at %+v", seed, f.from, f.to, from, v.position())
			}
			if known := asked[from]; known != nil && known != f && len(v.frames.list) < framesKept {
				t.Fatalf("seed %d: encoded twice", seed)
			}
			asked[from] = f
		}
		if len(v.frames.list) > framesKept || len(v.frames.list) < min(len(asked), framesKept) {
			t.Fatalf("seed %d: keeps %d frames of %d", seed, len(v.frames.list), len(asked))
		}
	}
}

// TestFramesAreCut: records that do not fit a message come in several frames,
// none longer than the limit unless it has one record only, and all that is not
// records comes with the last one.
func TestFramesAreCut(t *testing.T) {
	for range 200 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		v := randomView(t, r)
		lim := Limits{MessageBytes: 40 + r.IntN(300)}
		from := v.somewhere(r)
		var got []string
		for at := from; at != v.position(); {
			f := v.frame(at, lim)
			messages, err := wire.DecodeServerFrame(f.bytes)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			for i, msg := range messages {
				records, ok := msg.(wire.Records)
				if !ok {
					if f.to != v.position() {
						t.Fatalf("seed %d: %s before the records are complete", seed, f.bytes)
					}
					got = append(got, inJSON(messages[i:])...)
					break
				}
				if n := len(records.Append(nil)); n > lim.MessageBytes+len(wire.RecordsTail) && len(records.Records) > 1 {
					t.Fatalf("seed %d: a message of %d bytes, the limit is %d", seed, n, lim.MessageBytes)
				}
				if records.After != at.revision || f.to.revision != at.revision+wire.Revision(len(records.Records)) {
					t.Fatalf("seed %d: %d records after %d, from %d to %d", seed, len(records.Records), records.After, at.revision, f.to.revision)
				}
			}
			at = f.to
		}
		var want []string
		for _, msg := range v.want(from) {
			if _, ok := msg.(wire.Records); !ok {
				want = append(want, inJSON([]wire.ServerMessage{msg})...)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: beside records\n got %s\nwant %s", seed, got, want)
		}
	}
}

// TestNothingFor: a client needs no frame if all that is new is its own carets.
func TestNothingFor(t *testing.T) {
	for range 300 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		v := randomView(t, r)
		from := v.somewhere(r)
		self := wire.ClientID(fmt.Sprint("c", r.IntN(4)))
		want := from == v.position()
		if news := v.want(from); !want && len(news) == 1 {
			msg, ok := news[0].(wire.Presences)
			want = ok && !msg.Full && len(msg.Gone) == 0 && len(msg.Peers) == 1 && msg.Peers[0].Client == self
		} else if len(news) == 0 {
			want = true
		}
		if got := v.nothingFor(self, from); got != want {
			t.Fatalf("seed %d: %s at %+v of %+v: nothing %t, want %t: %s", seed, self, from, v.position(), got, want, inJSON(v.want(from)))
		}
	}
}

// TestFramesShared: many writers that ask at once get one frame.
func TestFramesShared(t *testing.T) {
	v := &view{window: window{}.push(newEntry(Record{Revision: 1, Op: (&ot.Builder{}).Insert("a", ot.Attrs{}).Op()}, 1))}
	got := make([]*frame, 50)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { got[i] = v.frame(position{}, DefaultLimits()) })
	}
	all.Wait()
	for i, f := range got {
		if f != got[0] || &f.bytes[0] != &got[0].bytes[0] {
			t.Errorf("writer %d has bytes of its own", i)
		}
	}
}
