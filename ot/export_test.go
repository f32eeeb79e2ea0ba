package ot

import (
	"bytes"
	"fmt"
)

// Splice edits the tree alone: no op, no check.
func (e *Editor) Splice(pos, deleted int, inserted string) {
	if deleted > 0 {
		e.f.delete(pos, deleted)
	}
	if inserted != "" {
		n := unitsOf(inserted)
		if n <= leafSmall {
			e.f.insert(pos, inserted, run{units: n})
		} else {
			e.insertPart(pos, &part{units: n, size: uint32(len(inserted)), kind: Insert}, inserted)
		}
	}
}

// CheckTree counts all of d again, and says what does not hold of it.
func CheckTree(d Doc) error {
	if d.root == nil {
		if d.units != 0 {
			return fmt.Errorf("%d units and no tree", d.units)
		}
		return nil
	}
	units, _ := d.root.sum()
	if units != d.units {
		return fmt.Errorf("%d units, the root counts %d", d.units, units)
	}
	if d.root.height > 1 && d.root.n == 1 {
		return fmt.Errorf("a root with one child")
	}
	return checkInner(d.root)
}

func checkInner(t *inner) error {
	if t.n < 1 || t.n > fan {
		return fmt.Errorf("a node with %d children", t.n)
	}
	for i := range fan {
		if i >= t.n {
			if t.leaves[i] != nil || t.inners[i] != nil {
				return fmt.Errorf("a child behind the last")
			}
			continue
		}
		units, lines := 0, 0
		if t.height == 1 {
			if err := checkLeaf(t.leaves[i]); err != nil {
				return err
			}
			units, lines = t.leaves[i].len(), t.leaves[i].lines
		} else {
			if t.inners[i].height != t.height-1 {
				return fmt.Errorf("a node of height %d below one of height %d", t.inners[i].height, t.height)
			}
			if err := checkInner(t.inners[i]); err != nil {
				return err
			}
			units, lines = t.inners[i].sum()
		}
		if int(t.units[i]) != units || int(t.lines[i]) != lines {
			return fmt.Errorf("a child of %d units and %d lines is counted as %d and %d", units, lines, t.units[i], t.lines[i])
		}
	}
	return nil
}

func checkLeaf(l *leaf) error {
	n := l.len()
	switch {
	case n < 1 || n > leafUnits:
		return fmt.Errorf("a leaf of %d units", n)
	case len(l.ascii) > 0 && len(l.wide) > 0:
		return fmt.Errorf("a leaf with both texts")
	case l.lines != bytes.Count(l.appendUTF8(nil, 0, n), []byte("\n")):
		return fmt.Errorf("%d lines are wrong", l.lines)
	case len(l.wide) > 0 && (l.wide[0]&0xFC00 == 0xDC00 || l.wide[n-1]&0xFC00 == 0xD800):
		return fmt.Errorf("a pair in two leaves")
	case len(l.runs) > leafRuns:
		return fmt.Errorf("%d runs", len(l.runs))
	case len(l.runs) == 1 && l.runs[0].isPlain():
		return fmt.Errorf("a list of one plain run")
	}
	for _, c := range l.ascii {
		if c >= 0x80 {
			return fmt.Errorf("a byte %#x among ASCII", c)
		}
	}
	if l.runs == nil {
		return nil
	}
	for i := range l.runs {
		r := &l.runs[i]
		n -= r.units
		switch {
		case r.units < 1 || r.embed != nil && r.units != 1:
			return fmt.Errorf("a run of %d units", r.units)
		case r.attrs.hasNull():
			return fmt.Errorf("a null in a document")
		case i > 0 && l.runs[i-1].takes(r):
			return fmt.Errorf("runs %d and %d are one", i-1, i)
		}
	}
	if n != 0 {
		return fmt.Errorf("the runs miss the text by %d", n)
	}
	return nil
}

// SchemaWords are the names of attributes, or embeds, with the words of their grammar.
func SchemaWords(embeds bool) map[string]string {
	rules, words := richAttributes, map[string]string{}
	if embeds {
		rules = richEmbeds
	}
	for name, r := range rules {
		words[name] = r.words
	}
	return words
}

// BlockBytes is what l counts for its blocks, and what they have.
func BlockBytes(l *Blocks) (counted, held int) {
	for _, op := range l.blocks {
		held += op.memory()
	}
	return l.bytes, held
}
