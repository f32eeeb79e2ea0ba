package strictjson

import (
	"bytes"
	"unicode/utf8"
)

// MaxSafe is the largest whole number that JavaScript holds exactly, 2^53-1.
const MaxSafe = 1<<53 - 1

// Scanner reads one JSON value after the other from a byte slice, in one pass.
// Every method first skips white space. After an error the scanner's place is
// unspecified. It does not modify or keep anything but the slice.
type Scanner struct {
	data []byte
	at   int
}

// NewScanner returns a scanner at the start of data.
func NewScanner(data []byte) Scanner { return Scanner{data: data} }

// At returns the byte offset of what is read next, white space skipped.
func (s *Scanner) At() int {
	s.space()
	return s.at
}

// Peek returns the first byte of what is read next, or 0 at the end.
func (s *Scanner) Peek() byte {
	s.space()
	if s.at == len(s.data) {
		return 0
	}
	return s.data[s.at]
}

// Offset returns how many bytes have been read. Bytes from one offset to another are
// the text of what was read between.
func (s *Scanner) Offset() int { return s.at }

// Again reads an object again that was read before, if what is read next is the
// same, byte for byte, and reports whether it is.
func (s *Scanner) Again(object []byte) bool {
	s.space()
	if len(object) == 0 || !bytes.HasPrefix(s.data[s.at:], object) {
		return false
	}
	s.at += len(object)
	return true
}

// End returns an error unless only white space is left.
func (s *Scanner) End() error {
	s.space()
	if s.at < len(s.data) {
		return s.fail(ReasonTrailing)
	}
	return nil
}

// Object reads an object of at most maxMembers members. It calls member after
// each name; member must read the value. Errors of member are returned as they are.
func (s *Scanner) Object(maxMembers int, member func(name string) error) error {
	if err := s.open('{'); err != nil {
		return err
	}
	var names nameSet
	for n := 0; ; n++ {
		more, err := s.next(n, '}')
		if err != nil || !more {
			return err
		}
		if n == maxMembers {
			return s.fail(ReasonMembers)
		}
		at := s.At()
		name, err := s.String()
		if err != nil {
			return err
		}
		if !names.add(name) {
			return &Error{At: at, Reason: ReasonDuplicate}
		}
		if s.Peek() != ':' {
			return s.unexpected()
		}
		s.at++
		if err := member(name); err != nil {
			return err
		}
	}
}

// Array reads an array and calls element before each of its elements; element
// must read the value. Errors of element are returned as they are.
func (s *Scanner) Array(element func(i int) error) error {
	if err := s.open('['); err != nil {
		return err
	}
	for n := 0; ; n++ {
		more, err := s.next(n, ']')
		if err != nil || !more {
			return err
		}
		if err := element(n); err != nil {
			return err
		}
	}
}

// Raw reads any value whose containers nest at most maxDepth deep and returns
// its bytes, which belong to the input.
func (s *Scanner) Raw(maxDepth int) ([]byte, error) {
	start := s.At()
	if err := s.skip(maxDepth); err != nil {
		return nil, err
	}
	return s.data[start:s.at:s.at], nil
}

// Uint reads a number of digits only, at most [MaxSafe].
func (s *Scanner) Uint() (uint64, error) {
	start := s.At()
	raw, err := s.Number()
	if err != nil {
		return 0, err
	}
	var n uint64
	for _, c := range raw {
		if c < '0' || c > '9' {
			return 0, &Error{At: start, Reason: ReasonNumber}
		}
		if n = n*10 + uint64(c-'0'); n > MaxSafe {
			return 0, &Error{At: start, Reason: ReasonNumber}
		}
	}
	return n, nil
}

// Number reads any JSON number and returns its bytes, which belong to the input.
func (s *Scanner) Number() ([]byte, error) {
	c := s.Peek()
	if c != '-' && (c < '0' || c > '9') {
		return nil, s.mistyped()
	}
	start := s.at
	if c == '-' {
		s.at++
	}
	if s.byte() == '0' {
		s.at++
	} else if !s.digits() {
		return nil, s.unexpected()
	}
	if s.byte() == '.' {
		s.at++
		if !s.digits() {
			return nil, s.unexpected()
		}
	}
	if c := s.byte(); c == 'e' || c == 'E' {
		s.at++
		if c := s.byte(); c == '+' || c == '-' {
			s.at++
		}
		if !s.digits() {
			return nil, s.unexpected()
		}
	}
	if c := s.byte(); c >= '0' && c <= '9' {
		return nil, s.unexpected() // a leading zero
	}
	return s.data[start:s.at:s.at], nil
}

