package formats

import (
	"bytes"
	"html"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// formulas reads formulas as GitHub has them, code between dollar signs, and
// writes them as HTML does.
type formulas struct{}

// formula is one, with its TeX.
type formula struct {
	ast.BaseInline
	tex string
}

var formulaKind = ast.NewNodeKind("Formula")

// Kind implements ast.Node.
func (*formula) Kind() ast.NodeKind { return formulaKind }

// Dump implements ast.Node.
func (f *formula) Dump(source []byte, level int) { ast.DumpHelper(f, source, level, nil, nil) }

// Trigger implements parser.InlineParser.
func (formulas) Trigger() []byte { return []byte{'$'} }

// Parse implements parser.InlineParser. A formula stands in one line.
func (formulas) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	rest := line[1:]
	ticks := len(rest) - len(bytes.TrimLeft(rest, "`"))
	if ticks == 0 {
		return nil
	}
	end := bytes.Index(rest[ticks:], append(bytes.Repeat([]byte{'`'}, ticks), '$'))
	if end < 0 {
		return nil
	}
	tex := string(rest[ticks : ticks+end])
	if paddedSpan(tex) {
		tex = tex[1 : len(tex)-1]
	}
	block.Advance(1 + ticks + end + ticks + 1)
	return &formula{tex: tex}
}

// RegisterFuncs implements renderer.NodeRenderer.
func (formulas) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(formulaKind, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			_, _ = w.WriteString(`<span data-formula="tex">` + html.EscapeString(n.(*formula).tex) + "</span>") // a buffer has no errors
		}
		return ast.WalkSkipChildren, nil
	})
}
