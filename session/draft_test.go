package session

import (
	"errors"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// TestPoison: an edit that makes us panic is refused to its sender, and leaves
// no trace in the batch that it came with.
func TestPoison(t *testing.T) {
	type edit struct {
		client wire.ClientID
		at     int
		text   string
	}
	submission := func(e edit) *Submission {
		op := (&ot.Builder{}).Retain(e.at, ot.Attrs{}).Insert(e.text, ot.Attrs{}).Op()
		sent := wire.Edit{Seq: 1, Op: op}
		return &Submission{Client: e.client, Edit: sent, Digest: sent.Digest(), Op: op}
	}
	lim := DefaultLimits()
	before := NewState(ot.Text, Snapshot{})
	d := before.draft()
	if out := d.guard(submission(edit{"a", 0, "A"}), lim); out.Refused != nil {
		t.Fatal(out.Refused)
	}
	d.editor = nil // what the fault of ours leaves behind
	out := d.guard(submission(edit{"b", 0, "B"}), lim)
	var poison *PoisonError
	if !errors.As(out.Refused, &poison) || !errors.Is(out.Refused, wire.CloseEditRefused) {
		t.Fatalf("refused with %v", out.Refused)
	}
	if out := d.guard(submission(edit{"c", 0, "C"}), lim); out.Refused != nil {
		t.Fatal(out.Refused)
	}
	if got := d.state().Doc().Text(); got != "AC" {
		t.Errorf("the document is %q, want \"AC\"", got)
	}
	if before.Head() != 0 || before.Doc().Len() != 0 {
		t.Errorf("the state before has changed: revision %d, %d units", before.Head(), before.Doc().Len())
	}
}
