package persisttest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

func (w *world) search(q persist.SearchQuery) []persist.Match {
	w.t.Helper()
	if q.Limit == 0 {
		q.Limit = 50
	}
	matches, err := w.Search(w.t.Context(), q)
	w.must(err)
	return matches
}

// finds checks which documents a text finds, in which order.
func (w *world) finds(text string, want ...wire.DocID) {
	w.t.Helper()
	var got []wire.DocID
	for _, m := range w.search(persist.SearchQuery{Text: text}) {
		got = append(got, m.ID)
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("%q finds %v, want %v", text, got, want)
	}
}

// written makes a document with a title and a text that can be found, the later
// the number the later edited.
func (w *world) written(id wire.DocID, number int, title, text string) {
	w.t.Helper()
	w.must(w.CreateDocument(w.t.Context(), session.Document{ID: id, Kind: ot.Text, Title: title, Lineage: "l", Created: epoch}))
	r := record(1, "a", 1)
	r.At = epoch.Add(time.Duration(number) * time.Second)
	w.must(w.Append(w.t.Context(), id, []session.Record{r}))
	w.must(w.PutText(w.t.Context(), id, 1, text))
}

// marked shows ranges of a text in brackets.
func marked(text string, ranges []persist.Range) string {
	units := utf16.Encode([]rune(text))
	var b strings.Builder
	at := 0
	for _, r := range ranges {
		b.WriteString(string(utf16.Decode(units[at:r.From])) + "[" + string(utf16.Decode(units[r.From:r.To])) + "]")
		at = r.To
	}
	return b.String() + string(utf16.Decode(units[at:]))
}

