package formats

import (
	"strings"

	"github.com/collabd/collabd/ot"
)

// inlinePieces reads the text of one block as pieces of a line; linear in its
// length.
//
// Marks open and close by a stack, as in CommonMark, with two rules that are
// simpler: a run of stars may close where a space is not before it and open
// where none is after it, and it closes the innermost mark first. So everything
// that inlineMarkdown writes is read again, also where CommonMark's rule of
// three would see something else.
func inlinePieces(text string) []piece {
	if text == "" {
		return nil
	}
	tokens := tokensOf(text)
	resolveLinks(tokens)
	resolveMarks(tokens)
	return collect(tokens)
}

// resolveLinks finds which brackets are a link, an image or a mention; the
// others are text.
func resolveLinks(tokens []token) {
	var open []int
	used := -1 // brackets before this hold a link, and no link holds another
	for i := range tokens {
		t := &tokens[i]
		if t.kind == openToken {
			open = append(open, i)
		}
		if t.kind != closeToken || len(open) == 0 {
			continue
		}
		start := open[len(open)-1]
		open = open[:len(open)-1]
		if t.more == nil {
			continue
		}
		from, target := &tokens[start], t.more.target
		if from.image {
			if e := ot.NewEmbed("image", ot.StringValue(target)); ot.EmbedAllowed(e) {
				from.extra().embed, from.partner = e, int32(i)
			}
			continue
		}
		if e := mentionAt(tokens, start, target); !e.IsZero() {
			from.extra().embed, from.partner = e, int32(i)
		} else if start > used && isLink(target) {
			from.partner = int32(i)
			t.linked = true
			used = start
		}
	}
}

// isLink reports whether a document may have a link to the address.
func isLink(address string) bool { return ot.AttributeAllowed("link", ot.StringValue(address)) }

func mentionAt(tokens []token, start int, target string) ot.Embed {
	if !strings.HasPrefix(target, "mention:") {
		return ot.Embed{}
	}
	var name strings.Builder
	for _, t := range tokens[start+1:] {
		if t.kind == closeToken {
			break
		}
		if t.kind != textToken {
			return ot.Embed{}
		}
		name.WriteString(t.text)
	}
	return mention(target, name.String())
}

// visible calls f with the tokens that count: what an embed stands for does not.
func visible(tokens []token, f func(*token)) {
	for i := 0; i < len(tokens); i++ {
		t := &tokens[i]
		f(t)
		if t.kind == openToken && !t.embed().IsZero() {
			i = int(t.partner)
		}
	}
}

// openRun is a run that waits for the one that closes it. Of stars and
// underscores 1 unit is italic, 2 are bold, 3 both.
type openRun struct {
	run   *token
	units int32
}

// frame are the runs that are open inside one link, or outside of any: all of
// them, and those of each kind of mark.
type frame struct {
	runs     []*openRun
	families [3][]*openRun
}

func family(mark byte) int { return strings.IndexByte("*_~", mark) }

// drop makes text of what never closed.
func (f *frame) drop() {
	for _, o := range f.runs {
		o.run.literal += o.units
	}
	*f = frame{}
}

// resolveMarks decides which marks open and which close a format; what is left
// of a run is text.
func resolveMarks(tokens []token) {
	frames := []*frame{{}}
	visible(tokens, func(t *token) {
		top := len(frames) - 1
		switch {
		case t.kind == openToken && t.partner > 0 && t.embed().IsZero():
			frames = append(frames, &frame{})
		case t.kind == closeToken && t.linked:
			frames[top].drop()
			frames = frames[:top]
		case t.kind == runToken:
			frames[top].resolve(t)
		}
	})
	for _, f := range frames {
		f.drop()
	}
}

