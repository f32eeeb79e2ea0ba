package formats

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/collabd/collabd/ot"
)

// injections are ways by which HTML has run script in other programs.
func injections(t testing.TB) []string {
	data, err := os.ReadFile("testdata/injections.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(lines) < 100 {
		t.Fatalf("%d injections", len(lines))
	}
	for i := range lines {
		lines[i] = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\0`, "\x00").Replace(lines[i])
	}
	return lines
}

// harmless fails if a page has anything that could run, or loads something else
// than images.
func harmless(t testing.TB, page string) {
	t.Helper()
	may := map[string]string{
		"html": "lang", "head": "", "meta": "charset http-equiv content name", "title": "", "style": "", "body": "",
		"main": "data-collabd", "p": "dir style data-collabd", "h1": "dir style", "h2": "dir style", "h3": "dir style", "h4": "dir style",
		"h5": "dir style", "h6": "dir style", "ul": "", "ol": "", "li": "dir style class", "input": "type disabled checked",
		"blockquote": "", "pre": "dir style", "code": "class", "br": "", "hr": "", "strong": "", "em": "", "u": "", "s": "", "sub": "",
		"sup": "", "span": "style class data-mention data-formula data-divider", "a": "href rel", "img": "src alt",
	}
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return
		}
		if kind == html.CommentToken {
			t.Fatalf("a comment in %q", page)
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		token := z.Token()
		allowed, ok := may[token.Data]
		if !ok {
			t.Fatalf("<%s> in %s", token.Data, page)
		}
		for _, a := range token.Attr {
			if !strings.Contains(" "+allowed+" ", " "+a.Key+" ") {
				t.Fatalf("<%s %s=%q> in %s", token.Data, a.Key, a.Val, page)
			}
			switch a.Key {
			case "href", "src":
				low := strings.ToLower(strings.TrimSpace(a.Val))
				ok := false
				for _, scheme := range []string{"http://", "https://", "mailto:", "tel:", "/", "#"} {
					ok = ok || strings.HasPrefix(low, scheme)
				}
				if !ok {
					t.Fatalf("%s=%q in %s", a.Key, a.Val, page)
				}
			case "style":
				if strings.ContainsAny(a.Val, `\<>{}@"'`) || strings.Contains(a.Val, "url") || strings.Contains(a.Val, "expression") {
					t.Fatalf("style=%q in %s", a.Val, page)
				}
			}
		}
	}
}

// Whatever a file holds, nothing in the document or in a page that is made of it
// can run.
func TestNothingRuns(t *testing.T) {
	for _, s := range injections(t) {
		for _, wrapped := range []string{s, "<p>" + s + "</p>", `<main data-collabd="document">` + s + "</main>", "<ul><li>" + s, "<table><tr><td>a<td>" + s, "<pre>" + s} {
			checkedPage(t, fromHTML(t, wrapped))
		}
		read, err := ImportMarkdown(s+"\n\n[x]("+s+") ![y]("+s+")", Source{})
		if err != nil {
			t.Fatal(err)
		}
		checkedPage(t, read.Op)
		op, err := FromMarkdown(s)
		if err != nil {
			t.Fatal(err)
		}
		checkedPage(t, op)
		// As the text, the title and every value that a document can have.
		text, err := FromText(s, ot.Rich)
		if err != nil {
			t.Fatal(err)
		}
		harmless(t, HTML(docOf(t, text), Page{Title: s, Language: s}))
		harmless(t, HTMLOfText(s, Page{Title: s}))
		harmless(t, HTML(docOf(t, documentOf(s)), Page{}))
	}
}

func checkedPage(t *testing.T, op ot.Op) {
	t.Helper()
	checkWhole(t, op, js(op))
	harmless(t, HTML(docOf(t, op), Page{Base: "https://docs.example"}))
}