func (f Fixture) testSearch(t *testing.T) {
	t.Run("all words are needed, the last as a beginning, whatever the case and accents", func(t *testing.T) {
		w := f.world(t)
		w.written("a", 1, "Été à Zürich", "Die Straße führt\nzum Œuvre.")
		w.written("b", 2, "Notes", "summer in ZURICH; the street (Strasse) is long — don't 50% 'quote' \"x\"")
		w.written("c", 3, "会議の記録", "東京都で話す。ＦＵＬＬ width ﬁne")
		for text, want := range map[string][]wire.DocID{
			"zurich":          {"a", "b"},
			"ZÜR":             {"a", "b"},
			"strasse":         {"b", "a"},
			"Straße":          {"b", "a"},
			"straße zürich":   {"b", "a"},
			"zuri strasse":    nil, // only the last word is a beginning
			"ete stra":        {"a"},
			"oeuvre":          {"a"},
			"don t":           {"b"},
			"50%":             {"b"},
			`"x" OR a*`:       nil,
			"quote'":          {"b"},
			"議":               {"c"},
			"東京":              {"c"},
			"京東":              {"c"}, // each is a word of its own
			"full fine":       {"c"},
			"ﬁ":               {"c"},
			"e\u0301te\u0301": {"a"},
			"nothing":         nil,
			"":                nil,
			" .,!? 😀":         nil,
			"\xff\x00":        nil,
		} {
			w.finds(text, want...)
		}
	})
	t.Run("titles come first, then what was edited last", func(t *testing.T) {
		w := f.world(t)
		w.written("a", 9, "x", "budget")
		w.written("b", 1, "The budget", "")
		w.written("c", 2, "Budgets", "of the year")
		w.written("d", 8, "x", "the budget")
		w.finds("budget", "c", "b", "a", "d")
		w.finds("the budget", "b", "d", "c")
		w.finds("year budget", "c")
		for limit, want := range map[int]int{1: 1, 2: 2, 3: 3, 4: 4, 9: 4} {
			if got := w.search(persist.SearchQuery{Text: "budget", Limit: limit}); len(got) != want {
				t.Errorf("limit %d: %d matches", limit, len(got))
			}
		}
	})
	t.Run("a title is found at once, a text when it is stored", func(t *testing.T) {
		w := f.world(t)
		w.finds("title", "doc")
		w.append(record(1, "a", 1))
		w.must(w.PutText(t.Context(), w.doc, 1, "first words"))
		w.finds("words", "doc")
		w.change("", w.doc, persist.Change{Title: ptr("New name")})
		w.finds("new", "doc")
		w.append(record(2, "a", 2))
		w.must(w.PutText(t.Context(), w.doc, 2, "second text"))
		w.finds("words")
		w.finds("name second", "doc")
		w.must(w.PutText(t.Context(), w.doc, 1, "first words")) // late
		w.finds("words")
		w.finds("second", "doc")
		w.fails(w.PutText(t.Context(), "none", 1, "x"), session.ErrNotFound)
	})
	t.Run("what lies behind is known", func(t *testing.T) {
		w := f.world(t)
		w.create("b", ot.Text)
		w.create("c", ot.Text)
		behind := func(want ...wire.DocID) {
			t.Helper()
			for _, limit := range []int{1, 10} {
				var got []wire.DocID
				for after := wire.DocID(""); ; {
					page, err := w.TextsBehind(t.Context(), after, limit)
					w.must(err)
					if len(page) == 0 {
						break
					}
					got, after = append(got, page...), page[len(page)-1]
				}
				if !slices.Equal(got, want) {
					t.Errorf("behind are %v, want %v", got, want)
				}
			}
			for _, doc := range []wire.DocID{"b", "c", "doc"} {
				is, err := w.TextBehind(t.Context(), doc)
				w.must(err)
				if is != slices.Contains(want, doc) {
					t.Errorf("%s lies behind: %v", doc, is)
				}
			}
		}
		behind("b", "c", "doc")
		for _, doc := range []wire.DocID{"b", "c", "doc"} {
			w.must(w.PutText(t.Context(), doc, 0, ""))
		}
		behind()
		w.append(record(1, "a", 1))
		w.change("", "b", persist.Change{Title: ptr("other")})
		behind("b", "doc")
		w.must(w.PutText(t.Context(), "b", 0, ""))
		w.must(w.PutText(t.Context(), w.doc, 1, "x"))
		behind()
		_, err := w.TextBehind(t.Context(), "none")
		w.fails(err, session.ErrNotFound)
	})
	t.Run("views and folders bound a search", func(t *testing.T) {
		w := f.world(t)
		w.must(w.CreateFolder(t.Context(), persist.Folder{ID: "f", Name: "x", Created: epoch}))
		w.written("a", 1, "word", "")
		w.written("b", 2, "", "word")
		w.written("c", 3, "word", "")
		w.change("ana", "a", persist.Change{Trashed: &now})
		w.change("ana", "b", persist.Change{Folder: folder("f"), Pinned: &yes})
		w.finds("word", "c", "b")
		for _, c := range []struct {
			q    persist.SearchQuery
			want string
		}{
			{persist.SearchQuery{View: persist.ViewTrash}, "[a]"},
			{persist.SearchQuery{View: persist.ViewPinned, Viewer: "ana"}, "[b]"},
			{persist.SearchQuery{View: persist.ViewPinned, Viewer: "ben"}, "[]"},
			{persist.SearchQuery{Folder: folder("f")}, "[b]"},
			{persist.SearchQuery{Folder: folder("")}, "[c]"},
		} {
			c.q.Text = "word"
			var got []wire.DocID
			for _, m := range w.search(c.q) {
				got = append(got, m.ID)
			}
			if fmt.Sprint(got) != c.want {
				t.Errorf("%+v finds %v, want %s", c.q, got, c.want)
			}
		}
		for _, q := range []persist.SearchQuery{{Text: "word"}, {Text: "word", Limit: 1, View: "none"}} {
			_, err := w.Search(t.Context(), q)
			w.fails(err, persist.ErrMalformed)
		}
	})
	t.Run("what was asked for is shown", func(t *testing.T) {
		w := f.world(t)
		long := strings.Repeat("before ", 100)
		w.written("a", 1, "😀 Übungen und übungsblatt", "")
		w.written("b", 1, "", "One\ntwo\uFFFC😀\tThe Übung is\x00here, übungen")
		w.written("c", 1, "", long+"übung "+strings.Repeat("😀 after ", 100))
		w.written("d", 1, "", strings.Repeat("ü", 1000))
		w.written("e", 1, "", strings.Repeat("😀", 3000)+"übung"+strings.Repeat("😀", 300))
		for id, want := range map[wire.DocID]string{
			"a": "😀 [Übungen] und [übungsblatt] / ",
			"b": " / One two 😀 The [Übung] is here, [übungen]",
			"c": " / before before before before before [übung] " + strings.Repeat("😀 after ", 13) + "😀",
			"d": " / [" + strings.Repeat("ü", 160) + "]",
			"e": " / [übung]" + strings.Repeat("😀", 77),
		} {
			text := "übung"
			if id == "d" {
				text = "üüü"
			}
			for _, m := range w.search(persist.SearchQuery{Text: text}) {
				if m.ID != id {
					continue
				}
				if got := marked(m.Entry.Title, m.Title) + " / " + marked(m.Text, m.Ranges); got != want {
					t.Errorf("%s is shown as %q, want %q", id, got, want)
				}
				if n := len(utf16.Encode([]rune(m.Text))); n > 160 {
					t.Errorf("%s: a snippet of %d units", id, n)
				}
				want = ""
			}
			if want != "" {
				t.Errorf("%s is not found", id)
			}
		}
	})
	t.Run("too much text is found by its beginning", func(t *testing.T) {
		w := f.world(t)
		var b strings.Builder
		for i := 0; b.Len() < persist.TextBytes+100; i++ {
			fmt.Fprintf(&b, "é%x ", i)
		}
		w.written("a", 1, "", b.String()+" end")
		w.finds("e0", "a")
		w.finds("e1f4", "a")
		w.finds("end")
		w.written("b", 2, "", strings.Repeat("x", 3<<20))
		w.finds("xxxxxx", "b")
		w.finds(strings.Repeat("x", 500), "b")
	})
	t.Run("what is found is what has the words", func(t *testing.T) {
		w := f.world(t)
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		rnd := rand.New(rand.NewPCG(seed, 1))
		words := func(n int) string {
			var list []string
			for range rnd.IntN(n + 1) {
				list = append(list, []string{"ab", "abc", "b", "ba", "Cab", "ca", "é"}[rnd.IntN(7)])
			}
			return strings.Join(list, []string{" ", "-", "\n"}[rnd.IntN(3)])
		}
		fold := func(s string) []string {
			return strings.FieldsFunc(strings.NewReplacer("C", "c", "é", "e").Replace(s), func(r rune) bool { return r < 'a' })
		}
		type doc struct {
			id          wire.DocID
			title, text []string
			edited      int
		}
		var docs []doc
		w.must(w.ChangeDocument(t.Context(), "", w.doc, persist.Change{Title: new("")}))
		for i, edited := range rnd.Perm(30) {
			title, text := words(3), words(5)
			d := doc{wire.DocID(fmt.Sprintf("d%02d", i)), fold(title), fold(text), edited}
			docs = append(docs, d)
			w.written(d.id, edited, title, text)
		}
		has := func(list, query []string) bool {
			for i, q := range query {
				if !slices.ContainsFunc(list, func(w string) bool { return w == q || i == len(query)-1 && strings.HasPrefix(w, q) }) {
					return false
				}
			}
			return len(query) > 0
		}
		for range 60 {
			text := words(3)
			query := fold(text)
			rank := map[wire.DocID]int{}
			var want []wire.DocID
			for _, d := range docs {
				if has(append(slices.Clone(d.title), d.text...), query) {
					want = append(want, d.id)
					if rank[d.id] = -d.edited; has(d.title, query) {
						rank[d.id] -= 1000
					}
				}
			}
			slices.SortFunc(want, func(a, b wire.DocID) int { return cmp.Compare(rank[a], rank[b]) })
			w.finds(text, want...)
		}
	})
}
