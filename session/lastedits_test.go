package session

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/collabd/collabd/wire"
)

// TestLastEdits: the last edits are those of a plain map, and every value that
// was kept on the way still is what it was, whatever was made from it since:
// one successor, several, or none.
func TestLastEdits(t *testing.T) {
	type kept struct {
		edits lastEdits
		plain map[wire.ClientID]lastEdit
	}
	for range 25 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		values := []kept{{plain: map[wire.ClientID]lastEdit{}}}
		clients := 1 + r.IntN(150)
		name := func() wire.ClientID { return wire.ClientID(fmt.Sprint("c", r.IntN(clients))) }
		for step := range 600 {
			at := values[len(values)-1] // mostly the latest, as an actor does
			if r.IntN(10) == 0 {
				at = values[r.IntN(len(values))]
			}
			next := kept{plain: maps.Clone(at.plain)}
			if r.IntN(100) == 0 {
				drop := func(c wire.ClientID, last lastEdit) bool { return (uint64(last.revision)+uint64(len(c)))%2 == 0 }
				next.edits = at.edits.without(drop)
				maps.DeleteFunc(next.plain, drop)
			} else {
				client, last := name(), lastEdit{seq: wire.Seq(step), revision: wire.Revision(r.IntN(99)), digest: r.Uint64()}
				next.edits = at.edits.with(client, last)
				next.plain[client] = last
			}
			values = append(values, next)
		}
		for i, v := range values {
			for n := range clients {
				client := wire.ClientID(fmt.Sprint("c", n))
				got, ok := v.edits.of(client)
				want, wantOK := v.plain[client]
				if got != want || ok != wantOK {
					t.Fatalf("seed %d, value %d, %s: got %v %t, want %v %t", seed, i, client, got, ok, want, wantOK)
				}
			}
			if n := v.edits.len(); n < len(v.plain) || n > len(v.plain)+recentEdits {
				t.Fatalf("seed %d, value %d: len %d of %d clients", seed, i, n, len(v.plain))
			}
		}
	}
}
