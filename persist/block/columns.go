package block

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// ErrFormat says that the bytes are not what this package writes.
var ErrFormat = errors.New("not a block")

// column is a list of numbers or bytes as it is written.
type column []byte

func (c *column) uint(n uint64)    { *c = binary.AppendUvarint(*c, n) }
func (c *column) int(n int64)      { *c = binary.AppendVarint(*c, n) }
func (c *column) byte(b byte)      { *c = append(*c, b) }
func (c *column) text(s string)    { c.uint(uint64(len(s))); *c = append(*c, s...) }
func (c *column) fixed(n uint64)   { *c = binary.LittleEndian.AppendUint64(*c, n) }
func (c *column) letters(s string) { *c = append(*c, s...) }

// reader takes from a column what was written to it. After the first mistake
// everything is zero, and err says what it was.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s", ErrFormat, what)
	}
	r.rest = nil
}

func (r *reader) uint() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.fail("a number is missing")
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *reader) int() int64 {
	n, size := binary.Varint(r.rest)
	if size <= 0 {
		r.fail("a number is missing")
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// count reads a number that is at most most.
func (r *reader) count(most int) int {
	n := r.uint()
	if n > uint64(most) {
		r.fail("a number is too large")
		return 0
	}
	return int(n)
}

func (r *reader) length() int { return r.count(math.MaxInt32) }

func (r *reader) byte() byte {
	if len(r.rest) == 0 {
		r.fail("a byte is missing")
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *reader) letters(n int) string {
	if n > len(r.rest) {
		r.fail("a text ends too early")
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

func (r *reader) text() string { return r.letters(r.length()) }

func (r *reader) fixed() uint64 {
	if len(r.rest) < 8 {
		r.fail("8 bytes are missing")
		return 0
	}
	n := binary.LittleEndian.Uint64(r.rest)
	r.rest = r.rest[8:]
	return n
}

// end says that nothing may be left.
func (r *reader) end() {
	if len(r.rest) > 0 {
		r.fail("bytes are left over")
	}
}

// dictionary numbers values in the order of their first use.
type dictionary[V comparable] struct {
	list   []V
	places map[V]int
}

func (d *dictionary[V]) index(v V) uint64 {
	i, ok := d.places[v]
	if !ok {
		if d.places == nil {
			d.places = make(map[V]int)
		}
		i = len(d.list)
		d.list, d.places[v] = append(d.list, v), i
	}
	return uint64(i)
}
