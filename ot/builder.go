package ot

// Builder makes an op, component after component. Its zero value is ready. It
// merges neighbours of one kind with equal attributes and drops a trailing plain
// retain, but keeps the order: it never moves an insert in front of a delete.
// All methods but Op and View return the builder.
type Builder struct{ out Buffer }

// Insert inserts text, which must be valid UTF-8: it is not checked here, so
// bytes of strangers go through [Parse]. Null attributes are dropped, and an
// empty text is ignored. It panics at 4 GiB.
func (b *Builder) Insert(text string, a Attrs) *Builder {
	if n := unitsOf(text); n > 0 {
		b.out.insert(text, n, a)
	}
	return b
}

// InsertEmbed inserts an embed. Null attributes are dropped, and a zero embed is ignored.
func (b *Builder) InsertEmbed(e Embed, a Attrs) *Builder {
	if !e.IsZero() {
		b.out.insertEmbed(e, a)
	}
	return b
}

// Retain keeps n units and changes their attributes as a says; a null removes
// one. Lengths below 1 are ignored.
func (b *Builder) Retain(n int, a Attrs) *Builder {
	if n > 0 {
		b.out.retain(n, a)
	}
	return b
}

// Delete removes n units. Lengths below 1 are ignored.
func (b *Builder) Delete(n int) *Builder {
	if n > 0 {
		b.out.delete(n)
	}
	return b
}

// Op returns what was built and leaves the builder empty; it keeps its memory
// for the next op.
func (b *Builder) Op() Op {
	b.out.trim()
	op := b.out.Op()
	b.out.Reset()
	return op
}

// View returns what was built without a copy and leaves the builder empty. The
// op, and every text of its components, is valid until the builder is used the
// next time.
func (b *Builder) View() Op {
	b.out.trim()
	op := b.out.View()
	b.out.Reset()
	return op
}

// add appends a copy of c.
func (b *Builder) add(c Component) {
	switch c.Kind {
	case Insert:
		b.Insert(c.Text, c.Attrs).InsertEmbed(c.Embed, c.Attrs)
	case Retain:
		b.Retain(c.Len, c.Attrs)
	case Delete:
		b.Delete(c.Len)
	}
}
