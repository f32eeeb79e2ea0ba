//go:build crosscheck

package ot_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
)

var (
	crossScenes = flag.Int("crosscheck.scenes", 10_000, "scenes that TestCrossCheck makes; each asks for all seven answers")
	crossSeed   = flag.Uint64("crosscheck.seed", 1, "seed of TestCrossCheck's first scene; the next has the next")
)

// quillVersion is the one that package.json of the front end pins.
const quillVersion = "5.1.0"

// TestCrossCheck compares this package with the answers that npm quill-delta
// gives now, run by node: one document, op a on it, b beside a and c behind a,
// all in quill-delta's canonical form (inserts in front of the deletes beside
// them; see quillOrder), asked for compose, transform with either side first,
// position with either gravity, invert and apply. Answers are compared as bytes
// of JSON, so that our own parser cannot hide a difference, after ours are
// brought to quill-delta's order.
//
// One quirk is let through, and counted: quill-delta compares values by identity
// when it inverts. It sets an object back that the op has replaced by an equal
// one, where this package has nothing to set back (see sameButObjects).
//
// It needs node and the front end's packages, so it is behind a build tag:
//
//	go test -tags crosscheck ./ot -run CrossCheck -v -crosscheck.scenes 100000
func TestCrossCheck(t *testing.T) {
	q := startQuill(t)
	ran, quirks := map[string]int{}, 0
	var total int
	asked := make(chan question, 1<<10)
	go q.ask(asked, *crossSeed, *crossScenes)
	differ := 0
	for x := range asked {
		got, want := x.ours, q.answer(t)
		ran[x.kind]++
		total++
		switch {
		case bytes.Equal(got, want):
		case x.kind == "invert" && got[0] == '[' && sameButObjects(op(t, string(got)), op(t, string(want)), x.op, x.doc):
			quirks++
		default:
			differ++
			t.Errorf("seed %d: %s\n got %s\nwant %s", x.seed, x.line, got, want)
			if differ == 10 {
				t.Fatal("and perhaps more")
			}
		}
	}
	q.end(t)
	if total != 7*(*crossScenes) {
		t.Errorf("%d answers, want %d", total, 7*(*crossScenes))
	}
	t.Logf("seeds %d to %d: %d answers of quill-delta %s %v, %d differ, %d restore an equal object",
		*crossSeed, *crossSeed+uint64(*crossScenes)-1, total, quillVersion, ran, differ, quirks)
}

// question is a line for quill-delta and what this package answers.
type question struct {
	seed uint64
	kind string
	line []byte
	ours []byte
	op   ot.Op // of invert
	doc  ot.Doc
}

