package strictjson

import (
	"unicode/utf16"
	"unicode/utf8"
)

// String reads a string and decodes it. The result is valid UTF-8 and shares no
// memory with the input.
func (s *Scanner) String() (string, error) {
	if s.Peek() != '"' {
		return "", s.mistyped()
	}
	body, escaped, err := s.quoted()
	if err != nil {
		return "", err
	}
	if !escaped {
		return string(body), nil
	}
	return string(unescape(make([]byte, 0, len(body)), body)), nil
}

// quoted checks the string that starts here, moves behind it and returns what
// stands between its quotes.
func (s *Scanner) quoted() (body []byte, escaped bool, err error) {
	s.at++
	start, ascii := s.at, true
	for s.at < len(s.data) {
		switch c := s.data[s.at]; {
		case c == '"':
			body = s.data[start:s.at]
			if !ascii && !utf8.Valid(body) {
				return nil, false, &Error{At: start + invalidAt(body), Reason: ReasonUTF8}
			}
			s.at++
			return body, escaped, nil
		case c == '\\':
			escaped = true
			if err := s.escape(); err != nil {
				return nil, false, err
			}
		case c < ' ':
			return nil, false, s.fail(ReasonSyntax)
		default:
			ascii = ascii && c < utf8.RuneSelf
			s.at++
		}
	}
	return nil, false, s.fail(ReasonEnd)
}

// escape checks the escape that starts here, both halves of a pair at once.
func (s *Scanner) escape() error {
	if s.at+1 == len(s.data) {
		s.at++
		return s.fail(ReasonEnd)
	}
	switch s.data[s.at+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.at += 2
		return nil
	case 'u':
	default:
		return s.fail(ReasonSyntax)
	}
	r, ok := hex4(s.data[s.at+2:])
	if !ok {
		return s.fail(ReasonSyntax)
	}
	if utf16.IsSurrogate(r) {
		if !isPair(r, s.data[s.at+6:]) {
			return s.fail(ReasonSurrogate)
		}
		s.at += 6
	}
	s.at += 6
	return nil
}

// isPair reports whether after starts with the escape of hi's second half.
func isPair(hi rune, after []byte) bool {
	if len(after) < 6 || after[0] != '\\' || after[1] != 'u' {
		return false
	}
	lo, ok := hex4(after[2:])
	return ok && utf16.DecodeRune(hi, lo) != utf8.RuneError
}

// unescape appends the text that body, which quoted has checked, stands for.
func unescape(dst, body []byte) []byte {
	for i := 0; i < len(body); {
		if body[i] != '\\' {
			dst = append(dst, body[i])
			i++
			continue
		}
		switch c := body[i+1]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, _ := hex4(body[i+2:])
			if utf16.IsSurrogate(r) {
				lo, _ := hex4(body[i+8:])
				r = utf16.DecodeRune(r, lo)
				i += 6
			}
			dst = utf8.AppendRune(dst, r)
			i += 4
		default:
			dst = append(dst, c)
		}
		i += 2
	}
	return dst
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

func invalidAt(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}

// AppendString appends s as a JSON string. It escapes the quote, the backslash
// and the control characters below U+0020, and leaves all else as it is, U+2028
// and U+2029 too. s must be valid UTF-8.
func AppendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\r':
			dst = append(dst, '\\', 'r')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(dst, s[start:]...), '"')
}
