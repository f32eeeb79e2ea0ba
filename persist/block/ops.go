package block

import (
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/collabd/collabd/ot"
)

// The columns of ops.
const (
	opCounts  = iota // components of each op
	opKinds          // a byte a component: its kind, and opAttrs
	opPlaces         // of ops that begin with a plain retain: how far it is from where their client was
	opLengths        // of other retains and deletes in units, of texts in bytes
	opLetters        // the texts
	opSets           // which set of attributes
	opWords          // the sets of attributes, and embeds
	opColumns
)

const (
	kindText = iota
	kindEmbed
	kindRetain
	kindDelete
	kindMask = 3
	kindSet  = 4 // a bit: it has attributes
)

// maxDepth is how deep values may be nested: more than what is accepted of
// clients, as persist reads what is stored.
const maxDepth = 64

// encodeOps makes the columns of ops. clients says who made each.
func encodeOps(ops []ot.Op, clients []uint64) []column {
	c := make([]column, opColumns)
	var sets dictionary[ot.Attrs]
	var embeds column
	at := cursors{}
	for i, op := range ops {
		c[opCounts].uint(uint64(op.Len()))
		pos, first := 0, true
		for part := range op.Components() {
			kind, plain := byte(0), part.Attrs.Len() == 0
			if !plain {
				kind = kindSet
				c[opSets].uint(sets.index(part.Attrs))
			}
			switch {
			case part.Kind == ot.Retain:
				kind |= kindRetain
				if first && plain {
					c[opPlaces].int(int64(part.Len) - at.of(clients[i]))
				} else {
					c[opLengths].uint(uint64(part.Len))
				}
			case part.Kind == ot.Delete:
				kind |= kindDelete
				c[opLengths].uint(uint64(part.Len))
			case part.Embed.IsZero():
				kind |= kindText
				c[opLengths].uint(uint64(len(part.Text)))
				c[opLetters].letters(part.Text)
			default:
				kind |= kindEmbed
				embeds.text(part.Embed.Name())
				embeds.text(string(part.Embed.Value()))
			}
			c[opKinds].byte(kind)
			if first = false; part.Kind != ot.Delete {
				pos += part.Len
			}
		}
		at[clients[i]] = int64(pos)
	}
	words := &c[opWords]
	words.uint(uint64(len(sets.list)))
	for _, set := range sets.list {
		words.uint(uint64(set.Len()))
		for name, value := range set.All() {
			words.text(name)
			words.text(string(value))
		}
	}
	*words = append(*words, embeds...)
	return c
}

// cursors is the place behind the last op of each client.
type cursors map[uint64]int64

// of is where a client is expected: one that has done nothing yet at the
// beginning.
func (c cursors) of(client uint64) int64 { return c[client] }

// decodeOps reads what encodeOps wrote.
func decodeOps(columns [][]byte, clients []uint64) ([]ot.Op, error) {
	var c [opColumns]reader
	for i := range c {
		c[i].rest = columns[i]
	}
	sets := readSets(&c[opWords])
	ops := make([]ot.Op, len(clients))
	at := cursors{}
	var b ot.Builder
	for i, client := range clients {
		pos := 0
		n := c[opCounts].length()
		for k := range n {
			kind := c[opKinds].byte()
			var attrs ot.Attrs
			if kind&kindSet != 0 {
				if set := c[opSets].uint(); set < uint64(len(sets)) {
					attrs = sets[set]
				} else {
					c[opSets].fail("an unknown set of attributes")
				}
			}
			units := 0
			switch kind & kindMask {
			case kindRetain:
				if k == 0 && kind&kindSet == 0 {
					units = readPlace(&c[opPlaces], at.of(client))
				} else {
					units = c[opLengths].length()
				}
				b.Retain(units, attrs)
			case kindDelete:
				b.Delete(c[opLengths].length())
			case kindText:
				s := c[opLetters].letters(c[opLengths].length())
				if !utf8.ValidString(s) {
					c[opLetters].fail("not UTF-8")
					s = ""
				}
				units = unitsOf(s)
				b.Insert(s, attrs)
			case kindEmbed:
				b.InsertEmbed(readEmbed(&c[opWords]), attrs)
				units = 1
			}
			pos += units
			if c[opKinds].err != nil {
				break
			}
		}
		at[client] = int64(pos)
		if ops[i] = b.Op(); ops[i].Len() != n {
			c[opCounts].fail("an op that is not in its shortest form")
		}
		for j := range c {
			if c[j].err != nil {
				return nil, fmt.Errorf("op %d: %w", i, c[j].err)
			}
		}
	}
	for i := range c {
		if c[i].end(); c[i].err != nil {
			return nil, c[i].err
		}
	}
	return ops, nil
}

// readPlace reads how far from expected a place is.
func readPlace(r *reader, expected int64) int {
	step := r.int()
	if step < -math.MaxInt32 || step > math.MaxInt32 || expected+step > math.MaxInt32 {
		r.fail("a place that no document has")
		return 0
	}
	return int(expected + step)
}

func readSets(r *reader) []ot.Attrs {
	var sets []ot.Attrs
	for range r.count(len(r.rest)) {
		n := r.count(len(r.rest))
		set := make(map[string]ot.Value, n)
		for range n {
			name := r.text()
			set[name] = readValue(r)
		}
		sets = append(sets, ot.NewAttrs(set))
	}
	return sets
}

func readEmbed(r *reader) ot.Embed {
	name := r.text()
	value := readValue(r)
	if name == "" || r.err != nil {
		r.fail("an embed without a name")
		return ot.Embed{}
	}
	return ot.NewEmbed(name, value)
}

func readValue(r *reader) ot.Value {
	v, err := ot.ParseValue([]byte(r.text()), maxDepth)
	if err != nil {
		r.fail("a value that is no JSON")
	}
	return v
}

// unitsOf is the length of a text in UTF-16 code units.
func unitsOf(s string) (n int) {
	for _, r := range s {
		if n++; r > 0xffff {
			n++
		}
	}
	return n
}
