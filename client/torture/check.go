package torture

import (
	"fmt"
	"slices"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Check compares what was seen of a document with its log. It is pure.
func Check(j Journal, log []Record) Verdict {
	c := checker{journal: j, log: log, at: map[edit][]int{}, owner: map[int]bool{}}
	c.Edits = len(log)
	for i, r := range log {
		if want := wire.Revision(i + 1); r.Revision != want {
			c.blame(&c.Damaged, "document %s: revision %d stands where %d is due", j.Doc, r.Revision, want)
		}
		c.at[edit{r.Client, r.Seq}] = append(c.at[edit{r.Client, r.Seq}], i)
	}
	for _, life := range j.Lives {
		c.life(life)
	}
	for i, r := range log {
		if !c.owner[i] {
			c.blame(&c.Doubled, "document %s: revision %d is seq %d of client %s, which nobody typed", j.Doc, r.Revision, r.Seq, r.Client)
		}
	}
	c.replay()
	c.time()
	return c.Verdict
}

// checker is one check under way.
type checker struct {
	Verdict
	journal Journal
	log     []Record
	at      map[edit][]int // where in the log
	owner   map[int]bool   // places of the log that somebody typed
	intents []Intent       // that are in the log
	order   []operation
}

type edit struct {
	client wire.ClientID
	seq    wire.Seq
}

// life checks the acknowledgements of one client, and the record that it may
// have without having been told.
func (c *checker) life(l *Life) {
	if l.Ended != nil {
		c.blame(&c.Diverged, "document %s: client %s ended by itself: %v", c.journal.Doc, l.Client, l.Ended)
	}
	open, last := l.Intents, wire.Seq(0)
	for _, a := range l.Acks {
		c.Acknowledged++
		n := min(a.Intents, len(open))
		typed := open[:n]
		open, last = open[n:], a.Seq
		c.ack(l, a, typed)
	}
	for _, i := range c.at[edit{l.Client, last + 1}] {
		n := c.prefix(i, open)
		if n == 0 {
			break // nobody typed it
		}
		c.owner[i] = true
		c.intents = append(c.intents, open[:n]...)
		c.order = append(c.order, operation{
			what: c.name(l, last+1), revision: c.log[i].Revision, called: open[n-1].At, returned: never,
		})
		open = nil // a second one is one too many
	}
}

// ack looks an acknowledged edit up.
func (c *checker) ack(l *Life, a Ack, typed []Intent) {
	name := c.name(l, a.Seq)
	c.intents = append(c.intents, typed...)
	if len(typed) > 0 {
		c.order = append(c.order, operation{what: name, revision: a.Revision, called: typed[len(typed)-1].At, returned: a.At})
	}
	places := c.at[edit{l.Client, a.Seq}]
	if len(places) == 0 {
		c.blame(&c.Lost, "document %s: %s was acknowledged as revision %d, but is not in the log", c.journal.Doc, name, a.Revision)
		return
	}
	for _, i := range places {
		c.owner[i] = true
	}
	for _, i := range places[1:] {
		c.blame(&c.Doubled, "document %s: %s is revision %d and again revision %d", c.journal.Doc, name, c.log[places[0]].Revision, c.log[i].Revision)
	}
	if !slices.ContainsFunc(places, func(i int) bool { return c.log[i].Revision == a.Revision }) {
		c.blame(&c.Reordered, "document %s: %s was acknowledged as revision %d, but is revision %d", c.journal.Doc, name, a.Revision, c.log[places[0]].Revision)
	}
	c.content(places[0], name, typed)
}

// content checks that a record inserts what was typed, each mark once.
func (c *checker) content(i int, name string, typed []Intent) {
	marks, err := inserted(c.log[i].Op)
	if err != nil {
		c.blame(&c.Damaged, "document %s: %s, revision %d: %v", c.journal.Doc, name, c.log[i].Revision, err)
	}
	left := map[Mark]int{}
	for _, m := range marks {
		left[m]++
	}
	for _, in := range typed {
		left[in.Mark]--
	}
	for m, n := range left {
		switch {
		case n < 0:
			c.blame(&c.Lost, "document %s: %s, revision %d, lacks the mark %s", c.journal.Doc, name, c.log[i].Revision, m)
		case n > 0:
			c.blame(&c.Doubled, "document %s: %s, revision %d, inserts the mark %s %d times too often", c.journal.Doc, name, c.log[i].Revision, m, n)
		}
	}
}

// prefix tells how many intents from the first a record consists of, 0 if it
// does not consist of such.
func (c *checker) prefix(i int, typed []Intent) int {
	marks, err := inserted(c.log[i].Op)
	if err != nil || len(marks) > len(typed) {
		return 0
	}
	for _, in := range typed[:len(marks)] {
		if !slices.Contains(marks, in.Mark) {
			return 0
		}
	}
	return len(marks)
}

// replay makes the document from the log, compares it with what was seen on
// the way, and looks for every mark in the end.
func (c *checker) replay() {
	sights := slices.Clone(c.journal.Sights)
	slices.SortStableFunc(sights, func(a, b Sight) int { return int(a.Revision) - int(b.Revision) })
	blamed := map[string]bool{}
	blame := func(s Sight, format string, args ...any) {
		if !blamed[s.Who] {
			blamed[s.Who] = true
			c.blame(&c.Diverged, "document %s: %s: %s", c.journal.Doc, s.Who, fmt.Sprintf(format, args...))
		}
	}
	state := c.journal.Kind.Initial().Edit()
	for revision := wire.Revision(0); ; revision++ {
		for ; len(sights) > 0 && sights[0].Revision == revision; sights = sights[1:] {
			if s := sights[0]; s.Hashed && s.Hash != state.Doc().Hash() {
				blame(s, "its document at revision %d is not what the log makes", revision)
			}
		}
		if int(revision) == len(c.log) {
			break
		}
		if err := state.Apply(c.log[revision].Op); err != nil {
			c.blame(&c.Damaged, "document %s: revision %d does not apply: %v", c.journal.Doc, revision+1, err)
			return
		}
	}
	for _, s := range sights {
		blame(s, "it saw revision %d, and the log ends with %d", s.Revision, len(c.log))
	}
	c.marks(state.Doc())
}

// marks checks that the document has every mark that is in the log exactly
// once, unless the log has its deletion, too.
func (c *checker) marks(doc ot.Doc) {
	there, err := marksOf(c.journal.Kind, doc)
	if err != nil {
		c.blame(&c.Damaged, "document %s: its text is not made of marks: %v", c.journal.Doc, err)
		return
	}
	count := map[Mark]int{}
	for _, m := range there {
		count[m]++
	}
	deleted := map[Mark]bool{}
	for _, in := range c.intents {
		for _, m := range in.Deleted {
			deleted[m] = true
		}
	}
	for _, in := range c.intents {
		n := count[in.Mark]
		delete(count, in.Mark)
		switch {
		case n == 0 && !deleted[in.Mark]:
			c.blame(&c.Lost, "document %s: the mark %s is missing, and nobody deleted it", c.journal.Doc, in.Mark)
		case n > 0 && deleted[in.Mark]:
			c.blame(&c.Doubled, "document %s: the mark %s is there, though it was deleted", c.journal.Doc, in.Mark)
		case n > 1:
			c.blame(&c.Doubled, "document %s: the mark %s is there %d times", c.journal.Doc, in.Mark, n)
		}
	}
	for m := range count {
		c.blame(&c.Doubled, "document %s: the mark %s is there, but nobody's record has it", c.journal.Doc, m)
	}
}

// time checks the order against the clock, and that nobody went back.
func (c *checker) time() {
	opened, stored := slices.Clone(c.order), c.order
	for _, s := range c.journal.Sights {
		op := operation{what: "the read of " + s.Who, revision: s.Revision, read: true, called: s.From, returned: s.To}
		switch s.Covers {
		case Acknowledged:
			opened = append(opened, op)
		case Stored:
			stored = append(stored, op)
		default:
			op.called = 0 // it must only not be of what is still to come
			stored = append(stored, op)
		}
	}
	for _, wrong := range slices.Concat(contradictions(opened), contradictions(stored)) {
		c.blame(&c.Reordered, "document %s: %s", c.journal.Doc, wrong)
	}
	for _, seen := range c.journal.Seen {
		for i := range max(len(seen)-1, 0) {
			if seen[i+1] < seen[i] {
				c.blame(&c.Reordered, "document %s: somebody saw revision %d, and after that %d", c.journal.Doc, seen[i], seen[i+1])
			}
		}
	}
}

func (c *checker) name(l *Life, seq wire.Seq) string {
	return fmt.Sprintf("seq %d of client %s (person %d)", seq, l.Client, l.Person)
}
