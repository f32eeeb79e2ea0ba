package replay

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/collabd/collabd/ot"
)

// Kind says how a trace was recorded.
type Kind string

// The kinds of traces.
const (
	// Sequential: each transaction was made on the one before it.
	Sequential Kind = "sequential"
	// Concurrent: several agents, who had not always seen each other's last
	// transactions.
	Concurrent Kind = "concurrent"
)

// Trace is a recorded editing session that began with an empty document.
type Trace struct {
	Name   string
	Kind   Kind
	Agents int // 1 if sequential
	Txns   []Txn
	// SHA256 is that of the final text in UTF-8, in hexadecimal; for a
	// concurrent trace, of the text where the incoming op loses ties.
	SHA256 string
}

// Txn is what was done at once.
type Txn struct {
	Line    int // in the file, from 1
	Patches []Patch
	// Agent made it, having seen the transactions before Base and all of its
	// own. Both are 0 in a sequential trace.
	Agent, Base int
}

// Patch removes Deleted units at Pos and inserts Inserted there. Both count
// UTF-16 code units of the document after the patch before.
type Patch struct {
	Pos, Deleted int
	Inserted     string
}

// Op returns the patches as one op.
func (t Txn) Op() (ot.Op, error) {
	var sum ot.Op
	for _, p := range t.Patches {
		var b ot.Builder
		op := b.Retain(p.Pos, ot.Attrs{}).Insert(p.Inserted, ot.Attrs{}).Delete(p.Deleted).Op()
		var err error
		if sum, err = ot.Compose(sum, op); err != nil {
			return ot.Op{}, t.wrong(err)
		}
	}
	return sum, nil
}

func (t Txn) wrong(err error) error { return &LineError{Line: t.Line, Err: err} }

// LineError is a fault in a trace file.
type LineError struct {
	Line int // from 1
	Err  error
}

// Error names the line.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns the fault.
func (e *LineError) Unwrap() error { return e.Err }

// maxLine is the most bytes of one line.
const maxLine = 64 << 20

// ReadFile reads a trace from a file. The error names the file, and the line if
// it is one that is wrong.
func ReadFile(name string) (*Trace, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() // read only
	t, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// Read reads a trace, JSON lines compressed by gzip, and checks all that can be
// seen without making the document.
func Read(r io.Reader) (*Trace, error) {
	plain, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("not a trace: expected a gzip file: %w", err)
	}
	lines := bufio.NewScanner(plain)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	if !lines.Scan() {
		return nil, &LineError{Line: 1, Err: errors.Join(errors.New("no header"), lines.Err())}
	}
	h, err := parseHeader(lines.Bytes())
	if err != nil {
		return nil, &LineError{Line: 1, Err: err}
	}
	t := &Trace{Name: h.name, Kind: h.kind, Agents: h.agents, SHA256: h.sha256}
	line, length := 1, 0
	for lines.Scan() {
		line++
		if err := t.add(lines.Bytes(), line, &length); err != nil {
			return nil, &LineError{Line: line, Err: err}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, &LineError{Line: line + 1, Err: err}
	}
	if len(t.Txns) != h.txns {
		return nil, &LineError{Line: line, Err: fmt.Errorf("the header says %d transactions, but there are %d", h.txns, len(t.Txns))}
	}
	return t, nil
}

// add reads one line. length is that of a sequential trace's document.
func (t *Trace) add(line []byte, number int, length *int) error {
	if t.Kind == Concurrent {
		txn, err := parseEntry(line)
		if err != nil {
			return err
		}
		switch {
		case txn.Agent >= t.Agents:
			return fmt.Errorf("agent %d of %d", txn.Agent, t.Agents)
		case txn.Base > len(t.Txns):
			return fmt.Errorf("base %d is not before this entry, which is number %d", txn.Base, len(t.Txns))
		}
		txn.Line = number
		t.Txns = append(t.Txns, txn)
		return nil
	}
	p, further, err := parseSplice(line)
	if err != nil {
		return err
	}
	if p.Pos > *length || p.Deleted > *length-p.Pos {
		return fmt.Errorf("position %d and %d deleted units reach past the end, which is at %d", p.Pos, p.Deleted, *length)
	}
	*length += utf16Len(p.Inserted) - p.Deleted
	if !further {
		t.Txns = append(t.Txns, Txn{Line: number, Patches: []Patch{p}})
		return nil
	}
	if len(t.Txns) == 0 {
		return errors.New("a further patch without a transaction before it")
	}
	last := &t.Txns[len(t.Txns)-1]
	last.Patches = append(last.Patches, p)
	return nil
}

func utf16Len(s string) int {
	var b ot.Builder
	return b.Insert(s, ot.Attrs{}).Op().TargetLen()
}