// documentOf puts a text wherever a document takes one that is allowed there.
func documentOf(s string) ot.Op {
	var b ot.Builder
	for _, name := range []string{"link", "color", "background", "font", "size", "script"} {
		v := ot.StringValue(s)
		if ot.AttributeAllowed(name, v) {
			b.Insert("x", ot.NewAttrs(map[string]ot.Value{name: v}))
		}
	}
	id, _ := json.Marshal(s)
	for _, e := range []ot.Embed{
		ot.NewEmbed("image", ot.StringValue(s)), ot.NewEmbed("image", ot.StringValue("/"+s)), ot.NewEmbed("formula", ot.StringValue(s)),
		ot.NewEmbed("image", ot.StringValue("https://a.example/"+s)), ot.NewEmbed("mention", ot.Value(`{"id":"u","name":`+string(id)+`}`)),
	} {
		if ot.EmbedAllowed(e) {
			b.InsertEmbed(e, ot.NewAttrs(map[string]ot.Value{"link": ot.StringValue("https://a.example/\"><script>")}))
		}
	}
	return b.Insert("\n", ot.Attrs{}).Op()
}

// Time and memory grow with the size, whatever is nested in what.
func TestHTMLIsLinear(t *testing.T) {
	const size = 1 << 17
	for _, attack := range append([]string{
		"<b>", "<table><tr><td>", "<a href=x>", "<ul><li>", "<p style='color:red'>", "<span data-mention=x>", "a </b>", "<font size=1><p>",
		"&#", "<!--", "<svg>", "<select>", "<pre>\n", "<td>", "<img src=x>", `style="`, `<p style="a:b;`, "<blockquote>", "<div>", "</div>", "<li>",
		"<b><i></b></i>", "<p><b>", "<table><tr><td>a<td>b", "<![if x]>", "<a <b", "<tr><td><td>", "<ol>", "<h1>",
	}, attacks...) {
		op := fromHTML(t, strings.Repeat(attack, size/len(attack)))
		HTML(docOf(t, op), Page{})
	}
	if _, err := FromHTML(strings.Repeat("a", MaxBytes+1), Source{}); err != ErrTooLarge {
		t.Errorf("a page over the limit: %v", err)
	}
}

func TestMarkdownOfOthersIsBounded(t *testing.T) {
	const size = 1 << 16
	for _, attack := range append([]string{"|a", "| a | b |\n|---|---|\n", " www.a/(", "[a]: b\n[a]\n", " > -\n", "$`", "<a@b", "&a;", "http://a "}, attacks...) {
		if _, err := ImportMarkdown(strings.Repeat(attack, size/len(attack)), Source{}); err != nil {
			t.Fatal(err)
		}
	}
	// A table whose every row has a cell for each of its first.
	wide := strings.Repeat("|a", 10_000) + "\n" + strings.Repeat("|-", 10_000) + "\n" + strings.Repeat("a\n", 10_000)
	if read, err := ImportMarkdown(wide, Source{}); err != nil || read.Op.TargetLen() > 10*len(wide) {
		t.Errorf("a wide table became %d units: %v", read.Op.TargetLen(), err)
	}
}

func FuzzHTML(f *testing.F) {
	for _, s := range []string{"<p>a<b>b</b></p>", "<ul><li>a<ol><li>b</ol></ul>", `<main data-collabd="document"><pre><code class="language-go">x` + "\n</code></pre></main>", "<table><tr><td>a<td>b</table>"} {
		f.Add(s)
	}
	for _, s := range injections(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		read, err := FromHTML(s, Source{})
		if err != nil {
			t.Fatal(err)
		}
		checkWhole(t, read.Op, s)
		doc := docOf(t, read.Op)
		page := HTML(doc, Page{})
		harmless(t, page)
		again, err := FromHTML(page, Source{})
		if err != nil || !again.Op.Equal(HTMLView(doc)) {
			t.Fatalf("%q is %s, and then %s", s, js(read.Op), js(again.Op))
		}
	})
}
