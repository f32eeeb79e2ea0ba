package docx_test

import (
	"fmt"
	"strings"

	"github.com/collabd/collabd/ot"
)

// view is what a Word file can say of a rich document; see the package's page.
func view(doc ot.Doc) ot.Op {
	var b ot.Builder
	for line := range doc.Lines() {
		attrs := viewLine(line.Attrs)
		_, code := attrs.Get("code-block")
		for c := range line.Content.Components() {
			kv := viewCharacters(c.Attrs, code)
			switch {
			case c.Embed.IsZero():
				b.Insert(viewText(c.Text), kv)
			case c.Embed.Name() == "image":
				url, _ := c.Embed.Value().Text()
				b.InsertEmbed(ot.NewEmbed("image", text(viewAddress(url))), kv)
			case c.Embed.Name() == "mention" && strings.Contains(string(c.Embed.Value()), longID):
				_, name, _ := strings.Cut(string(c.Embed.Value()), `"name":`)
				s, _ := ot.Value(strings.TrimSuffix(name, "}")).Text()
				b.Insert("@"+s, kv)
			default:
				b.InsertEmbed(c.Embed, kv)
			}
		}
		b.Insert("\n", attrs)
	}
	return b.Op()
}

func viewText(s string) string {
	return strings.NewReplacer("\uFFFE", "\uFFFD", "\uFFFF", "\uFFFD").Replace(s)
}

// viewLine keeps one of what a line cannot be at once.
func viewLine(a ot.Attrs) ot.Attrs {
	kv := map[string]ot.Value{}
	for _, name := range []string{"code-block", "header", "list", "blockquote"} {
		if v, ok := a.Get(name); ok {
			kv[name] = v
			break
		}
	}
	for _, name := range []string{"indent", "align", "direction"} {
		if v, ok := a.Get(name); ok {
			kv[name] = v
		}
	}
	return ot.NewAttrs(kv)
}

func viewCharacters(a ot.Attrs, code bool) ot.Attrs {
	kv := map[string]ot.Value{}
	for _, name := range []string{"bold", "italic", "underline", "strike", "code", "script", "color", "background", "font", "size", "link"} {
		v, ok := a.Get(name)
		if !ok {
			continue
		}
		s, _ := v.Text()
		switch name {
		case "color", "background":
			v = text(viewColor(s))
		case "link":
			v = text(viewAddress(s))
		case "font":
			if code && s == "monospace" {
				continue
			}
		}
		kv[name] = v
	}
	_, hasColor := kv["color"]
	_, hasBack := kv["background"]
	if kv["color"] == text("#000000") && !hasBack {
		delete(kv, "color")
	}
	if kv["background"] == text("#ffffff") && !hasColor {
		delete(kv, "background")
	}
	return ot.NewAttrs(kv)
}

func viewColor(s string) string {
	s = strings.ToLower(s)
	if len(s) == 4 {
		s = "#" + strings.Repeat(s[1:2], 2) + strings.Repeat(s[2:3], 2) + strings.Repeat(s[3:4], 2)
	}
	return s
}

func viewAddress(s string) string {
	for _, c := range ` "<>\^{|}` + "`" {
		s = strings.ReplaceAll(s, string(c), fmt.Sprintf("%%%02X", c))
	}
	return s
}
