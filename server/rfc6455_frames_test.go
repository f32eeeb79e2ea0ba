package server

import (
	"fmt"
	"slices"
	"strings"
)

// framingCases: section 5.2, the frame.
func framingCases() []rfcCase {
	ping := []string{"pong"}
	refused := []string{badFrame, broken}
	list := []rfcCase{
		{"5.2", "a text frame", [][]byte{frame(0x81, pingText)}, ping},
		{"5.2", "two at once", [][]byte{frame(0x81, pingText), frame(0x81, insert("x"))}, nil},
		{"5.3", "a mask", [][]byte{masked(0x81, 0x37fa213d, pingText)}, ping},
		{"5.3", "a mask of ones", [][]byte{masked(0x81, 0xffffffff, pingText)}, ping},
		{"5.3", "a mask with zeros", [][]byte{masked(0x81, 0x00ff00ff, pingText)}, ping},
		{"5.1", "no mask", [][]byte{header(0x81, 15, []byte(pingText)...)}, refused},
		{"5.1", "no mask on an empty frame", [][]byte{header(0x81, 0)}, refused},
		{"5.1", "no mask on a ping", [][]byte{header(0x89, 0)}, refused},
		{"5.1", "no mask on a close", [][]byte{header(0x88, 2, 0x03, 0xe8)}, refused},
		{"5.2", "an empty text", [][]byte{frame(0x81, "")}, []string{badMessage, badClose}},
		{"5.2", "a length of 16 bits for 15 bytes", [][]byte{header(0x81, 0xfe, 0, 15, 0, 0, 0, 0), []byte(pingText)}, refused},
		{"5.2", "a length of 16 bits for 125 bytes", [][]byte{header(0x81, 0xfe, 0, 125, 0, 0, 0, 0), []byte(padded(125))}, refused},
		{"5.2", "a length of 16 bits for none", [][]byte{header(0x81, 0xfe, 0, 0, 0, 0, 0, 0)}, refused},
		{"5.2", "a length of 64 bits for 15 bytes", [][]byte{header(0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 15, 0, 0, 0, 0), []byte(pingText)}, refused},
		{"5.2", "a length of 64 bits for 65535 bytes", [][]byte{header(0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0), []byte(padded(65535))}, refused},
		{"5.2", "the top bit of a length", [][]byte{header(0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)}, refused},
		{"5.2", "all bits of a length", [][]byte{header(0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)}, refused},
		{"5.6", "a binary frame", [][]byte{frame(0x82, pingText)}, []string{badMessage, badClose}},
		{"5.6", "an empty binary frame", [][]byte{frame(0x82, "")}, []string{badMessage, badClose}},
		{"5.6", "the start of a binary message", [][]byte{frame(0x02, "{")}, []string{badMessage, badClose}},
	}
	list[1].want = []string{"pong", "records"}
	for _, n := range []int{125, 126, 127, 128, 65535, 65536, 65537} {
		list = append(list, rfcCase{"5.2", fmt.Sprintf("%d bytes", n), [][]byte{frame(0x81, padded(n))}, ping})
	}
	for _, rsv := range []byte{1, 2, 3, 4, 5, 6, 7} {
		for _, op := range []byte{opText, opPing, opPong, opClose} {
			list = append(list, rfcCase{"5.2", fmt.Sprintf("reserved bits %03b, opcode %d", rsv, op), [][]byte{frame(0x80|rsv<<4|op, "")}, refused})
		}
	}
	for _, rsv := range []byte{4, 1} {
		list = append(list, rfcCase{"5.2", fmt.Sprintf("reserved bits %03b inside a message", rsv), [][]byte{frame(0x01, "{"), frame(0x80|rsv<<4, "}")}, refused})
	}
	for _, op := range []byte{3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf} {
		list = append(list,
			rfcCase{"5.2", fmt.Sprintf("reserved opcode %x", op), [][]byte{frame(0x80|op, "")}, refused},
			rfcCase{"5.2", fmt.Sprintf("reserved opcode %x with a payload", op), [][]byte{frame(0x80|op, pingText), frame(0x81, pingText)}, refused},
			rfcCase{"5.2", fmt.Sprintf("reserved opcode %x, fragmented", op), [][]byte{frame(op, "")}, refused},
			rfcCase{"5.2", fmt.Sprintf("reserved opcode %x inside a message", op), [][]byte{frame(0x01, "{"), frame(0x80|op, "")}, refused})
	}
	return list
}

// padded is a ping of our protocol of so many bytes.
func padded(n int) string { return pingText + strings.Repeat(" ", n-len(pingText)) }

