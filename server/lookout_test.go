package server

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
)

// What a look tells: what was opened, edited and closed since the one before.
func TestLookout(t *testing.T) {
	w := open(t)
	ana := w.person()
	a, b := ana.create("a", ot.Text).ID, ana.create("b", ot.Text).ID
	var told [2][]string
	l := &lookout{sights: w.server.hub.Sights}
	for i := range told {
		l.tell = append(l.tell, func(_ time.Time, seen []sighting) {
			told[i] = nil
			for _, s := range seen {
				told[i] = append(told[i], fmt.Sprintf("%s edited %t closed %t", map[bool]string{true: "a", false: "b"}[s.Doc == a], s.edited, s.closed))
			}
			slices.Sort(told[i])
		})
	}
	sees := func(want ...string) {
		t.Helper()
		l.look(time.Now())
		for i := range told {
			if !slices.Equal(told[i], want) {
				t.Errorf("told %q, want %q", told[i], want)
			}
		}
	}
	sees()
	first := ana.join(a)
	sees("a edited true closed false")
	sees("a edited false closed false")
	second := ana.join(b)
	first.send(`{"type":"edit","seq":1,"base":0,"op":[{"insert":"x"}]}`)
	first.acked(1)
	sees("a edited true closed false", "b edited true closed false")
	sees("a edited false closed false", "b edited false closed false")
	first.bye()
	second.bye()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := w.server.Close(ctx); err != nil {
		t.Fatal(err)
	}
	sees("a edited false closed true", "b edited false closed true")
	sees()
}

// It looks once a second, and four times if somebody is in a hurry.
func TestLookoutRests(t *testing.T) {
	for _, hurry := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			looks := 0
			l := &lookout{
				sights: func() []session.Sight { looks++; return nil },
				often:  watchLook, seldom: usualIndexTimes.look, hurry: func() bool { return hurry },
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second+time.Millisecond)
			defer cancel()
			l.run(ctx)
			if want := map[bool]int{false: 10, true: 37}[hurry]; looks != want {
				t.Errorf("%d looks in 10 seconds, want %d: somebody is in a hurry: %t", looks, want, hurry)
			}
		})
	}
}