func (f *frame) resolve(t *token) {
	own := &f.families[family(t.mark)]
	left := t.length
	for left > 0 && t.canClose && len(*own) > 0 {
		top := (*own)[len(*own)-1]
		if t.mark == '~' {
			if left != 2 {
				break
			}
			f.close(t, top, 2, &left)
			continue
		}
		var below *openRun
		if len(*own) > 1 {
			below = (*own)[len(*own)-2]
		}
		under := int32(0)
		if below != nil {
			under = below.units
		}
		if top.units == 3 {
			if left >= 3 {
				f.close(t, top, 2, &left)
				f.close(t, top, 1, &left)
			} else {
				f.close(t, top, left, &left)
			}
		} else if top.units == 2 {
			if left >= 2 {
				f.close(t, top, 2, &left)
			} else if !t.canOpen && under == 1 {
				f.close(t, below, 1, &left)
			} else {
				break
			}
		} else if left == 2 && under == 2 {
			f.close(t, below, 2, &left)
		} else if left == 2 && t.canOpen {
			break
		} else {
			f.close(t, top, 1, &left)
		}
	}
	if left == 0 {
		return
	}
	if !t.canOpen {
		t.literal += left
		return
	}
	units := min(left, 3)
	if t.mark == '~' {
		units = 0
		if left == 2 {
			units = 2
		}
	}
	t.literal += left - units
	if units > 0 {
		o := &openRun{t, units}
		f.runs = append(f.runs, o)
		*own = append(*own, o)
	}
}

// close closes so many units of an open run; what crosses it is text.
func (f *frame) close(t *token, o *openRun, units int32, left *int32) {
	for last := len(f.runs) - 1; f.runs[last] != o; last-- {
		crossed := f.runs[last]
		f.runs = f.runs[:last]
		own := &f.families[family(crossed.run.mark)]
		*own = (*own)[:len(*own)-1]
		crossed.run.literal += crossed.units
	}
	closed, opened := t.extra(), o.run.extra()
	closed.closes = append(closed.closes, markOf(t.mark, units))
	opened.opens = append(opened.opens, markOf(t.mark, units))
	o.units -= units
	*left -= units
	if o.units > 0 {
		return
	}
	f.runs = f.runs[:len(f.runs)-1]
	own := &f.families[family(o.run.mark)]
	*own = (*own)[:len(*own)-1]
}

func markOf(mark byte, units int32) markName {
	switch {
	case mark == '~':
		return strikeMark
	case units == 2:
		return boldMark
	}
	return italicMark
}

// collector gathers text until the formats that are open change.
type collector struct {
	pieces []piece
	count  [markNames]int
	link   string
	text   strings.Builder
}

func (c *collector) marks() marks {
	return marks{bold: c.count[boldMark] > 0, italic: c.count[italicMark] > 0, strike: c.count[strikeMark] > 0, link: c.link}
}

func (c *collector) flush() {
	if c.text.Len() > 0 {
		c.pieces = append(c.pieces, piece{text: c.text.String(), marks: c.marks()})
		c.text.Reset()
	}
}

func (c *collector) add(p piece) {
	c.flush()
	code := p.marks.code
	p.marks = c.marks()
	p.marks.code = code
	c.pieces = append(c.pieces, p)
}

func collect(tokens []token) []piece {
	var c collector
	visible(tokens, func(t *token) {
		switch t.kind {
		case textToken:
			c.text.WriteString(t.text)
		case codeToken:
			c.add(piece{text: t.text, marks: marks{code: true}})
		case embedToken:
			c.add(piece{embed: t.embed()})
		case openToken:
			switch {
			case !t.embed().IsZero():
				c.add(piece{embed: t.embed()})
			case t.partner > 0:
				c.flush()
				c.link = tokens[t.partner].more.target
			case t.image:
				c.text.WriteString("![")
			default:
				c.text.WriteString("[")
			}
		case closeToken:
			if t.linked {
				c.flush()
				c.link = ""
			} else {
				c.text.WriteString(t.text)
			}
		case runToken:
			c.run(t)
		}
	})
	c.flush()
	return c.pieces
}

func (c *collector) run(t *token) {
	var none tokenExtra
	found := t.more
	if found == nil {
		found = &none
	}
	if len(found.closes) > 0 {
		c.flush()
	}
	for _, n := range found.closes {
		c.count[n]--
	}
	c.text.WriteString(strings.Repeat(string(t.mark), int(t.literal)))
	if len(found.opens) > 0 {
		c.flush()
	}
	for _, n := range found.opens {
		c.count[n]++
	}
}
