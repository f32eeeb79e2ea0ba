package client

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// eventReader reads a stream of the format text/event-stream: as much of it as
// servers of collabd send.
type eventReader struct {
	lines *bufio.Reader
	limit int64 // most bytes of one event
	line  []byte
	data  []byte
}

func (e *eventReader) from(r io.Reader) { e.lines = bufio.NewReader(r) }

// next returns the next event that has data; name is empty if it has none. The
// data are valid until the next call.
func (e *eventReader) next() (name string, data []byte, err error) {
	e.data = e.data[:0]
	if cap(e.data) > maxKeptBuffer {
		e.data = nil
	}
	filled := false
	for {
		if err := e.readLine(); err != nil {
			return "", nil, err
		}
		field, value, _ := bytes.Cut(e.line, []byte{':'})
		value = bytes.TrimPrefix(value, []byte{' '})
		switch {
		case len(e.line) == 0 && filled:
			return name, e.data, nil
		case len(e.line) == 0:
			name = ""
		case string(field) == "event":
			name = string(value)
		case string(field) == "data":
			if filled {
				e.data = append(e.data, '\n')
			}
			e.data = append(e.data, value...)
			filled = true
			if int64(len(e.data)) > e.limit {
				return "", nil, e.tooLarge()
			}
		}
	}
}

// readLine reads a line without its end into e.line.
func (e *eventReader) readLine() error {
	e.line = e.line[:0]
	if cap(e.line) > maxKeptBuffer {
		e.line = nil
	}
	for {
		part, err := e.lines.ReadSlice('\n')
		e.line = append(e.line, part...)
		switch {
		case err == nil:
			e.line = bytes.TrimSuffix(bytes.TrimSuffix(e.line, []byte{'\n'}), []byte{'\r'})
			return nil
		case err != bufio.ErrBufferFull:
			return err
		case int64(len(e.line)) > e.limit+int64(len("data: ")):
			return e.tooLarge()
		}
	}
}

func (e *eventReader) tooLarge() error {
	return fmt.Errorf("%w: an event of more than %d bytes", ErrProtocol, e.limit)
}
