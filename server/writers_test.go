package server

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
	"github.com/collabd/collabd/wire"
)

// TestThreeWriters: one writes by PUT of the whole text, one by POST of edits
// whose bases are old, and one over a socket, all at once and, where several
// servers can share a store, through different ones. Each line that one of them
// has put in is there once at the end, and all see the same.
func TestThreeWriters(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		w := openOn(t, openSQLite(t))
		threeWriters(t, w, w, w)
	})
	t.Run("postgres", func(t *testing.T) {
		url := pgclustertest.Database(t)
		var servers []*world
		for range 2 {
			s, err := persist.OpenPostgres(t.Context(), persist.PostgresConfig{URL: url})
			if err != nil {
				t.Fatal(err)
			}
			servers = append(servers, openOn(t, s))
		}
		threeWriters(t, servers[0], servers[1], servers[0])
	})
}

// lines each of them writes.
const linesEach = 25

func threeWriters(t *testing.T, puts, posts, types *world) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	doc := puts.person().create("x", ot.Text).ID
	her, err := client.Dial(ctx, client.Config{URL: types.http.URL, Doc: doc, HTTP: types.person().hc})
	if err != nil {
		t.Fatal(err)
	}
	defer her.Close()
	var work sync.WaitGroup
	work.Go(func() { // over a socket
		r := rand.New(rand.NewPCG(seed, 1))
		for i := range linesEach {
			err := her.EditFunc(ctx, func(doc ot.Doc, _ wire.Revision) (ot.Op, error) {
				return (&ot.Builder{}).Retain(lineIn(r, doc.Text()), ot.Attrs{}).Insert(fmt.Sprintf("types %d\n", i), ot.Attrs{}).Op(), nil
			})
			if err == nil {
				err = her.Synced(ctx)
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	work.Go(func() { // by PUT
		r, ana := rand.New(rand.NewPCG(seed, 2)), puts.person()
		api := ana.api()
		for i := range linesEach {
			a := ana.do("GET", fmt.Sprintf("/api/docs/%s/content?format=text", doc), "").is(t, 200, "")
			base, err := strconv.ParseUint(a.header.Get("Collabd-Revision"), 10, 64)
			if err != nil {
				t.Error(err)
				return
			}
			at := lineIn(r, a.body)
			text := a.body[:at] + fmt.Sprintf("puts %d\n", i) + a.body[at:]
			key := client.Write{Base: wire.Revision(base), Key: fmt.Sprint("put ", i)}
			for range 1 + r.IntN(2) {
				if _, err := api.PutContent(ctx, doc, key, client.TypeText, []byte(text)); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	work.Go(func() { // by POST
		r, api := rand.New(rand.NewPCG(seed, 3)), posts.person().api()
		var known []wire.Revision
		var texts []string
		for i := range linesEach {
			head, err := posts.store.Head(ctx, doc)
			if err != nil {
				t.Error(err)
				return
			}
			text, err := api.Content(ctx, doc, client.FormatText, head)
			if err != nil {
				t.Error(err)
				return
			}
			known, texts = append(known, head), append(texts, string(text))
			old := r.IntN(len(known))
			op := (&ot.Builder{}).Retain(lineIn(r, texts[old]), ot.Attrs{}).Insert(fmt.Sprintf("posts %d\n", i), ot.Attrs{}).Op()
			key := client.Write{Base: known[old], Key: fmt.Sprint("post ", i)}
			for range 1 + r.IntN(2) {
				if _, err := api.Edit(ctx, doc, key, op); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	work.Wait()
	if t.Failed() {
		return
	}
	head, err := types.store.Head(ctx, doc)
	if err != nil {
		t.Fatal(err)
	}
	if head != 3*linesEach {
		t.Errorf("%d revisions, want %d", head, 3*linesEach)
	}
	if err := her.Wait(ctx, func(s client.State) bool { return s.Revision() == head }); err != nil {
		t.Fatal(err)
	}
	text := puts.person().text(doc)
	if sees := her.State().Doc().Text(); sees != text {
		t.Errorf("over the socket it is %q, by REST %q", sees, text)
	}
	lines := map[string]int{}
	for line := range strings.Lines(text) {
		lines[line]++
	}
	for _, who := range []string{"types", "puts", "posts"} {
		for i := range linesEach {
			if n := lines[fmt.Sprintf("%s %d\n", who, i)]; n != 1 {
				t.Errorf("%s %d is there %d times", who, i, n)
			}
		}
	}
	if len(lines) != 3*linesEach {
		t.Errorf("there are other lines: %q", text)
	}
}

// lineIn is where some line of an ASCII text begins, or its end.
func lineIn(r *rand.Rand, text string) int {
	places := []int{0}
	for i := range text {
		if text[i] == '\n' {
			places = append(places, i+1)
		}
	}
	return places[r.IntN(len(places))]
}
