package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/collabd/collabd/wire"
)

// mutator makes messages that are nearly right, and some that are far from it.
// Everything comes from its seed.
type mutator struct{ *rand.Rand }

func pick[T any](m mutator, list ...T) T { return list[m.IntN(len(list))] }

func (m mutator) one(in int) bool { return m.IntN(in) == 0 }

// talk is what a hostile client knows of its conversation.
type talk struct {
	wire.Welcome          // of this connection; the revision is the head that it has seen
	acked        wire.Seq // its last edit
	other        wire.Welcome
}

// message is one as a client might send it. Most could be accepted; in the
// others a number or a name is another one's.
func (m mutator) message(t *talk) string {
	switch m.IntN(12) {
	case 0:
		return pingText
	case 1, 2:
		list := make([]wire.Selection, m.IntN(4))
		for i := range list {
			list[i] = wire.Selection{Anchor: m.IntN(9), Head: pick(m, m.IntN(9), 1<<31, 1<<53-1)}
		}
		return string(wire.Presence{Revision: m.revision(t), Selections: list}.Append(nil))
	case 3:
		return string(m.hello(t).Append(nil))
	}
	op := pick(m, ops...)
	if m.one(200) {
		op = m.large()
	}
	seq := t.acked + 1
	if m.one(6) {
		seq = pick(m, 0, t.acked, t.acked+2, 1<<53-1)
	}
	return fmt.Sprintf(`{"type":"edit","seq":%d,"base":%d,"op":%s}`, seq, m.revision(t), op)
}

// ops are right or wrong by themselves, or by the kind of the document.
var ops = []string{
	`[]`, `[{"insert":"x"}]`, `[{"insert":"😀"}]`, `[{"retain":1},{"insert":"y"}]`, `[{"delete":1}]`, `[{"insert":"😀"},{"delete":1}]`,
	`[{"retain":3},{"delete":2}]`, `[{"insert":"b","attributes":{"bold":true}}]`, `[{"retain":2,"attributes":{"link":"https://example.org/"}}]`,
	`[{"retain":1,"attributes":{"bold":null,"header":1}}]`, `[{"insert":{"divider":true}}]`, `[{"insert":{"image":"/x.png"}}]`,
	`[{"insert":{"mention":{"id":"u1","name":"Ana"}}}]`, `[{"insert":"\n","attributes":{"list":"bullet","indent":2}}]`,
	`[{"retain":1000000},{"insert":"x"}]`, `[{"delete":9007199254740991}]`, `[{"retain":9007199254740991},{"retain":9007199254740991},{"delete":9007199254740991}]`,
	`[{"insert":""}]`, `[{"retain":0}]`, `[{"retain":-1}]`, `[{"insert":"x","delete":1}]`, `[{"insert":"x","attributes":{"onclick":"x"}}]`, `[{"insert":{"iframe":"x"}}]`,
	`[{"insert":"\ud83d"},{"insert":"\ude00"}]`, `[{"insert":"\r\u0000"}]`, `[{"retain":1,"attributes":{}}]`, `[{"attributes":{"bold":true}}]`,
}

// large is an op near the limits of an edit, or beyond them.
func (m mutator) large() string {
	lim := wire.DefaultLimits()
	n := pick(m, -1, 0, 1)
	switch m.IntN(3) {
	case 0:
		return `[{"insert":"` + strings.Repeat("x", lim.EditUnits+n) + `"}]`
	case 1:
		return `[` + strings.Repeat(`{"insert":"x","attributes":{"bold":true}},{"insert":"x"},`, lim.EditComponents/2+n) + `{"insert":"x"}]`
	}
	return `[{"insert":"` + strings.Repeat(`\ud83d\ude00`, lim.EditUnits/2+n) + `"}]`
}

func (m mutator) revision(t *talk) wire.Revision {
	if m.one(6) {
		return pick(m, 0, t.Revision+1, t.Revision-min(t.Revision, 1), t.Revision/2, 1<<53-1)
	}
	return t.Revision
}

// hello resumes a client: this one, the latest of all, or one of pieces of both.
func (m mutator) hello(t *talk) wire.Hello {
	own, other := t.Welcome, t.other
	if own.Client == "" || m.one(2) {
		own, other = other, own
	}
	h := wire.Hello{Client: own.Client, Secret: own.Secret, Lineage: own.Lineage, Revision: m.revision(&talk{Welcome: own})}
	switch m.IntN(8) {
	case 0:
		h.Client = pick(m, other.Client, "c")
	case 1:
		h.Secret = pick(m, other.Secret, "s")
	case 2:
		h.Lineage = pick(m, other.Lineage, "l")
	}
	return h
}

// node is a JSON value that is not yet right or wrong.
type node struct {
	raw   string // of a scalar
	open  byte   // '{' or '[' of the others
	names []string
	kids  []*node
}

// tree reads a value that encoding/json can read; nil for all else.
func tree(text string) *node {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	return value(dec)
}

func value(dec *json.Decoder) *node {
	token, err := dec.Token()
	if err != nil {
		return nil
	}
	open, ok := token.(json.Delim)
	if !ok {
		raw, _ := json.Marshal(token)
		return &node{raw: string(raw)}
	}
	n := &node{open: byte(open)}
	for dec.More() {
		if open == '{' {
			name, _ := dec.Token()
			raw, _ := json.Marshal(name)
			n.names = append(n.names, string(raw))
		}
		n.kids = append(n.kids, value(dec))
	}
	_, _ = dec.Token()
	return n
}

func (n *node) append(b []byte) []byte {
	if n.open == 0 {
		return append(b, n.raw...)
	}
	b = append(b, n.open)
	for i, kid := range n.kids {
		if i > 0 {
			b = append(b, ',')
		}
		if n.open == '{' {
			b = append(append(b, n.names[i]...), ':')
		}
		b = kid.append(b)
	}
	return append(b, n.open+2)
}

