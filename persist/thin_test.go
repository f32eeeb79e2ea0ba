package persist

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/collabd/collabd/wire"
)

// Of what is left any revision is read by replaying at most snapshotRecords, and
// reading at most snapshotBytes, if that was so before; the latest snapshot stays,
// and so does all behind what is packed.
func TestSuperfluousSnapshots(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	for range 500 {
		var blocks []blockSize
		for last := wire.Revision(0); len(blocks) < 30; {
			b := blockSize{last + 1, last + 1 + wire.Revision(rnd.IntN(blockRecords)), rnd.Int64N(snapshotBytes / 4)}
			blocks, last = append(blocks, b), b.last
		}
		packed := blocks[len(blocks)-1].last
		var snapshots []snapshotSize
		for at := wire.Revision(0); at < packed+10_000; {
			at += 1 + wire.Revision(rnd.IntN(3000))
			snapshots = append(snapshots, snapshotSize{at, false})
		}
		drop, keep := superfluous(snapshots, blocks, packed)
		left := slices.DeleteFunc(slices.Clone(snapshots), func(s snapshotSize) bool { return slices.Contains(drop, s.revision) })
		if !slices.Equal(keep, slices.DeleteFunc(slices.Clone(left), func(s snapshotSize) bool { return s.revision > packed })) {
			t.Fatalf("kept are %v, left %v", keep, left)
		}
		if left[len(left)-1] != snapshots[len(snapshots)-1] || slices.ContainsFunc(drop, func(r wire.Revision) bool { return r > packed }) {
			t.Fatalf("dropped are %v of %v, packed to %d", drop, snapshots, packed)
		}
		before := wire.Revision(0)
		for _, s := range left {
			bytes := int64(0)
			for _, b := range blocks {
				if b.last > before && b.first <= s.revision {
					bytes += b.bytes
				}
			}
			gap := slices.ContainsFunc(drop, func(r wire.Revision) bool { return before < r && r < s.revision })
			if gap && (s.revision-before > snapshotRecords || bytes > snapshotBytes) {
				t.Fatalf("from %d to %d there are %d bytes", before, s.revision, bytes)
			}
			before = s.revision
		}
		if again, _ := superfluous(left, blocks, packed); len(again) > 0 {
			t.Fatalf("%v are superfluous when nothing has changed", again)
		}
		if len(drop) == 0 {
			t.Fatalf("none of %v was dropped", snapshots)
		}
	}
}
