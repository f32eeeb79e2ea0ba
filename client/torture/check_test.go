package torture

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// story is a journal and the log that belongs to it.
type story struct {
	journal Journal
	log     []Record
}

// tell makes a story of two clients that take turns, in which everything is as
// it should be: 40 edits of which every fourth deletes, each seen by a reader,
// and one more that was never acknowledged.
func tell(t *testing.T) story {
	t.Helper()
	rnd := rand.New(rand.NewPCG(7, 7))
	s := story{journal: Journal{Doc: "d", Kind: ot.Rich, Seen: make([][]wire.Revision, 2)}}
	state, next, now := ot.Rich.Initial(), Mark(0), Moment(0)
	for i := range 2 {
		s.journal.Lives = append(s.journal.Lives, &Life{Client: wire.ClientID(rune('a' + i)), Person: i})
	}
	for i := range 41 {
		life := s.journal.Lives[i%2]
		now += 10
		var b ot.Builder
		n := room(state)
		place := rnd.IntN(n + 1)
		b.Retain(place*markUnits, ot.Attrs{})
		intents := 1 + rnd.IntN(2)
		for range intents {
			next++
			life.Intents = append(life.Intents, Intent{Mark: next, At: now})
			b.Insert(next.String(), ot.Attrs{})
		}
		if i%4 == 3 && place < n {
			gone, err := read(state, place, place+1)
			if err != nil {
				t.Fatal(err)
			}
			life.Intents[len(life.Intents)-1].Deleted = gone
			b.Delete(markUnits)
		}
		op := b.Op()
		var err error
		if state, err = state.Apply(op); err != nil {
			t.Fatal(err)
		}
		r := Record{Revision: wire.Revision(i + 1), Client: life.Client, Seq: wire.Seq(i/2 + 1), Op: op}
		s.log = append(s.log, r)
		s.journal.Sights = append(s.journal.Sights, Sight{
			Who: "the reader", Revision: r.Revision, Hash: state.Hash(), Hashed: true, From: now + 6, To: now + 8, Covers: Stored,
		})
		if i < 40 {
			life.Acks = append(life.Acks, Ack{Seq: r.Seq, Revision: r.Revision, Intents: intents, At: now + 5})
			s.journal.Seen[life.Person] = append(s.journal.Seen[life.Person], r.Revision)
		}
	}
	return s
}

func (s *story) life(i int) *Life { return s.journal.Lives[i] }

// without takes a record out of the log, as if it had never been.
func (s *story) without(i int) {
	s.log = slices.Delete(s.log, i, i+1)
	for j := range s.log {
		s.log[j].Revision = wire.Revision(j + 1)
	}
}

func TestCheckFindsNothingInWhatIsRight(t *testing.T) {
	s := tell(t)
	v := Check(s.journal, s.log)
	if !v.OK() || v.Edits != 41 || v.Acknowledged != 40 {
		t.Errorf("%s: %q", v.Summary(), v.Problems)
	}
	// A new client need not see what only a reader has seen in the store, nor
	// who follows what anybody has.
	last := s.journal.Sights[40]
	last.From, last.To, last.Revision, last.Hashed = last.To+1, last.To+2, 40, false
	for _, covers := range []Covers{Acknowledged, Nothing} {
		last.Covers = covers
		j := s.journal
		j.Sights = append(slices.Clone(j.Sights), last)
		if v := Check(j, s.log); !v.OK() {
			t.Errorf("who is behind the store, %d: %s: %q", covers, v.Summary(), v.Problems)
		}
	}
	// The edit that was not acknowledged may as well not be there.
	s.without(40)
	s.journal.Sights = s.journal.Sights[:40]
	if v := Check(s.journal, s.log); !v.OK() || v.Edits != 40 {
		t.Errorf("without the last: %s: %q", v.Summary(), v.Problems)
	}
}

