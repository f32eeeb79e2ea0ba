package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/collabd/collabd/ot"
)

// trace is a recorded session; docs/traces.md describes the files.
type trace struct {
	Name, Kind, Format       string
	Agents                   int
	FinalSha256              string
	FinalSha256IncomingLoses string
	file                     string
}

// readTraces reads the headers of the recorded sessions in dir.
func readTraces(dir string) ([]trace, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl.gz"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no recorded session (*.jsonl.gz) in %s", dir)
	}
	var list []trace
	for _, file := range files {
		t := trace{file: file}
		err := readLines(file, func(i int, line []byte) error {
			if i > 0 {
				return errEnough
			}
			return json.Unmarshal(line, &t)
		})
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, nil
}

var errEnough = errors.New("enough")

func readLines(file string, each func(i int, line []byte) error) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	s := bufio.NewScanner(z)
	s.Buffer(nil, 1<<24)
	for i := 0; s.Scan(); i++ {
		if err := each(i, s.Bytes()); errors.Is(err, errEnough) {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s line %d: %w", file, i+1, err)
		}
	}
	return s.Err()
}

// replay is the input of typing t, or with kindSession of composing it.
func (t trace) replay(kind string) (input, error) {
	in := input{Kind: kind}
	err := readLines(t.file, func(i int, line []byte) error {
		if i == 0 {
			return nil
		}
		var e edit
		err := json.Unmarshal(line, &e)
		in.Astral = in.Astral || isAstral(e.inserted)
		in.Edits = append(in.Edits, e)
		return err
	})
	return in, err
}

func isAstral(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r > 0xFFFF })
}

// concurrent is the input of rebasing t.
func (t trace) concurrent() (input, error) {
	in := input{Kind: kindConcurrent, Agents: t.Agents}
	err := readLines(t.file, func(i int, line []byte) error {
		if i == 0 {
			return nil
		}
		var e entry
		var parents []int
		var edits []edit
		if err := json.Unmarshal(line, &[]any{&parents, &e.agent, &edits, &e.base}); err != nil {
			return err
		}
		if len(edits) != 1 {
			return fmt.Errorf("a transaction of %d edits, want 1", len(edits))
		}
		e.edit = edits[0]
		in.Astral = in.Astral || isAstral(e.inserted)
		in.Entries = append(in.Entries, e)
		return nil
	})
	if err == nil {
		err = measureViews(in.Entries, in.Agents)
	}
	return in, err
}

// measureViews sets the length of the document that the author of each entry saw.
func measureViews(entries []entry, agents int) error {
	r := newRebaser(agents)
	lengths := make([]int, agents)
	for i := range entries {
		e := &entries[i]
		r.seen = func(op ot.Op) { lengths[e.agent] += op.TargetLen() - op.BaseLen() }
		op, err := r.rebase(i, *e)
		if err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
		e.length = lengths[e.agent]
		lengths[e.agent] += op.TargetLen() - op.BaseLen()
	}
	return nil
}
