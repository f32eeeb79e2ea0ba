package session

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestPace: so many peers at that pace make no more frames a second than the
// limit says, unless nobody would wait for so short, or for so long.
func TestPace(t *testing.T) {
	lim := Limits{Frames: 20_000, FrameWait: 25 * time.Millisecond}
	for peers, want := range map[int]time.Duration{
		0: 0, 1: 0, 9: 0, // not worth a timer
		10:     500 * time.Microsecond,
		200:    10 * time.Millisecond,
		500:    25 * time.Millisecond,
		501:    25 * time.Millisecond,
		10_000: 25 * time.Millisecond,
	} {
		if got := lim.pace(peers); got != want {
			t.Errorf("%d peers: %v, want %v", peers, got, want)
		}
	}
	if got := (Limits{FrameWait: time.Hour}).pace(1000); got != 0 {
		t.Errorf("without a limit: %v", got)
	}
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	for range 1000 {
		lim := Limits{Frames: 1 + r.IntN(50_000), FrameWait: time.Duration(1+r.IntN(100)) * time.Millisecond}
		peers := r.IntN(2000)
		pace := lim.pace(peers)
		if pace > lim.FrameWait {
			t.Fatalf("seed %d: %d peers wait %v, longer than %v", seed, peers, pace, lim.FrameWait)
		}
		if pace >= shortestPace && pace < lim.FrameWait {
			if frames := float64(peers) * float64(time.Second) / float64(pace); frames > 1.001*float64(lim.Frames) {
				t.Fatalf("seed %d: %d peers every %v are %.0f frames a second of %d", seed, peers, pace, frames, lim.Frames)
			}
		}
		if lim.pace(peers+1) < pace {
			t.Fatalf("seed %d: %d peers wait less than %d", seed, peers+1, peers)
		}
	}
}

// TestDefaultLimitsBound: no limit that bounds memory, a wait or a rate is left
// at zero, apart from those that the documentation of the field allows and a
// server sets by what its machine has.
func TestDefaultLimitsBound(t *testing.T) {
	lim := DefaultLimits()
	for name, n := range map[string]int{
		"WindowRecords": lim.WindowRecords, "WindowBytes": lim.WindowBytes, "CatchupRecords": lim.CatchupRecords,
		"CatchupStep": lim.CatchupStep, "MessageBytes": lim.MessageBytes, "Peers": lim.Peers, "Mailbox": lim.Mailbox,
		"Frames": lim.Frames, "Edits": lim.Edits, "EditBurst": lim.EditBurst, "Notes": lim.Notes, "NoteBurst": lim.NoteBurst,
		"SnapshotRecords": lim.SnapshotRecords, "Repaired": lim.Repaired,
	} {
		if n <= 0 {
			t.Errorf("%s is %d", name, n)
		}
	}
	for name, d := range map[string]time.Duration{
		"FrameWait": lim.FrameWait, "SlowNotice": lim.SlowNotice, "Check": lim.Check, "Hello": lim.Hello, "Silence": lim.Silence,
		"Write": lim.Write, "Goodbye": lim.Goodbye, "Store": lim.Store, "Late": lim.Late, "Follow": lim.Follow,
		"ComeBack": lim.ComeBack, "Idle": lim.Idle, "RetryMin": lim.RetryMin, "RetryMax": lim.RetryMax,
	} {
		if d <= 0 {
			t.Errorf("%s is %v", name, d)
		}
	}
	if lim.Late >= lim.Store || lim.CatchupRecords >= lim.WindowRecords || lim.RetryMin >= lim.RetryMax {
		t.Errorf("the limits do not fit together: %+v", lim)
	}
}
