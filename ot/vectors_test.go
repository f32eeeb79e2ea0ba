package ot_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
)

// TestVectors compares this package with answers of npm quill-delta 5: those in
// testdata, and those in the folder COLLABD_VECTORS if it is set (*.jsonl.gz,
// and quirks.jsonl with odd ops and what a server should make of them).
//
// quill-delta moves an insert in front of a delete beside it; this package keeps
// the order, because law L3 needs it. Both forms do the same to a document, so
// answers are compared after ours are brought to quill's order. Inputs are in
// that order already, except in cases tagged "raw".
//
// Cases tagged "split" may cut a surrogate pair, which quill-delta does and this
// package refuses: only there may it refuse.
func TestVectors(t *testing.T) {
	own, err := os.Open("testdata/delta.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	t.Run("testdata", func(t *testing.T) { runVectors(t, own) })

	dir := os.Getenv("COLLABD_VECTORS")
	if dir == "" {
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("COLLABD_VECTORS: no *.jsonl.gz (%v)", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			f, err := os.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			z, err := gzip.NewReader(f)
			if err != nil {
				t.Fatal(err)
			}
			runVectors(t, z)
		})
	}
	t.Run("quirks", func(t *testing.T) { runQuirks(t, filepath.Join(dir, "quirks.jsonl")) })
}

func runVectors(t *testing.T, r io.Reader) {
	ran, refused := map[string]int{}, 0
	for line := range lines(t, r) {
		var c vector
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if c.K == "" {
			continue // the header
		}
		ran[c.K]++
		diff, err := c.run()
		switch {
		case err != nil && c.Split && codeOf(err) == ot.CodeSurrogate:
			refused++
		case err != nil:
			t.Errorf("%s\nrefused: %v", line, err)
		case diff != "":
			t.Errorf("%s\n%s", line, diff)
		}
	}
	total := 0
	for _, n := range ran {
		total += n
	}
	if total == 0 {
		t.Error("no case ran")
	}
	t.Logf("%d cases ran %v, %d of them refused because they cut a pair", total, ran, refused)
}

// vector keeps ops raw, because encoding/json would repair half pairs.
type vector struct {
	K                    string
	Split                bool
	Doc, A, B, R, R0, R1 json.RawMessage
	I                    int
}

// run answers c, and says how the answer differs. The first error ends it.
func (c vector) run() (diff string, err error) {
	read := func(text json.RawMessage) ot.Op {
		op, e := ot.Parse(text, ot.Limits{Depth: 64})
		if err == nil {
			err = e
		}
		return op
	}
	compare := func(name string, got ot.Op, e error, want json.RawMessage) {
		if err == nil {
			err = e
		}
		if w := read(want); err == nil && !quillOrder(got).Equal(quillOrder(w)) {
			diff += fmt.Sprintf("%s: got %s, want %s\n", name, quillOrder(got).AppendJSON(nil), want)
		}
	}
	a := read(c.A)
	switch c.K {
	case "apply", "invert":
		d, e := ot.DocOf(read(c.Doc))
		if err != nil || e != nil {
			return "", err
		}
		if c.K == "invert" {
			undo, e := ot.Invert(a, d)
			if e == nil && sameButObjects(undo, read(c.R), a, d) {
				break
			}
			compare("r", undo, e, c.R)
			break
		}
		next, e := d.Apply(a)
		compare("r", next.Op(), e, c.R)
	case "compose":
		composed, e := ot.Compose(a, read(c.B))
		compare("r", composed, e, c.R)
	case "transform":
		b := read(c.B)
		r0, e := ot.Transform(b, a, ot.History)
		compare("r0", r0, e, c.R0)
		r1, e := ot.Transform(b, a, ot.Incoming)
		compare("r1", r1, e, c.R1)
	case "pos":
		for g, want := range map[ot.Gravity]json.RawMessage{ot.Right: c.R0, ot.Left: c.R1} {
			if got := ot.TransformPosition(a, c.I, g); fmt.Sprint(got) != string(want) {
				diff += fmt.Sprintf("position %d, %v: got %d, want %s\n", c.I, g, got, want)
			}
		}
	default:
		return "", fmt.Errorf("unknown case %q", c.K)
	}
	return diff, err
}

