package archive

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/collabd/collabd/ot/strictjson"
)

// Format and Version are in the first line of a file.
const (
	Format  = "history"
	Version = 1
)

// gzipped begins every file that gzip made (RFC 1952).
var gzipped = []byte{0x1f, 0x8b}

// Begins reports whether a file that begins so is said to be a history, as text.
func Begins(file []byte) bool { return bytes.HasPrefix(file, []byte(`{"collabd":"`+Format+`"`)) }

// deepest is how deep JSON nests in a line: an op, and 8 levels of a value in it.
const deepest = 20

// lineReader reads a file line by line, unpacked if need be, within its limits.
type lineReader struct {
	in   *bufio.Reader
	left int64 // bytes that may come
	most int   // of a line
	line int   // lines so far
	buf  []byte
}

func newLineReader(r io.Reader, lim Limits) (*lineReader, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	if head, _ := in.Peek(len(gzipped)); bytes.Equal(head, gzipped) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("%w: it is not compressed as it says", ErrUnreadable)
		}
		in = bufio.NewReaderSize(z, 64<<10)
	}
	return &lineReader{in: in, left: lim.Bytes, most: lim.LineBytes}, nil
}

// next returns the name and the value of the next line, which are valid until it
// is called again; io.EOF behind the last one.
func (l *lineReader) next() (name string, value []byte, err error) {
	l.buf = l.buf[:0]
	for {
		part, err := l.in.ReadSlice('\n')
		l.buf = append(l.buf, part...)
		l.left -= int64(len(part))
		if l.left < 0 {
			return "", nil, tooLarge("too many bytes")
		}
		if len(l.buf) > l.most {
			return "", nil, tooLarge(fmt.Sprintf("line %d is too long", l.line+1))
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err == io.EOF && len(l.buf) == 0 {
			return "", nil, io.EOF
		}
		if err != nil && err != io.EOF {
			return "", nil, l.fault("it cannot be unpacked or read")
		}
		break
	}
	l.line++
	if l.line == 1 {
		return "", l.buf, nil
	}
	members, err := strictjson.Object(l.buf, deepest, 1)
	if err != nil || len(members) != 1 {
		return "", nil, l.fault("it is not one JSON object with one member")
	}
	return members[0].Name, members[0].Value, nil
}

// fault is an error in the line that was read last. It never quotes it.
func (l *lineReader) fault(why string) error {
	return fmt.Errorf("%w: line %d: %s", ErrUnreadable, max(l.line, 1), why)
}

// members splits an object that has exactly these members, in any order.
func members(value []byte, names ...string) ([][]byte, error) {
	got, err := strictjson.Object(value, deepest, len(names))
	if err != nil || len(got) != len(names) {
		return nil, errors.New("other members are expected: " + strings.Join(names, ", "))
	}
	values := make([][]byte, len(names))
	for i, name := range names {
		for _, m := range got {
			if m.Name == name {
				values[i] = m.Value
			}
		}
		if values[i] == nil {
			return nil, errors.New("there is no " + name)
		}
	}
	return values, nil
}
