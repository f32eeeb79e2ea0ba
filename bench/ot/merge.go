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

// mergeTask composes both sides, rebases the branch and applies it.
func mergeTask(w way, in input) (*task, error) {
	if w == values {
		return nil, nil
	}
	head, err := in.document()
	if err != nil {
		return nil, err
	}
	history, branch := opsOf(in.History), opsOf(in.Branch)
	e := head.Edit()
	for _, op := range history {
		if err := e.Apply(op); err != nil {
			return nil, err
		}
	}
	head = e.Doc()
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