// sameButObjects: quill-delta compares attribute values by identity when it
// inverts, so it restores an object that a replaced by an equal one, where this
// package has nothing to restore. That one difference is allowed, if both
// answers take a back.
func sameButObjects(got, want, a ot.Op, d ot.Doc) bool {
	withoutObjects := func(op ot.Op) ot.Op {
		var b ot.Builder
		for c := range quillOrder(op).Components() {
			kv := map[string]ot.Value{}
			for name, value := range c.Attrs.All() {
				if c.Kind == ot.Insert || value[0] != '{' && value[0] != '[' {
					kv[name] = value
				}
			}
			switch attrs := ot.NewAttrs(kv); c.Kind {
			case ot.Insert:
				b.Insert(c.Text, attrs).InsertEmbed(c.Embed, attrs)
			case ot.Retain:
				b.Retain(c.Len, attrs)
			case ot.Delete:
				b.Delete(c.Len)
			}
		}
		return b.Op()
	}
	after, err := d.Apply(a)
	if err != nil || !withoutObjects(got).Equal(withoutObjects(want)) {
		return false
	}
	x, err1 := after.Apply(got)
	y, err2 := after.Apply(want)
	return err1 == nil && err2 == nil && x.Equal(d) && y.Equal(d)
}

// quillOrder moves inserts in front of the deletes beside them.
func quillOrder(op ot.Op) ot.Op {
	var b ot.Builder
	deleted := 0
	for c := range op.Components() {
		switch c.Kind {
		case ot.Insert:
			b.Insert(c.Text, c.Attrs).InsertEmbed(c.Embed, c.Attrs)
		case ot.Delete:
			deleted += c.Len
		case ot.Retain:
			b.Delete(deleted).Retain(c.Len, c.Attrs)
			deleted = 0
		}
	}
	return b.Delete(deleted).Op()
}

// acceptedElsewhere: rows whose expect is accept, and which we refuse knowingly.
var acceptedElsewhere = map[string]string{
	"retain 1.0 (integral float)": "JavaScript writes 1; the row's note has refusing as fine too",
}

func runQuirks(t *testing.T, name string) {
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ran := map[string]int{}
	for line := range lines(t, f) {
		var row struct {
			Name, Op, Gen, Expect string
			Doc                   json.RawMessage
			Quill                 struct{ Ops json.RawMessage }
		}
		if err := json.Unmarshal(line, &row); err != nil {
			t.Fatal(err)
		}
		switch {
		case strings.HasPrefix(row.Gen, "embed value nested 20000 levels"):
			row.Op = `[{"insert":` + strings.Repeat(`{"x":`, 20000) + "1" + strings.Repeat("}", 20000) + "}]"
		case strings.Contains(row.Gen, "repeated 500000 times"):
			row.Op = "[" + strings.TrimSuffix(strings.Repeat(`{"insert":"x"},{"retain":1},`, 500_000), ",") + "]"
		case row.Gen != "":
			t.Errorf("%s: do not know how to build %q", row.Name, row.Gen)
		}
		ran[row.Expect]++
		var after ot.Doc
		edit, err := ot.Parse([]byte(row.Op), ot.Limits{})
		if err == nil {
			after, err = doc(t, string(row.Doc)).Apply(edit)
		}
		switch row.Expect {
		case "reject", "policy":
			if err == nil {
				t.Errorf("%s: accepted", row.Name)
			}
			continue
		case "accept":
			if err != nil && acceptedElsewhere[row.Name] == "" {
				t.Errorf("%s: %v", row.Name, err)
			}
		case "either":
		default:
			t.Errorf("%s: unknown expect %q", row.Name, row.Expect)
		}
		if err == nil && !after.Equal(doc(t, string(row.Quill.Ops))) {
			t.Errorf("%s: got %s, want %s", row.Name, after.Op().AppendJSON(nil), row.Quill.Ops)
		}
	}
	t.Logf("%v", ran)
}

// lines yields the lines of r that are not empty.
func lines(t testing.TB, r io.Reader) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		s := bufio.NewScanner(r)
		s.Buffer(nil, 1<<24)
		for s.Scan() {
			if line := bytes.TrimSpace(s.Bytes()); len(line) > 0 && !yield(line) {
				return
			}
		}
		if err := s.Err(); err != nil {
			t.Fatal(err)
		}
	}
}
