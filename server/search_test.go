package server

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
)

// quickIndex makes what is written be found soon.
func quickIndex(c *Config) {
	c.index = indexTimes{look: 5 * time.Millisecond, quiet: 10 * time.Millisecond, most: 50 * time.Millisecond, sweep: time.Hour}
}

// find searches, and shows each document as its title and its snippet, with
// what was found in brackets.
func (p *person) find(query string) (found []string) {
	p.w.t.Helper()
	var page struct {
		Docs []documentJSON `json:"docs"`
		Next string         `json:"next"`
	}
	p.do("GET", "/api/docs?"+query, "").is(p.w.t, 200, "").into(p.w.t, &page)
	if page.Docs == nil || page.Next != "" {
		p.w.t.Errorf("%q: %+v", query, page)
	}
	for _, d := range page.Docs {
		if d.Match == nil || d.Match.Title == nil || d.Match.Ranges == nil {
			p.w.t.Fatalf("%q: no match, or null in it: %+v", query, d)
		}
		found = append(found, bracketed(d.Title, d.Match.Title)+"|"+bracketed(d.Match.Text, d.Match.Ranges))
	}
	return found
}

func bracketed(text string, ranges [][2]int) string {
	for _, r := range slices.Backward(ranges) { // texts of the tests are ASCII
		text = text[:r[0]] + "[" + text[r[0]:r[1]] + "]" + text[r[1]:]
	}
	return text
}

// finds waits until a search answers as it should.
func (p *person) finds(query string, want ...string) {
	p.w.t.Helper()
	until := time.Now().Add(patience)
	for {
		got := p.find(query)
		if slices.Equal(got, want) {
			return
		}
		if time.Now().After(until) {
			p.w.t.Fatalf("%q finds %q, want %q", query, got, want)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestSearch(t *testing.T) {
	test := func(t *testing.T, store Store) {
		w := openOn(t, store, quickIndex)
		ana := w.person()
		a := ana.create("Garden party", ot.Text).ID
		ana.create("Flowers for the garden", ot.Rich)
		ana.finds("q=garden", "Flowers for the [garden]|", "[Garden] party|") // titles, at once

		peer := ana.join(a)
		peer.send(`{"type":"edit","seq":1,"base":0,"op":[{"insert":"We need chairs\nand a tent."}]}`)
		peer.acked(1)
		ana.finds("q=tent", "Garden party|We need chairs and a [tent].")
		ana.finds("q=party+tent", "Garden [party]|We need chairs and a [tent].")
		ana.finds("q=TE", "Garden party|We need chairs and a [tent].")
		peer.send(`{"type":"edit","seq":2,"base":1,"op":[{"insert":"Rain. "}]}`)
		peer.acked(2)
		ana.finds("q=rain", "Garden party|[Rain]. We need chairs and a tent.")
		peer.bye()
		ana.patch(a, `{"title":"Barbecue"}`)
		ana.finds("q=barbecue+tent", "[Barbecue]|Rain. We need chairs and a [tent].")
		ana.finds("q=party+tent")
		ana.finds("q=garden+f", "[Flowers] [for] the [garden]|")

		ana.patch(a, `{"trashed":true}`)
		ana.finds("q=tent")
		ana.finds("q=tent&view=trash", "Barbecue|Rain. We need chairs and a [tent].")
		ana.finds("q=tent&view=pinned")
		ana.finds("q=%21%3F")
		ana.finds("q=" + url.QueryEscape(strings.Repeat("ü", queryMost)))
		ana.finds("q=" + url.QueryEscape("x\x00\" OR * NEAR(' & | ! <->"))
		ana.finds("q=%ff%fe")
		for _, query := range []string{"q=", "q=" + strings.Repeat("x", queryMost+1), "q=x&view=none", "q=x&limit=0", "q=x&sort=size"} {
			ana.do("GET", "/api/docs?"+query, "").is(t, 400, "bad_request")
		}
	}
	t.Run("memory", func(t *testing.T) { test(t, persist.NewMemory()) })
	t.Run("sqlite", func(t *testing.T) { test(t, openSQLite(t)) })
}

// What was written while no server looked is found after its start: also a
// document that has been closed for long.
func TestSearchAfterStart(t *testing.T) {
	store := persist.NewMemory()
	w := openOn(t, kept{store})
	for i := range sweepPage + 5 {
		doc := w.person().create(fmt.Sprint("Doc ", i), ot.Text).ID
		w.write(doc, `[{"insert":"words of `+fmt.Sprint(i)+`"}]`)
	}
	w.close()
	w = openOn(t, store, quickIndex)
	ana := w.person()
	ana.finds("q=words+204", "Doc [204]|[words] of [204]")
	ana.finds("q=words+111&limit=1", "Doc [111]|[words] of [111]")
	if got := ana.find("q=words"); len(got) != foundMost {
		t.Errorf("%d are found", len(got))
	}
}

// kept is a store that outlives its server.
type kept struct{ Store }

// A search finds at most the bytes of a text that are kept of it.
func TestTextOf(t *testing.T) {
	d := ot.Text.Initial()
	for range 10 {
		var err error
		if d, err = d.Apply((&ot.Builder{}).Insert(strings.Repeat("😀", 10_000), ot.Attrs{}).Op()); err != nil {
			t.Fatal(err)
		}
	}
	if got := textOf(d, 1000); len(got) < 1000 || len(got) > 20_000 {
		t.Errorf("%d bytes of %d are read", len(got), 4*d.Len()/2)
	}
	if got := textOf(d, 1<<30); got != d.Text() {
		t.Error("not the whole text")
	}
}
