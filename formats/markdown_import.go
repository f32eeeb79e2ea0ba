package formats

import (
	"bytes"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"

	"github.com/collabd/collabd/ot"
)

// ImportMarkdown returns the document of a file of Markdown, whoever wrote it.
// What [Markdown] wrote is read by [FromMarkdown], exactly. Any other is read as
// CommonMark with GitHub's tables, strikethrough, task lists and addresses that
// are links by themselves, all as [FromHTML] takes HTML. HTML in it stays text,
// but for <hr>. A text that would take CommonMark's readers long is read by
// FromMarkdown too, which is linear. [ErrTooLarge] for more than [MaxBytes].
//
// FromMarkdown is the one for a text that somebody has edited as the source of a
// document: it keeps every empty line, and agrees with the browser.
func ImportMarkdown(s string, from Source) (Read, error) {
	own, err := FromMarkdown(s)
	if err != nil {
		return Read{}, err
	}
	s = cleanText(s)
	if doc, err := ot.DocOf(own); err == nil && Markdown(doc) == s || !easyMarkdown(s) {
		return Read{Op: own}, nil
	}
	var page bytes.Buffer
	if err := commonMark().Convert([]byte(s), &page); err != nil {
		return Read{}, err
	}
	return FromHTML(page.String(), from)
}

const (
	// markdownWork bounds, over all paragraphs of a text, what may be a mark in
	// one times its bytes: what the reader of CommonMark looks at at the worst.
	// 100 million take it a second, and a book in Markdown has less.
	markdownWork = 100_000_000
	// markdownCells bounds the cells of tables. A row has as many as the first
	// one, also if they are not written.
	markdownCells = 100_000
)

// easyMarkdown reports whether a text is within these bounds. A paragraph, and a
// table, ends at an empty line.
func easyMarkdown(s string) bool {
	work, cells := 0, 0
	bytes, marks, lines, pipes := 0, 0, 0, 0
	for line := range strings.Lines(s) {
		if isBlank(strings.TrimSuffix(line, "\n")) {
			work += bytes * marks
			cells += lines * pipes
			bytes, marks, lines, pipes = 0, 0, 0, 0
		}
		for i := range len(line) {
			if isPunctuation(line[i]) {
				marks++
			}
		}
		bytes += len(line)
		lines++
		pipes = max(pipes, strings.Count(line, "|"))
		if work+bytes*marks > markdownWork || cells+lines*pipes > markdownCells {
			return false
		}
	}
	return true
}

// commonMark reads Markdown as others do.
var commonMark = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList, extension.Linkify),
		goldmark.WithParserOptions(parser.WithInlineParsers(util.Prioritized(formulas{}, 90))), // before code
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(htmlAsText{}, 100), util.Prioritized(formulas{}, 100))),
	)
})

// htmlAsText writes the HTML in Markdown as text, so that none of it passes and
// none of it is lost.
type htmlAsText struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (htmlAsText) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindRawHTML, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			segments := n.(*ast.RawHTML).Segments
			for i := range segments.Len() {
				segment := segments.At(i)
				writeAsText(w, segment.Value(source))
			}
		}
		return ast.WalkSkipChildren, nil
	})
	r.Register(ast.KindHTMLBlock, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			block := n.(*ast.HTMLBlock)
			for i := range block.Lines().Len() {
				segment := block.Lines().At(i)
				writeBlockLine(w, segment.Value(source))
			}
			if block.HasClosure() {
				writeBlockLine(w, block.ClosureLine.Value(source))
			}
		}
		return ast.WalkContinue, nil
	})
}

func writeAsText(w util.BufWriter, markup []byte) {
	if string(markup) == "<hr>" {
		_, _ = w.WriteString(`<span data-divider=""></span>`) // a buffer has no errors
		return
	}
	_, _ = w.Write(util.EscapeHTML(markup))
}

func writeBlockLine(w util.BufWriter, line []byte) {
	_, _ = w.WriteString("<p>")
	writeAsText(w, bytes.TrimSpace(line))
	_, _ = w.WriteString("</p>\n")
}
