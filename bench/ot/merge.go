package main

import "github.com/collabd/collabd/ot"

func opsOf(edits []edit) []ot.Op {
	ops := make([]ot.Op, len(edits))
	var b ot.Builder
	for i := range edits {
		ops[i] = edits[i].build(&b).Op()
	}
	return ops
}

func sessionTask(w way, in input) *task {
	if w == values {
		return nil
	}
	ops := opsOf(in.Edits)
	var composed ot.Op
	return &task{
		count: 1,
		run: func() (err error) {
			composed, err = ot.ComposeAll(ops)
			return err
		},
		result: func() (string, error) {
			doc, err := ot.DocOf(composed)
			return doc.Text(), err
		},
	}
}

// headOf returns the document of in after its history, and the history as ops.
func headOf(in input) (ot.Doc, []ot.Op, error) {
	doc, err := in.document()
	if err != nil {
		return ot.Doc{}, nil, err
	}
	history := opsOf(in.History)
	e := doc.Edit()
	for _, op := range history {
		if err := e.Apply(op); err != nil {
			return ot.Doc{}, nil, err
		}
	}
	return e.Doc(), history, nil
}

// mergeTask composes both sides, rebases the branch and applies it.
func mergeTask(w way, in input) (*task, error) {
	if w == values {
		return nil, nil
	}
	head, history, err := headOf(in)
	if err != nil {
		return nil, err
	}
	branch := opsOf(in.Branch)
	var merged ot.Doc
	return &task{
		count: 1,
		run: func() error {
			over, err := ot.ComposeAll(history)
			if err != nil {
				return err
			}
			mine, err := ot.ComposeAll(branch)
			if err != nil {
				return err
			}
			if mine, err = ot.Transform(mine, over, ot.Incoming); err != nil {
				return err
			}
			merged, err = head.Apply(mine)
			return err
		},
		result: func() (string, error) { return merged.Text(), nil },
	}, nil
}

// rebaseTask composes the history, and rebases and applies each edit of the branch.
func rebaseTask(w way, in input) (*task, error) {
	if w == values {
		return nil, nil
	}
	head, history, err := headOf(in)
	if err != nil {
		return nil, err
	}
	branch := opsOf(in.Branch)
	var e *ot.Editor
	t := &task{count: len(branch), limited: true, whole: true}
	t.begin = func() { e = head.Edit() }
	t.run = func() error {
		over, err := ot.ComposeAll(history)
		if err != nil {
			return err
		}
		_, rebased := ot.Merge(over, branch[:t.count])
		for _, op := range rebased {
			if err := e.Apply(op); err != nil {
				return err
			}
		}
		return nil
	}
	t.result = func() (string, error) { return e.Doc().Text(), nil }
	return t, nil
}
