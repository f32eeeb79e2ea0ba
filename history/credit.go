package history

import (
	"iter"
	"time"

	"github.com/collabd/collabd/wire"
)

// Credit is a stretch of a document with whom it is from.
type Credit struct {
	Part
	User wire.UserID // who inserted or deleted it, empty if nobody can be named
	Time time.Time   // when
}

// joined is how long lies between neighbours of one author, at most, that are
// shown as one.
const joined = time.Minute

// credit names who is behind each part. Neighbours of one author within a
// minute are one, with the latest revision and its time.
func credit(parts iter.Seq[Part], facts facts) []Credit {
	var credits []Credit
	for p := range parts {
		c := Credit{Part: p}
		if p.Revision > 0 {
			c.User, c.Time = facts.of(p.Revision)
		}
		if n := len(credits); n == 0 || !credits[n-1].join(c) {
			credits = append(credits, c)
		}
	}
	return credits
}

// join makes c and the next one, if they are neighbours of one author.
func (c *Credit) join(next Credit) bool {
	if next.At != c.At+c.Units || next.User != c.User || (next.Revision == 0) != (c.Revision == 0) || next.Time.Sub(c.Time).Abs() > joined {
		return false
	}
	c.Units += next.Units
	if next.Revision > c.Revision {
		c.Revision, c.Time = next.Revision, next.Time
	}
	return true
}
