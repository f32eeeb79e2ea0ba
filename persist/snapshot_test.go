package persist

import (
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
)

// Snapshots were stored as JSON once: they are read for ever.
func TestASnapshotOfAnOlderProgramIsRead(t *testing.T) {
	for _, delta := range []string{
		`[]`, `[{"insert":"\"plain\" é😀\n"}]`,
		`[{"insert":"b","attributes":{"bold":true,"link":"https://x/"}},{"insert":{"divider":true}},{"insert":"\n"}]`,
	} {
		op, err := ot.Parse([]byte(delta), ot.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		doc, err := ot.DocOf(op)
		if err != nil {
			t.Fatal(err)
		}
		old := snapshotRow{doc: "doc", revision: 7, op: []byte(delta)}
		old.checksum = old.sum()
		for form, row := range map[string]snapshotRow{"JSON": old, "binary": encodeSnapshot("doc", session.Snapshot{Revision: 7, Doc: doc})} {
			s, err := row.snapshot()
			if err != nil || s.Revision != 7 || !s.Doc.Equal(doc) {
				t.Errorf("%s of %s: %v at %d, %v", form, delta, s.Doc.Op(), s.Revision, err)
			}
		}
	}
}