// controlCases: section 5.5, control frames.
func controlCases() []rfcCase {
	refused := []string{badFrame, broken}
	long := strings.Repeat("p", 125)
	list := []rfcCase{
		{"5.5.2", "a ping", [][]byte{frame(0x89, "hey")}, []string{`pong "hey"`}},
		{"5.5.2", "an empty ping", [][]byte{frame(0x89, "")}, []string{`pong ""`}},
		{"5.5.2", "a ping of bytes", [][]byte{masked(0x89, 0xfeedface, "\x00\xff\xfe\xfd\x80")}, []string{`pong "\x00\xff\xfe\xfd\x80"`}},
		{"5.5.2", "a ping of 125 bytes", [][]byte{frame(0x89, long)}, []string{`pong "` + long + `"`}},
		{"5.5", "a ping of 126 bytes", [][]byte{frame(0x89, long+"p")}, refused},
		{"5.5", "a ping of 65536 bytes", [][]byte{frame(0x89, strings.Repeat("p", 1<<16))}, refused},
		{"5.5", "a pong of 126 bytes", [][]byte{frame(0x8a, long+"p")}, refused},
		{"5.5", "a close of 126 bytes", [][]byte{frame(0x88, "\x03\xe8"+long[1:])}, refused},
		{"5.5", "a ping with a long form of its length", [][]byte{header(0x89, 0xfe, 0, 1, 0, 0, 0, 0, 'p')}, refused},
		{"5.5", "a fragmented ping", [][]byte{frame(0x09, "p"), frame(0x80, "q")}, refused},
		{"5.5", "a fragmented pong", [][]byte{frame(0x0a, "p")}, refused},
		{"5.5", "a fragmented close", [][]byte{frame(0x08, "\x03\xe8")}, refused},
		{"5.5.3", "a pong that nobody asked for", [][]byte{frame(0x8a, "hey")}, nil},
		{"5.5.3", "an empty pong", [][]byte{frame(0x8a, "")}, nil},
		{"5.5.3", "a pong, then a ping", [][]byte{frame(0x8a, "a"), frame(0x89, "b")}, []string{`pong "b"`}},
	}
	ten := rfcCase{section: "5.5.2", name: "ten pings"}
	for i := range 10 {
		ten.send = append(ten.send, frame(0x89, fmt.Sprint(i)))
		ten.want = append(ten.want, fmt.Sprintf("pong %q", fmt.Sprint(i)))
	}
	return append(list, ten)
}

// fragmentCases: section 5.4, messages in several frames.
func fragmentCases() []rfcCase {
	refused := []string{badFrame, broken}
	ping := []string{"pong"}
	every := make([]int, len(pingText)-1)
	for i := range every {
		every[i] = i + 1
	}
	between := func(at int, what ...[]byte) [][]byte {
		return slices.Insert(fragments(pingText, 3, 7), at, what...)
	}
	return []rfcCase{
		{"5.4", "two fragments", fragments(pingText, 5), ping},
		{"5.4", "three fragments", fragments(pingText, 5, 6), ping},
		{"5.4", "a fragment for each byte", fragments(pingText, every...), ping},
		{"5.4", "empty at the start", fragments(pingText, 0), ping},
		{"5.4", "empty at the end", fragments(pingText, len(pingText)), ping},
		{"5.4", "empty between", fragments(pingText, 5, 5, 5, 5), ping},
		{"5.4", "all empty", fragments("", 0, 0), []string{badMessage, badClose}},
		{"5.4", "two messages", slices.Concat(fragments(pingText, 5), fragments(insert("x"), 5, 9)), []string{"pong", "records"}},
		{"5.4", "a ping between", between(1, frame(0x89, "a")), []string{`pong "a"`, "pong"}},
		{"5.4", "two pings between", slices.Insert(between(1, frame(0x89, "a")), 3, frame(0x89, "b")), []string{`pong "a"`, `pong "b"`, "pong"}},
		{"5.4", "a pong between", between(2, frame(0x8a, "a")), ping},
		{"5.4", "a close between", between(1, closing(1000, "")), []string{"close 1000"}},
		{"5.4", "a message between", between(1, frame(0x81, pingText)), refused},
		{"5.4", "a fragment of another message between", between(1, frame(0x01, pingText)), refused},
		{"5.4", "a binary message between", between(1, frame(0x82, "x")), refused},
		{"5.4", "the end of nothing", [][]byte{frame(0x80, pingText)}, refused},
		{"5.4", "the middle of nothing", [][]byte{frame(0x00, pingText)}, refused},
		{"5.4", "an empty end of nothing", [][]byte{frame(0x80, "")}, refused},
		{"5.4", "the end of a message that has ended", slices.Concat(fragments(pingText, 5), [][]byte{frame(0x80, "x")}), []string{"pong", badFrame, broken}},
		{"5.4", "the middle of a message that has ended", [][]byte{frame(0x81, pingText), frame(0x00, "x")}, []string{"pong", badFrame, broken}},
	}
}

// limitCases: section 10.4, what an implementation bounds.
func limitCases() []rfcCase {
	const limit = 256 << 10 // limits.frame
	refused := []string{tooLarge, largeClose}
	ping := []string{"pong"}
	cut := func(n, size int) (at []int) {
		for i := size; i < n; i += size {
			at = append(at, i)
		}
		return at
	}
	return []rfcCase{
		{"10.4", "a message of limits.frame", [][]byte{frame(0x81, padded(limit))}, ping},
		{"10.4", "one of a byte more", [][]byte{frame(0x81, padded(limit+1))}, refused},
		{"10.4", "limits.frame in fragments", fragments(padded(limit), cut(limit, 1000)...), ping},
		{"10.4", "a byte more in fragments", fragments(padded(limit+1), cut(limit+1, 1000)...), refused},
		{"10.4", "a byte more in the last fragment", fragments(padded(limit+1), limit), refused},
		{"10.4", "the header of 16 MiB", [][]byte{header(0x81, 0xff, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0)}, refused},
		{"10.4", "the header of all that a length can say", [][]byte{header(0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)}, refused},
		{"10.4", "the same as a second fragment", [][]byte{frame(0x01, "{"), header(0x80, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)}, refused},
		{"10.4", "as many frames as a message may have", fragments(padded(fragmentsMost), cut(fragmentsMost, 1)...), ping},
		{"10.4", "one more", fragments(padded(fragmentsMost+1), cut(fragmentsMost+1, 1)...), refused},
		{"10.4", "empty frames without end", append([][]byte{frame(0x01, "")}, slices.Repeat([][]byte{frame(0x00, "")}, fragmentsMost)...), refused},
	}
}
