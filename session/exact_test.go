package session

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// TestPartsComposeToTheOp: a catch-up in parts is the same history as the one in
// one piece, not only the same text, however it is cut.
func TestPartsComposeToTheOp(t *testing.T) {
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 7))
		b := &ot.Builder{}
		for range 1 + r.IntN(12) {
			n := 1 + r.IntN(3)
			switch r.IntN(3) {
			case 0:
				b.Retain(n, ot.Attrs{})
			case 1:
				b.Delete(n)
			case 2:
				b.Insert(strings.Repeat("x", n), ot.Attrs{})
			}
		}
		op := b.Op()
		units, components := 1+r.IntN(4), 1+r.IntN(4)
		composed := ot.Op{}
		for _, part := range exact(wire.Split(op, units, components)) {
			var err error
			if composed, err = ot.Compose(composed, part); err != nil {
				t.Fatal(err)
			}
			if n := part.Len(); n > max(components, 2)+1 {
				t.Errorf("seed %d: a part has %d components, the bound is %d", seed, n, components)
			}
		}
		if !composed.Equal(op) {
			t.Errorf("seed %d: the parts of %s compose to %s (at most %d units, %d components)",
				seed, op.AppendJSON(nil), composed.AppendJSON(nil), units, components)
		}
	}
}
