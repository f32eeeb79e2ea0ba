package archive

import (
	"errors"
	"math"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/ot/strictjson"
	"github.com/collabd/collabd/wire"
)

// What the lines of a file say. People and clients are numbers, counted from 0 as
// they come up.
type (
	header struct {
		kind    ot.DocKind
		title   string
		created time.Time
		head    wire.Revision
	}
	person struct {
		id          wire.UserID
		name, color string
	}
	file struct {
		url, kind     string
		bytes         int64
		width, height int
		sha256        string
		person        int
		at            time.Time
	}
	record struct {
		revision wire.Revision
		person   int
		client   int
		seq      wire.Seq
		at       time.Time
		op       ot.Op
	}
	name struct {
		revision wire.Revision
		name     string
		person   int
		at       time.Time
	}
	end struct {
		head         wire.Revision
		files, names int
		hash         string
	}
)

// scan reads values one after the other, up to the first fault.
type scan struct{ err error }

func (s *scan) text(raw []byte) string {
	v, err := strictjson.String(raw)
	s.keep(err, "a text is expected")
	return v
}

func (s *scan) number(raw []byte) uint64 {
	v, err := strictjson.Uint(raw)
	s.keep(err, "a whole number is expected")
	return v
}

func (s *scan) index(raw []byte) int { return int(min(s.number(raw), math.MaxInt32)) }

// time reads a time of RFC 3339, from 1970 to 9999: to the microsecond, in UTC.
func (s *scan) time(raw []byte) time.Time {
	at, err := time.Parse(time.RFC3339Nano, s.text(raw))
	if err == nil && (at.Year() < 1970 || at.Year() > 9999) {
		err = errors.New("far away")
	}
	s.keep(err, "a time is expected, as in RFC 3339")
	return at.UTC().Truncate(time.Microsecond)
}

func (s *scan) keep(err error, why string) {
	if err != nil && s.err == nil {
		s.err = errors.New(why)
	}
}

func (s *scan) members(raw []byte, names ...string) [][]byte {
	values, err := members(raw, names...)
	if err != nil {
		if s.err == nil {
			s.err = err
		}
		return make([][]byte, len(names))
	}
	return values
}

func readHeader(raw []byte) (h header, err error) {
	var s scan
	v := s.members(raw, "collabd", "version", "kind", "title", "created_at", "head")
	switch {
	case s.err != nil:
	case s.text(v[0]) != Format:
		s.keep(errors.New(""), "it is no history of collabd")
	case s.number(v[1]) != Version:
		s.keep(errors.New(""), "it was made by a newer collabd")
	}
	h = header{ot.DocKind(s.text(v[2])), s.text(v[3]), s.time(v[4]), wire.Revision(s.number(v[5]))}
	if s.err == nil && !h.kind.Valid() {
		s.err = errors.New("the kind of document is unknown")
	}
	h.title = line(h.title, titleRunes)
	return h, s.err
}

func readPerson(raw []byte) (p person, err error) {
	var s scan
	v := s.members(raw, "id", "name", "color")
	p = person{wire.UserID(s.text(v[0])), line(s.text(v[1]), nameRunes), s.text(v[2])}
	if !isColor(p.color) {
		p.color = usualColor
	}
	if p.name == "" {
		p.name = usualName
	}
	return p, s.err
}

func readFile(raw []byte) (f file, err error) {
	var s scan
	v := s.members(raw, "url", "type", "bytes", "width", "height", "sha256", "person", "at")
	return file{
		s.text(v[0]), s.text(v[1]), int64(s.number(v[2])), s.index(v[3]), s.index(v[4]), s.text(v[5]), s.index(v[6]), s.time(v[7]),
	}, s.err
}

func readRecord(raw []byte, lim ot.Limits) (r record, err error) {
	var s scan
	v := s.members(raw, "revision", "person", "client", "seq", "at", "op")
	r = record{revision: wire.Revision(s.number(v[0])), person: s.index(v[1]), client: s.index(v[2]), seq: wire.Seq(s.number(v[3])), at: s.time(v[4])}
	if s.err != nil {
		return r, s.err
	}
	r.op, err = ot.Parse(v[5], lim)
	return r, err // ot's errors quote no text
}

func readName(raw []byte) (n name, err error) {
	var s scan
	v := s.members(raw, "revision", "name", "person", "at")
	return name{wire.Revision(s.number(v[0])), line(s.text(v[1]), revisionNameRunes), s.index(v[2]), s.time(v[3])}, s.err
}

func readEnd(raw []byte) (e end, err error) {
	var s scan
	v := s.members(raw, "head", "files", "names", "hash")
	return end{wire.Revision(s.number(v[0])), s.index(v[1]), s.index(v[2]), s.text(v[3])}, s.err
}

const (
	titleRunes        = 200
	nameRunes         = 60
	revisionNameRunes = 80
	usualName         = "Unknown"
	usualColor        = "#7f7f7f"
)

var isColor = regexp.MustCompile(`\A#[0-9a-f]{6}\z`).MatchString

// line makes one line of a name or title, of at most so many characters.
func line(s string, most int) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if r := []rune(s); len(r) > most {
		s = strings.TrimSpace(string(r[:most]))
	}
	return s
}