func TestCheckFinds(t *testing.T) {
	cases := map[string]struct {
		spoil func(*story)
		count func(Verdict) int
		want  string // in a problem
	}{
		"a lost tail": {
			func(s *story) { s.log = s.log[:38] }, func(v Verdict) int { return v.Lost }, "is not in the log"},
		"a lost edit in the middle": {
			func(s *story) { s.without(38) }, func(v Verdict) int { return v.Lost }, "seq 20 of client a (person 0) was acknowledged as revision 39"},
		"an edit that came twice under one seq": {
			func(s *story) {
				s.log = append(s.log, Record{Revision: 42, Client: "a", Seq: 3, Op: s.log[4].Op})
			}, func(v Verdict) int { return v.Doubled }, "seq 3 of client a (person 0) is revision 5 and again revision 42"},
		"an edit that came twice under two seqs": {
			func(s *story) {
				s.log = append(s.log, Record{Revision: 42, Client: "b", Seq: 21, Op: s.log[39].Op})
			}, func(v Verdict) int { return v.Doubled }, "nobody typed"},
		"an edit of nobody": {
			func(s *story) {
				s.log = append(s.log, Record{Revision: 42, Client: "c", Seq: 1, Op: (&ot.Builder{}).Insert(Mark(999).String(), ot.Attrs{}).Op()})
			}, func(v Verdict) int { return v.Doubled }, "seq 1 of client c, which nobody typed"},
		"the unacknowledged edit, twice": {
			func(s *story) {
				s.log = append(s.log, Record{Revision: 42, Client: "a", Seq: 21, Op: s.log[40].Op})
			}, func(v Verdict) int { return v.Doubled }, "nobody typed"},
		"another revision than was acknowledged": {
			func(s *story) { s.life(0).Acks[19].Revision = 40 }, func(v Verdict) int { return v.Reordered }, "acknowledged as revision 40, but is revision 39"},
		"a record with a mark less": {
			func(s *story) {
				s.log[40].Op = (&ot.Builder{}).Insert(s.life(0).Intents[0].Mark.String(), ot.Attrs{}).Op()
			}, func(v Verdict) int { return v.Doubled }, "nobody typed"},
		"a record with the text of another": {
			func(s *story) { s.log[38].Op, s.log[39].Op = s.log[39].Op, s.log[38].Op }, func(v Verdict) int { return v.Lost }, "lacks the mark"},
		"a gap": {
			func(s *story) { s.log[40].Revision = 42 }, func(v Verdict) int { return v.Damaged }, "revision 42 stands where 41 is due"},
		"an op that does not apply": {
			func(s *story) {
				s.log[0].Op = (&ot.Builder{}).Retain(99, ot.Attrs{}).Insert(Mark(1).String(), ot.Attrs{}).Op()
			},
			func(v Verdict) int { return v.Damaged }, "revision 1 does not apply"},
		"a document that differs": {
			func(s *story) { s.journal.Sights[12].Hash++ }, func(v Verdict) int { return v.Diverged }, "the reader: its document at revision 13"},
		"a revision that is not there": {
			func(s *story) { s.journal.Sights[40].Revision = 50 }, func(v Verdict) int { return v.Diverged }, "it saw revision 50"},
		"a client that gave up": {
			func(s *story) { s.life(1).Ended = errors.New("the replica has diverged") }, func(v Verdict) int { return v.Diverged }, "client b ended by itself: the replica has diverged"},
		"a read that misses what was acknowledged": {
			func(s *story) { s.journal.Sights[20].Revision, s.journal.Sights[20].Hashed = 20, false },
			func(v Verdict) int { return v.Reordered }, "after seq 11 of client a (person 0) had come back with revision 21"},
		"a document that was opened without what was acknowledged": {
			func(s *story) {
				s.journal.Sights[20].Revision, s.journal.Sights[20].Hashed, s.journal.Sights[20].Covers = 20, false, Acknowledged
			},
			func(v Verdict) int { return v.Reordered }, "after seq 11 of client a (person 0) had come back with revision 21"},
		"a document that goes back when it is opened again": {
			func(s *story) {
				opened := s.journal.Sights[40]
				opened.Covers = Acknowledged
				again := opened
				again.From, again.To, again.Revision, again.Hashed = opened.To+1, opened.To+2, 40, false
				s.journal.Sights = append(s.journal.Sights, opened, again)
			},
			func(v Verdict) int { return v.Reordered }, "the read of the reader at revision 40 was called"},
		"a document that shows what was not yet typed": {
			func(s *story) {
				s.journal.Sights[20].Revision, s.journal.Sights[20].Hashed, s.journal.Sights[20].Covers = 22, false, Nothing
			},
			func(v Verdict) int { return v.Reordered }, "seq 11 of client b (person 1) at revision 22 was called"},
		"a read of what was not yet typed": {
			func(s *story) { s.journal.Sights[20].Revision, s.journal.Sights[20].Hashed = 22, false },
			func(v Verdict) int { return v.Reordered }, "seq 11 of client b (person 1) at revision 22 was called"},
		"an edit before an older one": {
			func(s *story) { s.life(0).Intents[0].At = 9999 }, func(v Verdict) int { return v.Reordered }, "at revision 1 was called"},
		"a person who goes back": {
			func(s *story) { s.journal.Seen[0] = append(s.journal.Seen[0], 3) }, func(v Verdict) int { return v.Reordered }, "saw revision 39, and after that 3"},
		"a deletion that did not come": {
			func(s *story) {
				last := &s.life(1).Intents[len(s.life(1).Intents)-1]
				last.Deleted = append(last.Deleted, last.Mark)
			}, func(v Verdict) int { return v.Doubled }, "though it was deleted"},
		"a deletion of nobody": {
			func(s *story) {
				in := s.life(1).Intents
				for i := range in {
					in[i].Deleted = nil
				}
			}, func(v Verdict) int { return v.Lost }, "is missing, and nobody deleted it"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			c.spoil(&s)
			v := Check(s.journal, s.log)
			if c.count(v) == 0 || !strings.Contains(strings.Join(v.Problems, "\n"), c.want) {
				t.Errorf("%s, want %q in %q", v.Summary(), c.want, v.Problems)
			}
		})
	}
}

func TestMarks(t *testing.T) {
	for _, m := range []Mark{0, 1, 36, 2821109907455} { // the last one of 8 digits
		text := m.String()
		doc, err := ot.DocOf((&ot.Builder{}).Insert(text, ot.Attrs{}).Op())
		if err != nil || doc.Len() != markUnits || len(text) != markBytes {
			t.Errorf("%q: %d units, %d bytes, %v", text, doc.Len(), len(text), err)
		}
		if back, err := parseMarks(text + text); err != nil || !slices.Equal(back, []Mark{m, m}) {
			t.Errorf("%q: %v, %v", text, back, err)
		}
	}
	for _, text := range []string{"x", Mark(1).String() + "⟨", strings.Replace(Mark(1).String(), "0", "-", 1), Mark(1).String()[1:]} {
		if _, err := parseMarks(text); err == nil {
			t.Errorf("%q is taken for marks", text)
		}
	}
}