// crossScene makes the questions about one random document.
func crossScene(seed uint64) []question {
	defer func() {
		if r := recover(); r != nil {
			panic(fmt.Sprintf("seed %d: %v", seed, r))
		}
	}()
	s := crossSource{newSource(seed)}
	d := s.doc()
	a, b := s.op(d), s.op(d)
	after := must(d.Apply(a))
	c := s.op(after)
	pos := s.IntN(d.Len() + 3)
	aj, dj := string(a.AppendJSON(nil)), string(d.Op().AppendJSON(nil))
	ask := func(kind string, ours []byte, args ...any) question {
		line := fmt.Appendf(nil, "[%q", kind)
		for _, arg := range args {
			line = fmt.Appendf(line, ",%v", arg)
		}
		return question{seed: seed, kind: kind, line: append(line, ']', '\n'), ours: ours, op: a, doc: d}
	}
	json := func(op ot.Op, err error) []byte {
		if err == nil {
			err = canonical(op) // quillOrder would repair it
		}
		if err != nil {
			return []byte(err.Error())
		}
		return quillOrder(op).AppendJSON(nil)
	}
	number := func(n int) []byte { return strconv.AppendInt(nil, int64(n), 10) }
	bj, cj := string(b.AppendJSON(nil)), string(c.AppendJSON(nil))
	return []question{
		ask("compose", json(ot.Compose(a, c)), aj, cj),
		ask("transform", json(ot.Transform(b, a, ot.Incoming)), aj, bj, true),
		ask("transform", json(ot.Transform(b, a, ot.History)), aj, bj, false),
		ask("position", number(ot.TransformPosition(a, pos, ot.Left)), aj, pos, true),
		ask("position", number(ot.TransformPosition(a, pos, ot.Right)), aj, pos, false),
		ask("invert", json(ot.Invert(a, d)), aj, dj),
		ask("apply", after.Op().AppendJSON(nil), dj, aj),
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// crossSource makes larger documents and ops than source does, with more kinds
// of characters and values, and in quill-delta's canonical form.
type crossSource struct{ source }

// crossLetters has what JSON and UTF-16 make hard. (U+0008 and U+000C are
// missing because JavaScript has short forms for them that AppendJSON has not.)
var crossLetters = append([]string{
	"\x00", "\x1f", "\"", "\\", "/", "\t", "\r", "\u007f", "\u2028", "\ufeff", "\ufffd", "\u200d", "é", "क्ष", "👩‍👩‍👧", "🇨🇭", "\U0010ffff",
}, letters...)

var crossValues = func() []ot.Value {
	var list []ot.Value
	for _, text := range []string{
		`true`, `false`, `0`, `1`, `-7`, `0.5`, `1e-7`, `9007199254740991`, `""`, `"a"`, `"b"`,
		`{"b":1,"a":{"c":[1,null,{}]}}`, `{"a":1}`, `[1,2]`, `[]`, `{}`,
	} {
		list = append(list, must(ot.ParseValue([]byte(text), 8)))
	}
	return list
}()

func (s crossSource) attrs(nulls bool) ot.Attrs {
	kv := map[string]ot.Value{}
	for range 1 + s.IntN(3) {
		name := pick(s.source, "bold", "b", "é", "z-1", "Z")
		kv[name] = pick(s.source, crossValues...)
		if nulls && s.one(3) {
			kv[name] = ot.Null
		}
	}
	return ot.NewAttrs(kv)
}

func (s crossSource) insert(b *ot.Builder) {
	var a ot.Attrs
	if s.one(2) {
		a = s.attrs(false)
	}
	if s.one(6) {
		b.InsertEmbed(ot.NewEmbed(pick(s.source, "image", "mention"), pick(s.source, crossValues...)), a)
		return
	}
	var text strings.Builder
	for range 1 + s.IntN(5) {
		text.WriteString(pick(s.source, crossLetters...))
	}
	b.Insert(text.String(), a)
}

// size is mostly small, and now and then large.
func (s crossSource) size() int { return s.IntN(pick(s.source, 2, 4, 4, 8, 40)) }

func (s crossSource) doc() ot.Doc {
	var b ot.Builder
	for range s.size() {
		s.insert(&b)
	}
	return must(ot.DocOf(b.Op()))
}

func (s crossSource) op(d ot.Doc) ot.Op {
	cuts := boundaries(flatten(d.Op()))
	var b ot.Builder
	at := 0
	for range 1 + s.size() {
		left := len(cuts) - 1 - at
		if left == 0 || s.one(3) {
			s.insert(&b)
			continue
		}
		to := at + 1 + s.IntN(min(left, 6))
		n := cuts[to] - cuts[at]
		switch at = to; s.IntN(4) {
		case 0:
			b.Retain(n, ot.Attrs{})
		case 1:
			b.Retain(n, s.attrs(true))
		default:
			b.Delete(n)
		}
	}
	return quillOrder(b.Op())
}

// quill is a running quill-delta.
type quill struct {
	in     io.WriteCloser
	out    *bufio.Reader
	stderr bytes.Buffer
	wait   func() error
}

// startQuill fails the test in one line if something is not there.
func startQuill(t *testing.T) *quill {
	const frontend = "../frontend"
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("no node on the PATH: install Node.js, then run make deps")
	}
	if _, err := os.Stat(frontend + "/node_modules/quill-delta"); err != nil {
		t.Fatal("no quill-delta in frontend/node_modules: run make deps")
	}
	cmd := exec.CommandContext(t.Context(), node, "testdata/crosscheck/quill.mjs", frontend)
	q := &quill{wait: cmd.Wait}
	cmd.Stderr = &q.stderr
	q.in = must(cmd.StdinPipe())
	q.out = bufio.NewReaderSize(must(cmd.StdoutPipe()), 1<<20)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if version := string(q.answer(t)); version != quillVersion {
		t.Fatalf("quill-delta %s in frontend/node_modules, want %s: run make deps", version, quillVersion)
	}
	return q
}

// ask writes the questions of all scenes, and sends them in the same order.
func (q *quill) ask(asked chan<- question, seed uint64, scenes int) {
	w := bufio.NewWriterSize(q.in, 1<<16)
	for i := range uint64(scenes) {
		for _, x := range crossScene(seed + i) {
			// A write that fails shows as an answer that is missing.
			_, _ = w.Write(x.line)
			asked <- x
		}
	}
	_ = w.Flush()
	_ = q.in.Close()
	close(asked)
}

// answer returns the next line.
func (q *quill) answer(t *testing.T) []byte {
	line, err := q.out.ReadBytes('\n')
	if err != nil {
		_ = q.wait()
		t.Fatalf("quill-delta does not answer (%v): %s", err, q.stderr.String())
	}
	return bytes.TrimSuffix(line, []byte("\n"))
}

func (q *quill) end(t *testing.T) {
	if err := q.wait(); err != nil {
		t.Errorf("quill-delta: %v: %s", err, q.stderr.String())
	}
}
