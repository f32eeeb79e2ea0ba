package ot

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/collabd/collabd/ot/strictjson"
)

// grammar reports whether an attribute or embed may have value.
type grammar func(value Value) bool

// rule is a grammar and its words, which are those of the protocol's page: a
// test compares them.
type rule struct {
	words   string
	accepts grammar
}

var (
	isOn      = rule{"`true`", isTrue}
	isColor   = rule{"`\"#rgb\"`, `\"#rrggbb\"`", matching(`#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})`)}
	isWebLink = rule{"an absolute `http:`, `https:`, `mailto:` or `tel:` address, or one that starts with `/` or `#`; at most 2,048 bytes", text(isLink)}
)

// richAttributes is the closed list of what text in a rich document may carry.
// A retain may set any of them to null. The first group belongs to characters,
// the second to the line break that ends a line.
var richAttributes = map[string]rule{
	"bold":       isOn,
	"italic":     isOn,
	"underline":  isOn,
	"strike":     isOn,
	"code":       isOn,
	"script":     oneOf("sub", "super"),
	"color":      isColor,
	"background": isColor,
	"font":       oneOf("serif", "monospace"),
	"size":       oneOf("small", "large", "huge"),
	"link":       isWebLink,

	"header":     digitUpTo('6'),
	"list":       oneOf("ordered", "bullet", "checked", "unchecked"),
	"indent":     digitUpTo('8'),
	"align":      oneOf("center", "right", "justify"),
	"direction":  oneOf("rtl"),
	"blockquote": isOn,
	"code-block": {"`true` or a language, `[a-z0-9+#-]`, 1 to 32 characters", either(isTrue, matching(`[a-z0-9+#-]{1,32}`))},
}

// richEmbeds is the closed list of embeds in a rich document.
var richEmbeds = map[string]rule{
	"divider": isOn,
	"image":   {"an `http:` or `https:` address, or a path that starts with one `/`", text(isImage)},
	"mention": {"`{\"id\":…,\"name\":…}`: a person's id, 1 to 64 of `A-Z a-z 0-9 _ -`, and name, 1 to 256 bytes without control characters", isMention},
	"formula": {"TeX, 1 to 2,048 bytes without control characters", text(isPrintable)},
}

// AttributeAllowed reports whether text or a line break of a [Rich] document may
// carry the attribute with this value.
func AttributeAllowed(name string, value Value) bool {
	rule, ok := richAttributes[name]
	return ok && rule.accepts(value)
}

// EmbedAllowed reports whether a [Rich] document may hold the embed.
func EmbedAllowed(e Embed) bool {
	rule, ok := richEmbeds[e.Name()]
	return ok && rule.accepts(e.Value())
}

func isTrue(v Value) bool { return v == True }

func digitUpTo(last byte) rule {
	return rule{fmt.Sprintf("`1` to `%c`", last), func(v Value) bool { return len(v) == 1 && v[0] >= '1' && v[0] <= last }}
}

func oneOf(words ...string) rule {
	values := make([]Value, len(words))
	for i, w := range words {
		values[i] = StringValue(w)
	}
	return rule{
		"`\"" + strings.Join(words, "\"`, `\"") + "\"`",
		func(v Value) bool { return slices.Contains(values, v) },
	}
}

func matching(pattern string) grammar {
	return text(regexp.MustCompile(`\A(?:` + pattern + `)\z`).MatchString)
}

func either(a, b grammar) grammar { return func(v Value) bool { return a(v) || b(v) } }

func text(accepts func(string) bool) grammar {
	return func(v Value) bool {
		s, ok := v.Text()
		return ok && accepts(s)
	}
}

// maxText bounds links, addresses of images and other texts, in bytes of UTF-8.
const maxText = 2048

// isLink accepts absolute addresses of four schemes, in any case as RFC 3986
// has it, and places on this site. A browser strips tabs, line breaks and
// leading spaces before it looks for the scheme; none gets so far here.
func isLink(url string) bool {
	if !isPrintable(url) {
		return false
	}
	return isWeb(url) || after(url, "mailto:") || after(url, "tel:") || url[0] == '/' || url[0] == '#'
}

// isImage accepts addresses of the web and paths on this site, which neither
// "//host" nor "/\host" is.
func isImage(url string) bool {
	if !isPrintable(url) {
		return false
	}
	return isWeb(url) || url[0] == '/' && !strings.HasPrefix(url, "//") && !strings.HasPrefix(url, `/\`)
}

var isID = regexp.MustCompile(`\A[A-Za-z0-9_-]{1,64}\z`).MatchString

// isMention accepts a person: exactly an id and a name.
func isMention(v Value) bool {
	members, err := strictjson.Object([]byte(v), 1, 2)
	if err != nil || len(members) != 2 || members[0].Name != "id" || members[1].Name != "name" {
		return false // a canonical value has its names sorted
	}
	id, err1 := strictjson.String(members[0].Value)
	name, err2 := strictjson.String(members[1].Value)
	return err1 == nil && err2 == nil && isID(id) && len(name) <= 256 && isPrintable(name)
}

// isPrintable bounds a text, which is not empty, and refuses control characters.
func isPrintable(url string) bool {
	return url != "" && len(url) <= maxText && !strings.ContainsFunc(url, func(r rune) bool {
		return r < ' ' || r >= 0x7F && r <= 0x9F
	})
}

func isWeb(url string) bool { return after(url, "http://") || after(url, "https://") }

// after reports whether url is prefix, in any case, and then something that is
// no further slash or space.
func after(url, prefix string) bool {
	return len(url) > len(prefix) && strings.EqualFold(url[:len(prefix)], prefix) && !strings.ContainsRune(`/\ `, rune(url[len(prefix)]))
}
