package ot

import (
	"regexp"
	"strings"
)

// grammar reports whether an attribute or embed may have value.
type grammar func(value Value) bool

// richAttributes is the closed list of what text in a rich document may carry.
// A retain may set any of them to null. The first group belongs to characters,
// the second to the line break that ends a line.
var richAttributes = map[string]grammar{
	"bold":       isTrue,
	"italic":     isTrue,
	"underline":  isTrue,
	"strike":     isTrue,
	"code":       isTrue,
	"script":     oneOf("sub", "super"),
	"color":      matching(`#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})`),
	"background": matching(`#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})`),
	"font":       oneOf("serif", "monospace"),
	"size":       oneOf("small", "large", "huge"),
	"link":       text(isLink),

	"header":     digitUpTo('6'),
	"list":       oneOf("ordered", "bullet", "checked", "unchecked"),
	"indent":     digitUpTo('8'),
	"align":      oneOf("center", "right", "justify"),
	"direction":  oneOf("rtl"),
	"blockquote": isTrue,
	"code-block": either(isTrue, matching(`[a-z0-9+#-]{1,32}`)),
}

// richEmbeds is the closed list of embeds in a rich document.
var richEmbeds = map[string]grammar{
	"divider": isTrue,
	"image":   text(isImage),
}

func isTrue(v Value) bool { return v == True }

func digitUpTo(last byte) grammar {
	return func(v Value) bool { return len(v) == 1 && v[0] >= '1' && v[0] <= last }
}

func oneOf(words ...string) grammar {
	return func(v Value) bool {
		for _, w := range words {
			if v == StringValue(w) {
				return true
			}
		}
		return false
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

// maxURL bounds links and addresses of images, in bytes of UTF-8.
const maxURL = 2048

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

// isPrintable also holds for no empty url.
func isPrintable(url string) bool {
	return url != "" && len(url) <= maxURL && !strings.ContainsFunc(url, func(r rune) bool {
		return r < ' ' || r >= 0x7F && r <= 0x9F
	})
}

func isWeb(url string) bool { return after(url, "http://") || after(url, "https://") }

// after reports whether url is prefix, in any case, and then something that is
// no further slash or space.
func after(url, prefix string) bool {
	return len(url) > len(prefix) && strings.EqualFold(url[:len(prefix)], prefix) && !strings.ContainsRune(`/\ `, rune(url[len(prefix)]))
}
