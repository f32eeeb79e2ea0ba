package ot

// Builder makes an op, component after component. Its zero value is ready. It
// merges neighbours of one kind with equal attributes and drops a trailing plain
// retain, but keeps the order: it never moves an insert in front of a delete.
// All methods but Op return the builder.
type Builder struct {
	list []Component
	op   Op     // its sums only
	text []byte // the text of the last insert once it has been merged, else empty
}

// Insert inserts text, which must be valid UTF-8: it is not checked here, so
// bytes of strangers go through [Parse]. Null attributes are dropped, and an
// empty text is ignored.
func (b *Builder) Insert(text string, a Attrs) *Builder {
	b.push(Component{Kind: Insert, Len: unitsOf(text), Text: text, Attrs: a})
	return b
}

// InsertEmbed inserts an embed. Null attributes are dropped, and a zero embed is ignored.
func (b *Builder) InsertEmbed(e Embed, a Attrs) *Builder {
	if !e.IsZero() {
		b.push(Component{Kind: Insert, Len: 1, Embed: e, Attrs: a})
	}
	return b
}

// Retain keeps n units and changes their attributes as a says; a null removes
// one. Lengths below 1 are ignored.
func (b *Builder) Retain(n int, a Attrs) *Builder {
	b.push(Component{Kind: Retain, Len: n, Attrs: a})
	return b
}

// Delete removes n units. Lengths below 1 are ignored.
func (b *Builder) Delete(n int) *Builder {
	b.push(Component{Kind: Delete, Len: n})
	return b
}

// Op returns what was built and leaves the builder empty.
func (b *Builder) Op() Op {
	b.settle()
	op := b.op
	op.list = b.list
	if n := len(op.list); n > 0 && op.list[n-1].Kind == Retain && op.list[n-1].Attrs.Len() == 0 {
		op.retained -= op.list[n-1].Len
		op.list = op.list[:n-1]
	}
	*b = Builder{}
	return op
}

// push appends c, whose text belongs to the builder from here on.
func (b *Builder) push(c Component) {
	if c.Len <= 0 {
		return
	}
	switch c.Kind {
	case Insert:
		c.Attrs = c.Attrs.withoutNull()
		b.op.inserted += c.Len
	case Retain:
		b.op.retained += c.Len
	case Delete:
		b.op.deleted += c.Len
	}
	if n := len(b.list); n > 0 && mergeable(&b.list[n-1], &c) {
		last := &b.list[n-1]
		if c.Kind == Insert {
			if len(b.text) == 0 {
				b.text = append(b.text, last.Text...)
			}
			b.text = append(b.text, c.Text...)
		}
		last.Len += c.Len
		return
	}
	b.settle()
	b.list = append(b.list, c)
}

// settle makes a string of merged text, once, so that many small inserts in a
// row cost what one large insert costs.
func (b *Builder) settle() {
	if len(b.text) > 0 {
		b.list[len(b.list)-1].Text = string(b.text)
		b.text = b.text[:0]
	}
}

func mergeable(a, b *Component) bool {
	return a.Kind == b.Kind && a.Embed.IsZero() && b.Embed.IsZero() && a.Attrs.Equal(b.Attrs)
}
