package server

import (
	"fmt"
	"strings"
)

// textCases: section 8.1, text is UTF-8. Ours is refused as a message, by the
// table of docs/protocol.md and not by 1007, because the client that sent it is
// not to come back and do it again; and when the message is whole, not before.
func textCases() (list []rfcCase) {
	valid := map[string]string{
		"greek": "κόσμε", "U+007F": "\x7f", "U+0080": "\u0080", "U+07FF": "\u07ff", "U+0800": "\u0800", "U+D7FF": "\ud7ff",
		"U+E000": "\ue000", "U+FFFD": "\ufffd", "U+FFFE": "\ufffe", "U+FFFF": "\uffff", "U+10000": "\U00010000", "U+10FFFF": "\U0010ffff",
		"U+FEFF": "\ufeff", "U+1FFFE": "\U0001fffe", "smile": "😀",
	}
	for name, text := range valid {
		list = append(list, rfcCase{"8.1", name, [][]byte{frame(0x81, insert(text))}, []string{"records"}})
		msg := insert("a" + text + "b")
		var at []int
		for i := range len(text) - 1 {
			at = append(at, strings.Index(msg, text)+i+1)
		}
		list = append(list, rfcCase{"8.1", name + ", cut into bytes", fragments(msg, at...), []string{"records"}})
	}
	invalid := map[string]string{
		"a continuation": "\x80", "the last continuation": "\xbf", "two continuations": "\x80\xbf",
		"the start of two": "\xc3", "the start of three": "\xe2", "the start of four": "\xf0",
		"two of three": "\xe2\x82", "two of four": "\xf0\x9f", "three of four": "\xf0\x9f\x98",
		"an overlong slash of two": "\xc0\xaf", "of three": "\xe0\x80\xaf", "of four": "\xf0\x80\x80\xaf", "of five": "\xf8\x80\x80\x80\xaf", "of six": "\xfc\x80\x80\x80\x80\xaf",
		"an overlong NUL": "\xc0\x80", "the largest overlong of two": "\xc1\xbf", "the largest overlong of three": "\xe0\x9f\xbf", "the largest overlong of four": "\xf0\x8f\xbf\xbf",
		"U+D800": "\xed\xa0\x80", "U+DBFF": "\xed\xaf\xbf", "U+DC00": "\xed\xb0\x80", "U+DFFF": "\xed\xbf\xbf", "a pair": "\xed\xa0\xbd\xed\xb8\x80",
		"U+110000": "\xf4\x90\x80\x80", "U+13FFFF": "\xf4\xbf\xbf\xbf", "five bytes": "\xf8\x88\x80\x80\x80", "six bytes": "\xfc\x84\x80\x80\x80\x80",
		"FE": "\xfe", "FF": "\xff", "UTF-16": "\xff\xfeh\x00i\x00", "Latin-1": "caf\xe9",
	}
	for name, text := range invalid {
		msg := insert(text)
		at := strings.Index(msg, text)
		list = append(list,
			rfcCase{"8.1", name, [][]byte{frame(0x81, msg)}, []string{badMessage, badClose}},
			rfcCase{"8.1", name + ", in the second of three fragments", fragments(msg, at, at+len(text)), []string{badMessage, badClose}},
			rfcCase{"8.1", name + ", cut", fragments(msg, at+1), []string{badMessage, badClose}},
			rfcCase{"8.1", name + " outside JSON", [][]byte{frame(0x81, text)}, []string{badMessage, badClose}})
	}
	euro := insert("€")
	cut := strings.Index(euro, "€") + 1
	return append(list,
		rfcCase{"8.1", "the end inside a character", [][]byte{frame(0x81, "{\xe2\x82")}, []string{badMessage, badClose}},
		rfcCase{"8.1", "a ping inside a character", [][]byte{frame(0x01, euro[:cut]), frame(0x89, ""), frame(0x80, euro[cut:])}, []string{`pong ""`, "records"}})
}

// closeCases: sections 5.5.1 and 7, how a connection is closed.
func closeCases() (list []rfcCase) {
	list = []rfcCase{
		{"5.5.1", "a close", [][]byte{frame(0x88, "")}, []string{"close no code"}},
		{"5.5.1", "a close with a reason", [][]byte{closing(1000, "good bye")}, []string{"close 1000 good bye"}},
		{"5.5.1", "a close with 123 bytes of reason", [][]byte{closing(1000, strings.Repeat("r", 123))}, []string{"close 1000 " + strings.Repeat("r", 123)}},
		{"5.5.1", "a masked close", [][]byte{masked(0x88, 0xdeadbeef, "\x03\xe8grüß dich")}, []string{"close 1000 grüß dich"}},
		{"5.5.1", "a close of one byte", [][]byte{frame(0x88, "\x03")}, []string{brokenClose}},
		{"5.5.1", "a close, then a message", [][]byte{closing(1000, ""), frame(0x81, insert("x"))}, []string{"close 1000"}},
		{"5.5.1", "a close, then a ping", [][]byte{closing(1000, ""), frame(0x89, "x")}, []string{"close 1000"}},
		{"5.5.1", "a close, then another", [][]byte{closing(1000, "a"), closing(1001, "b")}, []string{"close 1000 a"}},
		{"5.5.1", "a close, then no frame", [][]byte{closing(1000, ""), header(0xff, 0xff)}, []string{"close 1000"}},
		{"5.5.1", "a ping, then a close", [][]byte{frame(0x89, "x"), closing(1000, "")}, []string{`pong "x"`, "close 1000"}},
		{"7.1.7", "after a fault, everything", [][]byte{frame(0x83, ""), frame(0x81, insert("x")), frame(0x89, "x"), closing(1000, "")}, []string{badFrame, broken}},
		{"7.1.7", "after a fault of ours, everything", [][]byte{frame(0x81, "?"), frame(0x81, insert("x")), frame(0x81, pingText), frame(0x83, "")}, []string{badMessage, badClose}},
	}
	for _, code := range []uint16{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4200, 4999} {
		list = append(list,
			rfcCase{"7.4", fmt.Sprint(code), [][]byte{closing(code, "")}, []string{fmt.Sprintf("close %d", code)}},
			rfcCase{"7.4", fmt.Sprint(code, " with a reason"), [][]byte{closing(code, "why")}, []string{fmt.Sprintf("close %d why", code)}})
	}
	for _, code := range []uint16{0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		list = append(list,
			rfcCase{"7.4", fmt.Sprint(code, " is no code"), [][]byte{closing(code, "")}, []string{brokenClose}},
			rfcCase{"7.4", fmt.Sprint(code, " is no code, with a reason"), [][]byte{closing(code, strings.Repeat("r", 123))}, []string{brokenClose}})
	}
	for name, reason := range map[string]string{
		"half a character": "\xe2\x82", "a surrogate": "good \xed\xa0\x80", "a byte of nothing": "\xff", "overlong": "\xc0\xaf",
	} {
		want := []string{"error invalid_data", "close 1007 invalid_data"}
		list = append(list,
			rfcCase{"8.1", "a reason with " + name, [][]byte{closing(1000, reason)}, want},
			rfcCase{"8.1", "a masked reason with " + name, [][]byte{masked(0x88, 0x01020304, "\x03\xe8"+reason)}, want})
	}
	return list
}
