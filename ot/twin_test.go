package ot_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/ot/strictjson"
)

var update = flag.Bool("update", false, "write testdata/twin.jsonl")

// TestTwinFile keeps testdata/twin.jsonl fresh: what this package answers, for
// the TypeScript twin to answer too. One JSON object a line, by its member k:
//
//	compose    a, b                     r = Compose(a, b)
//	transform  op, over, side           r = Transform(op, over, side)
//	apply      doc, op                  r = doc·op
//	invert     doc, op                  r = Invert(op, doc)
//	position   op, pos, gravity         r = TransformPosition(op, pos, gravity)
//	parse      text, ok                 code if not ok, else r = the op read;
//	                                    hidden if JavaScript's JSON.parse does not show the fault
//	check      kind, doc, op, ok        code if not ok
//	hash       doc                      r = doc.Hash()
//	range      op, anchor, head, start, end
//	                                    r = [anchor, head] of TransformRange
func TestTwinFile(t *testing.T) {
	const path = "testdata/twin.jsonl"
	want := twinFile(t)
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale: go test ./ot -run TwinFile -update", path)
	}
}

func twinFile(t *testing.T) []byte {
	var f twin
	for seed := range uint64(80) {
		f.random(t, seed)
	}
	for _, c := range parseCases {
		f.line("parse").text("text", c.text).bool("ok", c.code == "")
		if c.code != "" {
			f.text("code", string(c.code))
		} else {
			f.op("r", op(t, c.text))
		}
		if c.hidden {
			f.bool("hidden", true)
		}
		f.end()
	}
	for _, c := range checkCases() {
		f.line("check").text("kind", string(c.kind)).op("doc", op(t, c.doc)).op("op", op(t, c.op)).bool("ok", c.code == "")
		if c.code != "" {
			f.text("code", string(c.code))
		}
		f.end()
	}
	return f.out
}

func (f *twin) random(t *testing.T, seed uint64) {
	r, s := newSource(seed), &scene{t: t, seed: seed}
	d := r.doc()
	a, h := r.op(d, false), r.op(d, false)
	da := s.apply(d, a)
	b := r.op(da, false)
	f.line("apply").op("doc", d.Op()).op("op", a).op("r", da.Op()).end()
	f.line("compose").op("a", a).op("b", b).op("r", s.compose(a, b)).end()
	f.line("transform").op("op", a).op("over", h).text("side", "incoming").op("r", s.transform(a, h, ot.Incoming)).end()
	f.line("transform").op("op", h).op("over", a).text("side", "history").op("r", s.transform(h, a, ot.History)).end()
	undo, err := ot.Invert(a, d)
	if err != nil {
		t.Fatal(err)
	}
	f.line("invert").op("doc", d.Op()).op("op", a).op("r", undo).end()
	pos := r.IntN(d.Len() + 1)
	f.line("position").op("op", a).int("pos", pos).text("gravity", "left").int("r", ot.TransformPosition(a, pos, ot.Left)).end()
	f.line("position").op("op", a).int("pos", pos).text("gravity", "right").int("r", ot.TransformPosition(a, pos, ot.Right)).end()
	f.line("hash").op("doc", da.Op()).text("r", da.Hash().String()).end()
	from, gravities := ot.Range{Anchor: pos, Head: r.IntN(d.Len() + 1)}, map[ot.Gravity]string{ot.Left: "left", ot.Right: "right"}
	start, end := ot.Gravity(r.one(2)), ot.Gravity(r.one(2))
	to := ot.TransformRange(a, from, start, end)
	f.line("range").op("op", a).int("anchor", from.Anchor).int("head", from.Head).text("start", gravities[start]).text("end", gravities[end])
	f.out = fmt.Appendf(f.out, `,"r":[%d,%d]`, to.Anchor, to.Head)
	f.end()
}

// twin writes the lines.
type twin struct{ out []byte }

func (f *twin) line(kind string) *twin {
	f.out = append(f.out, `{"k":"`+kind+`"`...)
	return f
}

func (f *twin) name(name string) { f.out = append(f.out, `,"`+name+`":`...) }

func (f *twin) op(name string, op ot.Op) *twin {
	f.name(name)
	f.out = op.AppendJSON(f.out)
	return f
}

func (f *twin) text(name, text string) *twin {
	f.name(name)
	f.out = strictjson.AppendString(f.out, text)
	return f
}

func (f *twin) int(name string, n int) *twin {
	f.name(name)
	f.out = strconv.AppendInt(f.out, int64(n), 10)
	return f
}

func (f *twin) bool(name string, b bool) *twin {
	f.name(name)
	f.out = strconv.AppendBool(f.out, b)
	return f
}

func (f *twin) end() { f.out = append(f.out, "}\n"...) }
