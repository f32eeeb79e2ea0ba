package server

import (
	"slices"
	"strings"

	"github.com/collabd/collabd/ot"
)

// lineKeeper lets the formats of lines stay with what is in the lines. A line's
// formats are those of its line break, and a difference does not care which of
// several breaks it takes for the old one: of "one⏎" it makes "one⏎two⏎" by
// "⏎two" in front of the break, and the format of the first line would become
// that of the second. The last break of a document cannot even be passed.
//
// It is about the formats that the form of what was sent cannot say: the others
// are in the difference.
type lineKeeper struct {
	base  ot.Doc
	plain ot.Doc // what the form can say of base: the same units, or nothing
	op    []ot.Component
	out   ot.Builder
	at    int           // in base
	open  bool          // what is written last is in a line, not its break
	later []breakChange // of breaks of base that are kept, in order
}

type breakChange struct {
	at    int
	attrs ot.Attrs
}

// keepLines returns an op of the same text as op.
func keepLines(base, plain ot.Doc, op ot.Op) ot.Op {
	k := &lineKeeper{base: base, plain: plain, op: slices.Collect(op.Components())}
	for i, c := range k.op {
		switch {
		case c.Kind == ot.Retain:
			k.retain(c)
		case c.Kind == ot.Delete:
			k.remove(c, i)
		case c.Text == "":
			k.out.InsertEmbed(c.Embed, c.Attrs)
			k.open = true
		default:
			k.insert(c, i)
		}
	}
	if n := len(k.later); n > 0 {
		k.retain(ot.Component{Len: k.later[n-1].at + 1 - k.at})
	}
	return k.out.Op()
}

// insert writes text. The first break of text that begins in a line ends what is
// in front of it, and so has the formats of that line. Where nothing of the line
// is left behind it, the old break ends something new, and has none of them.
func (k *lineKeeper) insert(c ot.Component, i int) {
	head, tail, breaks := strings.Cut(c.Text, "\n")
	end := k.lineEnd(k.at)
	own := k.unsaid(end)
	if !breaks || !k.open || own.Len() == 0 {
		k.out.Insert(c.Text, c.Attrs)
	} else {
		k.out.Insert(head, c.Attrs).Insert("\n", joined(c.Attrs, own)).Insert(tail, c.Attrs)
		if k.kept(i) == end {
			k.later = append(k.later, breakChange{end, changed(own, ot.Attrs{})})
		}
	}
	k.open = !strings.HasSuffix(c.Text, "\n")
}

// remove deletes. Where the break of a line is deleted of which something stays,
// and the next that stays is a break, that one has its formats.
func (k *lineKeeper) remove(c ot.Component, i int) {
	end, next := k.lineEnd(k.at), k.kept(i)
	inserts := i+1 < len(k.op) && k.op[i+1].Kind == ot.Insert
	if k.open && !inserts && end >= 0 && end < k.at+c.Len && next == k.lineEnd(next) {
		if attrs := changed(k.unsaid(next), k.unsaid(end)); attrs.Len() > 0 {
			k.later = append(k.later, breakChange{next, attrs})
		}
	}
	k.out.Delete(c.Len)
	k.at += c.Len
}

func (k *lineKeeper) retain(c ot.Component) {
	end := k.at + c.Len
	for len(k.later) > 0 && k.later[0].at < end {
		change := k.later[0]
		k.later = k.later[1:]
		if change.at < k.at {
			continue // it was deleted
		}
		k.out.Retain(change.at-k.at, c.Attrs).Retain(1, joined(c.Attrs, change.attrs))
		k.at = change.at + 1
	}
	k.out.Retain(end-k.at, c.Attrs)
	k.at = end
	k.open = k.lineEnd(end-1) != end-1
}

// kept is the first place of base, from the i-th component on, that is kept; -1
// if something else is inserted before.
func (k *lineKeeper) kept(i int) int {
	at := k.at
	for j := i; j < len(k.op) && k.op[j].Kind != ot.Retain; j++ {
		if k.op[j].Kind == ot.Delete {
			at += k.op[j].Len
		}
	}
	return at
}

// lineEnd is where the break is of the line that a place is in; -1 if it has none.
func (k *lineKeeper) lineEnd(at int) int {
	if at < 0 || at >= k.base.Len() {
		return -1
	}
	return k.base.LineStart(k.base.LineAt(at)+1) - 1
}

// unsaid is what the form cannot say of the formats at a place.
func (k *lineKeeper) unsaid(at int) ot.Attrs {
	said := attrsAt(k.plain, at)
	kv := map[string]ot.Value{}
	for name, value := range attrsAt(k.base, at).All() {
		if _, ok := said.Get(name); !ok {
			kv[name] = value
		}
	}
	return ot.NewAttrs(kv)
}

func attrsAt(doc ot.Doc, at int) ot.Attrs {
	if at < 0 {
		return ot.Attrs{}
	}
	parts, err := doc.ReadRange(at, at+1)
	if err != nil {
		return ot.Attrs{}
	}
	for c := range parts {
		return c.Attrs
	}
	return ot.Attrs{}
}

// joined are the attributes of both, which have no name in common.
func joined(a, b ot.Attrs) ot.Attrs {
	kv := map[string]ot.Value{}
	for _, attrs := range []ot.Attrs{a, b} {
		for name, value := range attrs.All() {
			kv[name] = value
		}
	}
	return ot.NewAttrs(kv)
}

// changed are the attributes of a retain that makes b of a.
func changed(a, b ot.Attrs) ot.Attrs {
	kv := map[string]ot.Value{}
	for name := range a.All() {
		if _, stays := b.Get(name); !stays {
			kv[name] = ot.Null
		}
	}
	for name, value := range b.All() {
		if was, _ := a.Get(name); was != value {
			kv[name] = value
		}
	}
	return ot.NewAttrs(kv)
}