// Bool reads true or false.
func (s *Scanner) Bool() (bool, error) {
	switch s.Peek() {
	case 't':
		return true, s.literal("true")
	case 'f':
		return false, s.literal("false")
	}
	return false, s.mistyped()
}

// Null reads null.
func (s *Scanner) Null() error {
	if s.Peek() != 'n' {
		return s.mistyped()
	}
	return s.literal("null")
}

// skip recurses at most maxDepth levels, so the stack is bounded by the caller.
func (s *Scanner) skip(maxDepth int) error {
	switch s.Peek() {
	case '{':
		if maxDepth <= 0 {
			return s.fail(ReasonDepth)
		}
		return s.skipObject(maxDepth - 1)
	case '[':
		if maxDepth <= 0 {
			return s.fail(ReasonDepth)
		}
		return s.Array(func(int) error { return s.skip(maxDepth - 1) })
	case '"':
		_, _, err := s.quoted()
		return err
	case 't', 'f':
		_, err := s.Bool()
		return err
	case 'n':
		return s.Null()
	}
	_, err := s.Number()
	return err
}

func (s *Scanner) skipObject(maxDepth int) error {
	s.at++
	for n := 0; ; n++ {
		more, err := s.next(n, '}')
		if err != nil || !more {
			return err
		}
		if s.Peek() != '"' {
			return s.unexpected()
		}
		if _, _, err := s.quoted(); err != nil {
			return err
		}
		if s.Peek() != ':' {
			return s.unexpected()
		}
		s.at++
		if err := s.skip(maxDepth); err != nil {
			return err
		}
	}
}

func (s *Scanner) open(c byte) error {
	if s.Peek() != c {
		return s.mistyped()
	}
	s.at++
	return nil
}

// next moves to item n of a container and reports whether there is one.
func (s *Scanner) next(n int, closing byte) (bool, error) {
	switch c := s.Peek(); {
	case c == closing:
		s.at++
		return false, nil
	case n == 0 && c != 0:
		return true, nil
	case c == ',' && n > 0:
		s.at++
		return true, nil
	}
	return false, s.unexpected()
}

func (s *Scanner) literal(word string) error {
	if len(s.data)-s.at < len(word) || string(s.data[s.at:s.at+len(word)]) != word {
		return s.fail(ReasonSyntax)
	}
	s.at += len(word)
	return nil
}

func (s *Scanner) digits() bool {
	start := s.at
	for c := s.byte(); c >= '0' && c <= '9'; c = s.byte() {
		s.at++
	}
	return s.at > start
}

func (s *Scanner) byte() byte {
	if s.at == len(s.data) {
		return 0
	}
	return s.data[s.at]
}

func (s *Scanner) space() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// mistyped refuses a value of another type, or what is no value at all.
func (s *Scanner) mistyped() error {
	switch c := s.Peek(); {
	case c == '{', c == '[', c == '"', c == 't', c == 'f', c == 'n', c == '-', c >= '0' && c <= '9':
		return s.fail(ReasonType)
	}
	return s.unexpected()
}

func (s *Scanner) unexpected() error {
	switch {
	case s.at >= len(s.data):
		return s.fail(ReasonEnd)
	case s.data[s.at] >= utf8.RuneSelf && !utf8.FullRune(s.data[s.at:]):
		return s.fail(ReasonUTF8)
	}
	return s.fail(ReasonSyntax)
}

func (s *Scanner) fail(reason string) error { return &Error{At: s.at, Reason: reason} }

// nameSet finds duplicates: few names by looking at all, many by a map.
type nameSet struct {
	few  [8]string
	n    int
	many map[string]struct{}
}

func (set *nameSet) add(name string) bool {
	if set.many != nil {
		before := len(set.many)
		set.many[name] = struct{}{}
		return len(set.many) > before
	}
	for _, other := range set.few[:set.n] {
		if other == name {
			return false
		}
	}
	if set.n < len(set.few) {
		set.few[set.n] = name
		set.n++
		return true
	}
	set.many = make(map[string]struct{}, 4*len(set.few))
	for _, other := range set.few {
		set.many[other] = struct{}{}
	}
	set.many[name] = struct{}{}
	return true
}
