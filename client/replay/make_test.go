package replay

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"
)

// The traces of the tests are made on plain slices of UTF-16 units, by code that
// shares nothing with package ot: what comes out of a replay is compared with it.

type units = []uint16

func splice(doc units, pos, deleted int, inserted units) units {
	next := append(units{}, doc[:pos]...)
	next = append(next, inserted...)
	return append(next, doc[pos+deleted:]...)
}

// whole moves a position out of the middle of a surrogate pair.
func whole(doc units, pos int) int {
	if pos < len(doc) && pos > 0 && doc[pos]&0xfc00 == 0xdc00 {
		return pos - 1
	}
	return pos
}

func randomPatch(random *rand.Rand, doc units) (pos, deleted int, inserted string) {
	words := []string{"a", "b ", "word", "😀", "𝕋x", "é", "\n", "\"\\", ""}
	pos = whole(doc, random.IntN(len(doc)+1))
	if random.IntN(3) == 0 {
		deleted = whole(doc, min(len(doc), pos+random.IntN(5))) - pos
	}
	return pos, deleted, words[random.IntN(len(words))]
}

// makeSequential returns a sequential trace's lines and its final text.
func makeSequential(seed uint64, txns int) (lines []string, text string) {
	random := rand.New(rand.NewPCG(seed, 4))
	var doc units
	patches := 0
	for range txns {
		for k := range 1 + random.IntN(2)*random.IntN(3) {
			pos, deleted, inserted := randomPatch(random, doc)
			if random.IntN(50) == 0 {
				inserted = string(bytes.Repeat([]byte("long "), 5000)) // more than one edit may hold
			}
			doc = splice(doc, pos, deleted, utf16.Encode([]rune(inserted)))
			line := []any{pos, deleted, inserted}
			if k > 0 {
				line = append(line, 1)
			}
			lines = append(lines, toJSON(line))
			patches++
		}
	}
	text = string(utf16.Decode(doc))
	head := toJSON(map[string]any{
		"format": "collab-trace-1", "kind": "sequential", "name": fmt.Sprint("made-", seed), "offsets": "utf16",
		"txns": txns, "patches": patches, "finalLength": len(doc), "finalSha256": sum(text),
	})
	return append([]string{head}, lines...), text
}

// textOp is an op on plain text: n > 0 retains, n < 0 deletes, else inserts.
type textOp []textStep
type textStep struct {
	n    int
	text units
}

// over is T(a, b): aFirst says whose insert goes left where both insert.
func (a textOp) over(b textOp, aFirst bool) textOp {
	var out textOp
	a, b = append(textOp{}, a...), append(textOp{}, b...)
	for len(a) > 0 {
		switch {
		case a[0].n == 0 && (aFirst || len(b) == 0 || b[0].n != 0):
			out, a = append(out, a[0]), a[1:]
			continue
		case len(b) == 0:
			return append(out, a...)
		case b[0].n == 0:
			out, b = append(out, textStep{n: len(b[0].text)}), b[1:]
			continue
		}
		n := min(max(a[0].n, -a[0].n), max(b[0].n, -b[0].n))
		if b[0].n > 0 {
			out = append(out, textStep{n: n * a[0].n / max(a[0].n, -a[0].n)})
		}
		a, b = a.less(n), b.less(n)
	}
	return out
}

func (a textOp) less(n int) textOp {
	if a[0].n > 0 {
		a[0].n -= n
	} else {
		a[0].n += n
	}
	if a[0].n == 0 {
		return a[1:]
	}
	return a
}

func (a textOp) apply(doc units) units {
	var out units
	at := 0
	for _, s := range a {
		switch {
		case s.n > 0:
			out = append(out, doc[at:at+s.n]...)
			at += s.n
		case s.n < 0:
			at -= s.n
		default:
			out = append(out, s.text...)
		}
	}
	return append(out, doc[at:]...)
}

// makeConcurrent simulates agents around a server whose order is the file's, as
// the format says: each has a view, and a queue of what it has not seen yet.
func makeConcurrent(seed uint64, agents, entries int) (lines []string, text string) {
	random := rand.New(rand.NewPCG(seed, 5))
	type queued struct {
		index int
		op    textOp
	}
	views := make([]units, agents)
	queues := make([][]queued, agents)
	var server units
	agent := 0
	for i := range entries {
		if random.IntN(3) > 0 { // people type in bursts
			agent = random.IntN(agents)
		}
		for len(queues[agent]) > 0 && random.IntN(3) > 0 {
			views[agent] = queues[agent][0].op.apply(views[agent])
			queues[agent] = queues[agent][1:]
		}
		base := i
		if q := queues[agent]; len(q) > 0 {
			base = q[0].index
		}
		pos, deleted, inserted := randomPatch(random, views[agent])
		op := textOp{}
		if pos > 0 {
			op = append(op, textStep{n: pos})
		}
		if inserted != "" {
			op = append(op, textStep{text: utf16.Encode([]rune(inserted))})
		}
		if deleted > 0 {
			op = append(op, textStep{n: -deleted})
		}
		lines = append(lines, toJSON([]any{[]int{}, agent, []any{[]any{pos, deleted, inserted}}, base}))
		views[agent] = op.apply(views[agent])
		for k := range queues[agent] {
			q := &queues[agent][k]
			op, q.op = op.over(q.op, false), q.op.over(op, true)
		}
		server = op.apply(server)
		for a := range agents {
			if a != agent {
				queues[a] = append(queues[a], queued{i, op})
			}
		}
	}
	text = string(utf16.Decode(server))
	head := toJSON(map[string]any{
		"format": "collab-trace-1", "kind": "concurrent", "name": fmt.Sprint("made-", seed), "offsets": "utf16",
		"agents": agents, "txns": entries, "patches": entries, "finalLength": len(server),
		"finalSha256": sum("the other rule"), "finalSha256IncomingLoses": sum(text),
	})
	return append([]string{head}, lines...), text
}

func toJSON(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return string(bytes.TrimSpace(b.Bytes()))
}

// writeTrace writes lines to a file of the test.
func writeTrace(t *testing.T, lines ...string) string {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	for _, line := range lines {
		fmt.Fprintln(zip, line)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "made.jsonl.gz")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func readTrace(t *testing.T, lines []string) *Trace {
	t.Helper()
	trace, err := ReadFile(writeTrace(t, lines...))
	if err != nil {
		t.Fatal(err)
	}
	return trace
}