// all lists a value and all inside it.
func (n *node) all() []*node {
	list := []*node{n}
	for _, kid := range n.kids {
		list = append(list, kid.all()...)
	}
	return list
}

var (
	numbers = []string{"-1", "-0", "0", "00", "1.0", "1e0", "1E9", "4294967296", "9007199254740991", "9007199254740992", "9223372036854775808", "18446744073709551616", "1e999", "0x1", "+1", ".5", "NaN", strings.Repeat("9", 400)}
	strs    = []string{`""`, `"\ud83d"`, `"\ude00"`, `"\ude00\ud83d"`, `"\ud83dx"`, `"\u0000"`, "\"\xff\"", "\"\xe2\x82\"", "\"\xed\xa0\xbd\"", "\"\xf4\x90\x80\x80\"", "\"\n\"", `"\x"`, `"\u12"`, `"`, `"` + strings.Repeat("s", 300) + `"`, `"hello"`, `"edit"`, `"ping"`, `"presence"`, `"welcome"`}
	others  = []string{"null", "true", "false", "[]", "{}", "[[]]", `{"":null}`, "nul", "", "[1,]", "{,}"}
	names   = []string{`"type"`, `"Type"`, `"\u0074ype"`, `"seq"`, `"base"`, `"op"`, `"insert"`, `"retain"`, `"delete"`, `"attributes"`, `"__proto__"`, `"constructor"`, `""`, `"client"`, `"secret"`, `"\ud83d"`, `type`}
)

// graft changes one value of a tree, by the grammar.
func (m mutator) graft(root *node) {
	n := pick(m, root.all()...)
	i := -1
	if len(n.kids) > 0 {
		i = m.IntN(len(n.kids))
	}
	switch m.IntN(11) {
	case 0:
		*n = node{raw: pick(m, numbers...)}
	case 1:
		*n = node{raw: pick(m, strs...)}
	case 2:
		*n = node{raw: pick(m, others...)}
	case 3: // deep
		depth := pick(m, 1, 8, 15, 16, 17, 10_000)
		open, end := "[", "]"
		if m.one(2) {
			open, end = `{"a":`, "}"
		}
		*n = node{raw: strings.Repeat(open, depth) + string(n.append(nil)) + strings.Repeat(end, pick(m, depth, depth, depth-1, 0))}
	case 4: // twice, or very often
		if i >= 0 {
			for range pick(m, 1, 1, 1, 31, 3000) {
				n.kids = append(n.kids, n.kids[i])
				if n.open == '{' {
					n.names = append(n.names, n.names[i])
				}
			}
		}
	case 5: // missing
		if i >= 0 {
			n.kids = slices.Delete(slices.Clone(n.kids), i, i+1)
			if n.open == '{' {
				n.names = slices.Delete(slices.Clone(n.names), i, i+1)
			}
		}
	case 6: // by another name
		if n.open == '{' && i >= 0 {
			n.names = slices.Clone(n.names)
			n.names[i] = pick(m, names...)
		}
	case 7: // one more
		n.kids = append(slices.Clone(n.kids), &node{raw: pick(m, slices.Concat(numbers, strs, others)...)})
		if n.open == '{' {
			n.names = append(slices.Clone(n.names), pick(m, names...))
		}
	case 8: // in another order, which is allowed
		if n.open == '{' && i > 0 {
			n.kids[0], n.kids[i], n.names[0], n.names[i] = n.kids[i], n.kids[0], n.names[i], n.names[0]
		}
	case 9: // with white space, which is allowed, and what looks like it
		if n.open == 0 {
			n.raw = pick(m, " ", "\t\n\r ", strings.Repeat(" ", 5000), "\v", "\u00a0", "\ufeff", "/**/") + n.raw
		}
	case 10: // one kind for the other
		if n.open != 0 {
			n.open = pick[byte](m, '{', '[')
			for n.open == '{' && len(n.names) < len(n.kids) {
				n.names = append(n.names, pick(m, names...))
			}
		}
	}
}

// scramble changes bytes, without regard for grammar.
func (m mutator) scramble(s string) string {
	b := []byte(s)
	for range 1 + m.IntN(3) {
		if len(b) == 0 {
			break
		}
		at := m.IntN(len(b))
		to := min(len(b), at+m.IntN(12))
		switch m.IntN(5) {
		case 0:
			b[at] ^= 1 << m.IntN(8)
		case 1:
			b = slices.Delete(b, at, to)
		case 2:
			b = slices.Insert(b, at, bytes.Clone(b[at:to])...)
		case 3:
			b = slices.Insert(b, at, []byte(pick(m, "{", "}", "[", "]", ",", ":", `"`, `\`, "\n", "\x00", "\ufeff", "😀", "\xff"))...)
		case 4:
			b = b[:at]
		}
	}
	return string(b)
}

func (m mutator) noise(most int) string {
	b := make([]byte, m.IntN(most))
	for i := range b {
		b[i] = byte(m.Uint32())
	}
	return string(b)
}

// hostile is the next message: some are right, so that the conversation goes on.
func (m mutator) hostile(t *talk) string {
	message := m.message(t)
	switch m.IntN(12) {
	case 0, 1, 2:
		return message
	case 3:
		return m.scramble(message)
	case 4:
		return pick(m, m.noise(300), strings.Repeat(pick(m, "[", `{"a":`, `"`, "0", " "), m.IntN(3000)))
	}
	root := tree(message)
	if root == nil {
		return m.scramble(message)
	}
	for range 1 + m.IntN(2) {
		m.graft(root)
	}
	return string(root.append(nil))
}
