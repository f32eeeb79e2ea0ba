package server

import (
	"encoding/binary"
	"strings"
)

// trick is what a hostile client does with the frames of a message. lost means
// that the server may no longer know where a frame begins, or waits for the
// rest of one: nothing more is said, and the connection is to end.
func (m mutator) trick(message string) (sent string, lost bool) {
	switch m.IntN(14) {
	case 0: // reserved bits, any opcode
		b := bytesOf(byte(m.Uint32()), message)
		return string(b), true
	case 1: // no mask
		b := bytesOf(bitFin|opText, message)
		b[1] &^= bitMask
		return string(b), true
	case 2: // a length that is not so
		b := bytesOf(bitFin|opText, message)
		b[1] = bitMask | byte(m.IntN(128))
		return string(b), true
	case 3: // a length of 64 bits
		b := binary.BigEndian.AppendUint64([]byte{bitFin | opText, bitMask | 127}, m.Uint64()>>m.IntN(64))
		return string(b) + "\x00\x00\x00\x00" + message, true
	case 4: // cut off
		b := bytesOf(bitFin|opText, message)
		return string(b[:m.IntN(len(b))]), true
	case 5: // noise where a frame is to begin
		return m.noise(200), true
	case 6: // the end of no message, or a message inside another
		return string(bytesOf(pick[byte](m, opContinuation, bitFin), message)), true
	case 7:
		return string(bytesOf(opText, message)) + string(bytesOf(bitFin|opText, message)), true
	case 8: // a close, right or wrong, and frames behind it
		code := pick[uint16](m, 1000, 1001, 3000, 4200, 4999, 0, 999, 1004, 1005, 1006, 1015, 2999, 5000, uint16(m.Uint32()))
		return string(closing(code, pick(m, "", "bye", "\xff", strings.Repeat("r", 123)))) + string(bytesOf(bitFin|opText, message)), true
	case 9: // a control frame that is too long, or cut
		return string(bytesOf(pick[byte](m, bitFin|opPing, opPing, bitFin|opPong, opClose, bitFin|opClose), strings.Repeat("p", m.IntN(300)))), true
	case 10: // in fragments, with control frames between
		var b strings.Builder
		first := byte(opText)
		for range m.IntN(6) {
			n := m.IntN(len(message) + 1)
			b.Write(bytesOf(first, message[:n]))
			message, first = message[n:], opContinuation
			if m.one(2) {
				b.Write(bytesOf(bitFin|pick[byte](m, opPing, opPong), m.noise(125)))
			}
		}
		b.Write(bytesOf(bitFin|first, message))
		return b.String(), false
	case 11: // masked
		return string(masked(bitFin|opText, m.Uint32(), message)), false
	case 12: // binary
		return string(bytesOf(bitFin|opBinary, message)), false
	default: // with control frames before
		return string(bytesOf(bitFin|opPing, m.noise(125))) + string(bytesOf(bitFin|opPong, m.noise(125))) + string(bytesOf(bitFin|opText, message)), false
	}
}
