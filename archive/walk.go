package archive

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/ot/strictjson"
	"github.com/collabd/collabd/wire"
)

// sink is told what a file says, in its order, after it has been checked.
type sink interface {
	header(h header) error
	person(p person) error
	file(f file, data []byte) error
	record(r record) error
	name(n name) error
	end() error
}

// stage is how far a file has come: what belongs to an earlier one is a fault.
type stage int

const (
	inFiles stage = iota
	inRecords
	inNames
	atEnd
)

// walker reads a file and checks all of it: that everything it refers to has come
// up, that records follow one another and apply, and what comes out.
type walker struct {
	in     *lineReader
	lim    Limits
	image  func(data []byte) (kind string, ok bool)
	latest time.Time // no time is later
	to     sink

	stage   stage
	head    header
	content *ot.Editor
	at      wire.Revision
	people  int
	clients []wire.Seq // the last seq of each
	names   map[wire.Revision]bool
	work    int // units that were formatted
	files   int
	bytes   int64 // of pictures
}

func walk(r io.Reader, lim Limits, image func([]byte) (string, bool), latest time.Time, to sink) error {
	in, err := newLineReader(r, lim)
	if err != nil {
		return err
	}
	w := &walker{in: in, lim: lim, image: image, latest: latest, to: to, names: map[wire.Revision]bool{}}
	_, first, err := in.next()
	if err == io.EOF {
		return in.fault("it is empty")
	}
	if err != nil {
		return err
	}
	if w.head, err = readHeader(first); err != nil {
		return in.fault(err.Error())
	}
	if w.head.head > wire.Revision(lim.Records) {
		return tooLarge("too many records")
	}
	if w.head.created.After(latest) {
		return in.fault("a time has not come yet")
	}
	w.content = w.head.kind.Initial().Edit()
	if err := to.header(w.head); err != nil {
		return err
	}
	for {
		name, value, err := in.next()
		if err == io.EOF {
			if w.stage != atEnd {
				return in.fault("the file ends too early")
			}
			return to.end()
		}
		if err != nil {
			return err
		}
		if err := w.line(name, value); err != nil {
			return err
		}
	}
}

func (w *walker) line(name string, value []byte) error {
	stages := map[string]stage{"file": inFiles, "person": w.stage, "record": inRecords, "name": inNames, "end": atEnd}
	at, known := stages[name]
	switch {
	case !known:
		return w.in.fault("nobody knows what it is")
	case w.stage == atEnd || at < w.stage:
		return w.in.fault("it comes too late")
	}
	w.stage = at
	switch name {
	case "file":
		return w.file(value)
	case "person":
		p, err := readPerson(value)
		if err != nil {
			return w.in.fault(err.Error())
		}
		if w.people++; w.people > w.lim.People {
			return tooLarge("too many people")
		}
		return w.to.person(p)
	case "record":
		return w.record(value)
	case "name":
		return w.name(value)
	}
	return w.end(value)
}

func (w *walker) record(value []byte) error {
	r, err := readRecord(value, w.lim.Op)
	if err != nil {
		return w.in.fault(err.Error())
	}
	switch {
	case r.revision != w.at+1 || r.revision > w.head.head:
		return w.in.fault("the revisions do not follow one another")
	case r.person >= w.people:
		return w.in.fault("the person has not come up")
	case r.client > len(w.clients):
		return w.in.fault("the client before has not come up")
	case r.at.After(w.latest):
		return w.in.fault("a time has not come yet")
	}
	if r.client == len(w.clients) {
		w.clients = append(w.clients, 0)
	}
	if r.seq <= w.clients[r.client] {
		return w.in.fault("the client has been further already")
	}
	w.clients[r.client] = r.seq
	if err := w.head.kind.CheckLen(r.op, w.content.Len()); err != nil {
		return w.in.fault(err.Error())
	}
	if w.work += formatted(r.op); w.work > w.lim.FormattedUnits {
		return tooLarge("too much is formatted")
	}
	if err := w.content.Apply(r.op); err != nil {
		return w.in.fault(err.Error())
	}
	if w.content.Len() > w.lim.DocumentUnits {
		return tooLarge("too large a document")
	}
	w.at = r.revision
	return w.to.record(r)
}

// formatted counts the units whose attributes an op changes.
func formatted(op ot.Op) (units int) {
	for c := range op.Components() {
		if c.Kind == ot.Retain && c.Attrs.Len() > 0 {
			units += c.Len
		}
	}
	return units
}

func (w *walker) name(value []byte) error {
	n, err := readName(value)
	if err != nil {
		return w.in.fault(err.Error())
	}
	switch {
	case n.revision > w.at || w.names[n.revision]:
		return w.in.fault("there is no such revision, or it has a name")
	case n.person >= w.people:
		return w.in.fault("the person has not come up")
	case n.name == "":
		return w.in.fault("the name is empty")
	case n.at.After(w.latest):
		return w.in.fault("a time has not come yet")
	case len(w.names) == w.lim.Names:
		return tooLarge("too many names of revisions")
	}
	w.names[n.revision] = true
	return w.to.name(n)
}

func (w *walker) end(value []byte) error {
	e, err := readEnd(value)
	if err != nil {
		return w.in.fault(err.Error())
	}
	if e.head != w.at || e.head != w.head.head {
		return w.in.fault("records are missing")
	}
	if e.files != w.files || e.names != len(w.names) {
		return w.in.fault("pictures or names are missing")
	}
	if e.hash != w.content.Doc().Hash().String() {
		return w.in.fault("the records make another document than the hash says")
	}
	return nil
}

// file reads a picture and the lines with its bytes.
func (w *walker) file(value []byte) error {
	f, err := readFile(value)
	if err != nil {
		return w.in.fault(err.Error())
	}
	if w.bytes += f.bytes; f.bytes > w.lim.FileBytes || w.bytes > w.lim.FilesBytes {
		return tooLarge("the pictures are too large")
	}
	switch {
	case f.person >= w.people:
		return w.in.fault("the person has not come up")
	case f.bytes <= 0:
		return w.in.fault("the picture is empty")
	case f.at.After(w.latest):
		return w.in.fault("a time has not come yet")
	}
	var data []byte
	for int64(len(data)) < f.bytes {
		name, raw, err := w.in.next()
		if err == io.EOF {
			return w.in.fault("the file ends too early")
		}
		if err != nil {
			return err
		}
		text, err := strictjson.String(raw)
		if err != nil || name != "part" {
			return w.in.fault("a part of the picture is missing")
		}
		part, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(part) == 0 || int64(len(data)+len(part)) > f.bytes {
			return w.in.fault("a part of the picture is damaged")
		}
		data = append(data, part...)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != f.sha256 {
		return w.in.fault("the picture is damaged")
	}
	if kind, ok := w.image(data); !ok || kind != f.kind {
		return fmt.Errorf("%w: line %d: it is no picture that a document can have", ErrUnreadable, w.in.line)
	}
	w.files++
	return w.to.file(f, data)
}

// nobody checks a file and does nothing with it.
type nobody struct{}

func (nobody) header(header) error     { return nil }
func (nobody) person(person) error     { return nil }
func (nobody) file(file, []byte) error { return nil }
func (nobody) record(record) error     { return nil }
func (nobody) name(name) error         { return nil }
func (nobody) end() error              { return nil }
