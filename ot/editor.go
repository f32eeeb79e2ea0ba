package ot

// Editor applies many ops to a document at the cost of what each touches. It
// changes what it has made itself in place, and copies what it shares with a
// document before it changes it, once. Get one from [Doc.Edit]. It belongs to
// one goroutine; the documents that it returns are values like any other.
type Editor struct {
	f    finger
	memo *attrMemo
}

// Edit returns an editor that starts from d.
func (d Doc) Edit() *Editor { return &Editor{f: finger{root: d.root, units: d.units}} }

// Len returns the present length in UTF-16 code units.
func (e *Editor) Len() int { return e.f.units }

// Doc returns the document as it is now, which later calls of Apply do not
// change. It costs nothing but that the next edits copy again what they touch.
func (e *Editor) Doc() Doc {
	root := e.f.freeze()
	return Doc{root: root, units: e.f.units}
}

// Apply applies op, all of it or, with an error as [Doc.Apply] has it, nothing.
func (e *Editor) Apply(op Op) error {
	if op.BaseLen() > e.f.units {
		return errRange()
	}
	if e.f.units-op.deleted+op.inserted > maxUnits {
		return &Error{Code: CodeLimit, At: -1, Detail: "the document would be too long"}
	}
	if at := e.cut(op); at >= 0 {
		return cutAt(at)
	}
	pos, text := 0, 0
	for i := range op.parts {
		switch p := &op.parts[i]; p.kind {
		case Insert:
			end := text + int(p.size)
			e.insertPart(pos, p, op.text[text:end])
			text = end
			pos += p.units
		case Delete:
			e.f.delete(pos, p.units)
		default:
			if !p.attrs.isZero() {
				e.format(pos, p.units, p.attrs)
			}
			pos += p.units
		}
	}
	return nil
}

// cut returns the index of the first component of op that ends inside a
// surrogate pair, -1 if none does.
func (e *Editor) cut(op Op) int {
	pos := 0
	for i := range op.parts {
		if p := &op.parts[i]; p.kind != Insert {
			if pos += p.units; pos < e.f.units && e.f.cutsPair(pos) {
				return i
			}
		}
	}
	return -1
}

func (f *finger) cutsPair(pos int) bool {
	at := pos - f.start
	if f.leaf == nil || at < 0 || at > f.leaf.len() {
		at = f.toUnit(pos)
	}
	return f.leaf.cutsPair(at) // no pair lies in two leaves
}

func (e *Editor) insertPart(pos int, p *part, bytes string) {
	r := run{units: p.units, attrs: p.attrs}
	if p.embed {
		embed := unpackEmbed(bytes).clone()
		r.embed = &embed
		bytes = "\x00"
	}
	if p.units <= leafSmall {
		e.f.insert(pos, bytes, r)
		return
	}
	limit := leafFilled
	if pos == 0 && e.f.units > 0 {
		limit = leafSmall // into the first leaf, as there is none to end here
	}
	for bytes != "" {
		if limit == leafFilled {
			e.f.openAt(pos)
		}
		end, units := prefix(bytes, limit)
		limit, r.units = leafFilled, units
		e.f.insert(pos, bytes[:end], r)
		bytes = bytes[end:]
		pos += units
	}
}

// openAt moves to the leaf in front of a place, and makes the place its end, so
// that what is inserted there can go to new leaves.
func (f *finger) openAt(pos int) {
	if f.root == nil {
		return
	}
	if at := pos - f.descend(pos-1); at < f.leaf.len() {
		f.own()
		f.splitLeaf(at)
		f.descend(pos - 1)
	}
}

func (f *finger) splitLeaf(at int) {
	right := f.leaf.split(at)
	f.insertAfter(right)
}

// insert inserts text with one set of attributes, at most leafSmall units, or
// leafFilled at the end of a leaf.
func (f *finger) insert(pos int, text string, r run) {
	if f.root == nil {
		f.plant()
	}
	at := f.toGap(pos)
	f.own()
	l := f.leaf
	switch n := l.len(); {
	case n+r.units <= leafUnits:
	case at == n:
		l = &leaf{owner: f.owner}
		l.insertRun(0, r)
		l.insertText(0, text, r.units)
		f.insertAfter(l)
		f.units += r.units
		return
	default:
		f.splitLeaf(n / 2)
		f.insert(pos, text, r)
		return
	}
	lines := l.lines
	if l.runs != nil || !r.isPlain() {
		l.insertRun(at, r)
	}
	l.insertText(at, text, r.units)
	f.grown += r.units
	f.broken += l.lines - lines
	f.units += r.units
	f.boundRuns()
}

// boundRuns cuts the present leaf in two if it has too many runs.
func (f *finger) boundRuns() {
	if len(f.leaf.runs) <= leafRuns {
		return
	}
	at := 0
	for _, r := range f.leaf.runs[:len(f.leaf.runs)/2] {
		at += r.units
	}
	f.splitLeaf(at)
}

// delete deletes n units, which are there.
func (f *finger) delete(pos, n int) {
	for n > 0 {
		at := f.toUnit(pos)
		size := f.leaf.len()
		k := min(n, size-at)
		f.units -= k
		n -= k
		if k == size {
			f.ownPath()
			f.removeLeaf()
			continue
		}
		f.own()
		l, lines := f.leaf, f.leaf.lines
		l.deleteRuns(at, k)
		l.deleteText(at, k)
		f.grown -= k
		f.broken += l.lines - lines
		if size-k < leafSmall {
			f.mergeLeaf()
		}
	}
}

// format changes attributes of n units, which are there.
func (e *Editor) format(pos, n int, attrs Attrs) {
	if e.memo == nil {
		e.memo = new(attrMemo)
	}
	for f := &e.f; n > 0; {
		at := f.toUnit(pos)
		k := min(n, f.leaf.len()-at)
		f.own()
		f.leaf.format(at, k, attrs, e.memo)
		f.boundRuns()
		pos += k
		n -= k
	}
}
