package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/collabd/collabd/ot"
)

// way is one of the two forms in which this package is measured.
type way string

const (
	inPlace way = "collabd"
	values  way = "collabd, values"
)

// newTask returns our work for a scenario, nil where a way has none of its own.
func newTask(w way, in input) (*task, error) {
	switch in.Kind {
	case kindReplay:
		return replayTask(w, in), nil
	case kindConcurrent:
		return concurrentTask(w, in), nil
	case kindInserts:
		return insertsTask(w, in)
	case kindTransform, kindCompose:
		return pairsTask(w, in)
	case kindMerge:
		return mergeTask(w, in)
	case kindRebase:
		return rebaseTask(w, in)
	case kindSession:
		return sessionTask(w, in), nil
	}
	return nil, fmt.Errorf("unknown kind of scenario %q", in.Kind)
}

// target is a document that takes ops, each checked: with an editor, or as values.
type target struct {
	way  way
	doc  ot.Doc
	edit *ot.Editor
}

func (t *target) begin(doc ot.Doc) {
	t.doc = doc
	t.edit = doc.Edit()
}

// apply applies what b holds.
func (t *target) apply(b *ot.Builder) (err error) {
	if t.way == inPlace {
		return t.edit.Apply(b.View())
	}
	t.doc, err = t.doc.Apply(b.Op())
	return err
}

func (t *target) result() ot.Doc {
	if t.way == inPlace {
		return t.edit.Doc()
	}
	return t.doc
}

func replayTask(w way, in input) *task {
	t := target{way: w}
	var b ot.Builder
	return &task{
		count: len(in.Edits),
		begin: func() { t.begin(ot.NewDoc()) },
		run: func() error {
			for i := range in.Edits {
				if err := t.apply(in.Edits[i].build(&b)); err != nil {
					return fmt.Errorf("edit %d: %w", i, err)
				}
			}
			return nil
		},
		result: func() (string, error) { return t.result().Text(), nil },
	}
}

func concurrentTask(w way, in input) *task {
	if w == values {
		return nil
	}
	var e *ot.Editor
	return &task{
		count: len(in.Entries),
		begin: func() { e = ot.NewDoc().Edit() },
		run: func() error {
			r := newRebaser(in.Agents)
			for i := range in.Entries {
				op, err := r.rebase(i, in.Entries[i])
				if err == nil {
					err = e.Apply(op)
				}
				if err != nil {
					return fmt.Errorf("entry %d: %w", i, err)
				}
			}
			return nil
		},
		result: func() (string, error) { return e.Doc().Text(), nil },
	}
}

func insertsTask(w way, in input) (*task, error) {
	start, err := in.document()
	if err != nil {
		return nil, err
	}
	attrs := make([]ot.Attrs, len(in.Inserts))
	for i, x := range in.Inserts {
		if attrs[i], err = parseAttrs(x.attributes); err != nil {
			return nil, err
		}
	}
	t := target{way: w}
	var b ot.Builder
	x := &task{count: len(in.Inserts), limited: true}
	x.begin = func() { t.begin(start) }
	x.run = func() error {
		for i := range x.count {
			if err := t.apply(b.Retain(in.Inserts[i].pos, ot.Attrs{}).Insert(in.Inserts[i].text, attrs[i])); err != nil {
				return fmt.Errorf("insert %d: %w", i, err)
			}
		}
		return nil
	}
	x.result = func() (string, error) {
		if in.Doc != nil {
			return string(t.result().Op().AppendJSON(nil)), nil
		}
		return t.result().Text(), nil
	}
	return x, nil
}

func (in input) document() (ot.Doc, error) {
	if in.Doc != nil {
		return parseDoc(in.Doc)
	}
	var b ot.Builder
	return ot.DocOf(b.Insert(in.Text, ot.Attrs{}).Op())
}

// ready is a pair, read.
type ready struct {
	doc  ot.Doc
	a, b ot.Op
	out  ot.Buffer
	op   ot.Op // with values, instead of out
}

func (p *ready) read(from pair) (err error) {
	if p.doc, err = parseDoc(from.Doc); err != nil {
		return err
	}
	if p.a, err = ot.Parse(from.A, noLimits); err != nil {
		return err
	}
	p.b, err = ot.Parse(from.B, noLimits)
	return err
}

func pairsTask(w way, in input) (*task, error) {
	list := make([]ready, len(in.Pairs))
	for i := range list {
		if err := list[i].read(in.Pairs[i]); err != nil {
			return nil, fmt.Errorf("pair %d: %w", i, err)
		}
	}
	var do func(p *ready) error
	switch {
	case in.Kind == kindCompose && w == inPlace:
		do = func(p *ready) error { return p.out.Compose(p.a, p.b) }
	case in.Kind == kindCompose:
		do = func(p *ready) (err error) { p.op, err = ot.Compose(p.a, p.b); return err }
	case w == inPlace:
		do = func(p *ready) error { return p.out.Transform(p.b, p.a, ot.Incoming) }
	default:
		do = func(p *ready) (err error) { p.op, err = ot.Transform(p.b, p.a, ot.Incoming); return err }
	}
	return &task{
		count: len(list),
		run: func() error {
			for i := range list {
				if err := do(&list[i]); err != nil {
					return err
				}
			}
			return nil
		},
		result: func() (string, error) {
			docs := make([]string, len(list))
			for i := range list {
				p := &list[i]
				if w == inPlace {
					p.op = p.out.Op()
				}
				doc, err := p.doc, error(nil)
				if in.Kind == kindTransform {
					doc, err = doc.Apply(p.a)
				}
				if err == nil {
					doc, err = doc.Apply(p.op)
				}
				if err != nil {
					return "", fmt.Errorf("pair %d: %w", i, err)
				}
				docs[i] = doc.Text()
				if in.Attributes {
					docs[i] = string(doc.Op().AppendJSON(nil))
				}
			}
			return strings.Join(docs, "\n"), nil
		},
	}, nil
}

var noLimits = ot.Limits{Bytes: 1 << 30, Components: 1 << 30, InsertUnits: 1 << 30, Attributes: 1 << 10, AttributeBytes: 1 << 20, Depth: 8, Units: 1 << 30}

func parseDoc(data []byte) (ot.Doc, error) {
	op, err := ot.Parse(data, noLimits)
	if err != nil {
		return ot.Doc{}, err
	}
	return ot.DocOf(op)
}

func parseAttrs(data json.RawMessage) (ot.Attrs, error) {
	if data == nil { // null
		return ot.Attrs{}, nil
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil || len(raw) == 0 {
		return ot.Attrs{}, err
	}
	kv := map[string]ot.Value{}
	for name, text := range raw {
		value, err := ot.ParseValue(text, 8)
		if err != nil {
			return ot.Attrs{}, err
		}
		kv[name] = value
	}
	return ot.NewAttrs(kv), nil
}
