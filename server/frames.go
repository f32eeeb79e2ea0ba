package server

import (
	"encoding/binary"
	"math"
	"time"
	"unicode/utf8"

	"github.com/collabd/collabd/wire"
)

// What a client may send below the messages. A client that behaves comes
// nowhere near.
const (
	// fragmentsMost is the most frames of one message.
	fragmentsMost = 1024
	// controlEvery is how often a connection may send a control frame (ping,
	// pong), and controlBurst how many at once.
	controlEvery = 100 * time.Millisecond
	controlBurst = 100
)

// The two ends of a connection whose codes are those of RFC 6455, because what
// came was no WebSocket. All others are in the table of package wire.
var (
	closeProtocolError = wire.Close{Code: 1002, Name: "protocol_error", Reason: "Not a frame of RFC 6455."}
	closeInvalidData   = wire.Close{Code: 1007, Name: "invalid_data", Reason: "The reason of a close frame is not UTF-8."}
)

// The opcodes of frames; 3 to 7 and 11 to 15 are reserved.
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xa
)

const (
	bitFin      = 0x80
	bitsRSV     = 0x70
	bitMask     = 0x80
	controlMost = 125 // bytes of a control frame
)

// frames follows the frames of a client byte by byte: it knows where each
// begins, and refuses those that RFC 6455 does not allow or that come in
// numbers that only a flood has. It keeps no payload but that of a close frame.
type frames struct {
	limit uint64 // the most bytes of a message

	head   [14]byte
	have   int    // bytes of head that have come
	inside bool   // the header is whole, the payload is not
	left   uint64 // bytes of the payload that are still to come
	close  []byte // payload of a close frame, masked

	fragments int       // of the message under way, 0 between messages
	bytes     uint64    // of the message under way
	control   time.Time // when the control frames so far are paid for
}

// pass goes over the next bytes and returns how many of them may be handed on.
// If those are not all, the error is a wire.Close that says why.
func (f *frames) pass(b []byte, now time.Time) (int, error) {
	for at := 0; at < len(b); {
		if !f.inside {
			f.head[f.have] = b[at]
			f.have++
			whole, err := f.header(now)
			if err != nil {
				return at, err
			}
			at++
			f.inside = whole
		} else {
			n := int(min(f.left, uint64(len(b)-at)))
			f.left -= uint64(n)
			if f.op() == opClose && !f.closes(b[at:at+n]) {
				return at, closeInvalidData
			}
			at += n
		}
		if f.inside && f.left == 0 {
			f.inside, f.have = false, 0
		}
	}
	return len(b), nil
}

func (f *frames) op() byte { return f.head[0] & 0x0f }

// header looks at each part of a header as soon as it has come, because the
// library, too, does not wait for the rest. It reports whether it is whole.
func (f *frames) header(now time.Time) (whole bool, err error) {
	form, length := byte(0), 0 // how long a header with a mask is
	if f.have >= 2 {
		form = f.head[1] &^ bitMask
	}
	switch form {
	default:
		length = 6
	case 126:
		length = 8
	case 127:
		length = 14
	}
	if f.have == 2 {
		err = f.kind(now)
	}
	if err == nil && f.have == length-4 {
		switch form {
		default:
			err = f.size(uint64(form), 0)
		case 126:
			err = f.size(uint64(binary.BigEndian.Uint16(f.head[2:])), 126)
		case 127:
			err = f.size(binary.BigEndian.Uint64(f.head[2:]), 1<<16)
		}
	}
	return f.have == length, err
}

// size looks at the length of a frame, in a form that is for those of at least
// so many bytes.
func (f *frames) size(n, least uint64) error {
	if n < least || n > math.MaxInt64 {
		return closeProtocolError.Because("The length of a frame is not in its shortest form.")
	}
	f.left = n
	if f.op() >= opClose {
		return nil
	}
	if f.bytes += n; f.bytes > f.limit {
		return wire.CloseTooLarge
	}
	if f.head[0]&bitFin != 0 {
		f.fragments, f.bytes = 0, 0
	}
	return nil
}

// kind looks at what the first two bytes of a header say: what it is for, and
// whether it may come now.
func (f *frames) kind(now time.Time) error {
	op, fin := f.op(), f.head[0]&bitFin != 0
	switch {
	case f.head[0]&bitsRSV != 0:
		return closeProtocolError.Because("A frame has a reserved bit, and no extension was agreed on.")
	case f.head[1]&bitMask == 0:
		return closeProtocolError.Because("A frame of a client is not masked.")
	case op > opBinary && op < opClose || op > opPong:
		return closeProtocolError.Because("A frame has a reserved opcode.")
	case op >= opClose && !fin:
		return closeProtocolError.Because("A control frame is fragmented.")
	case op >= opClose && f.head[1]&^bitMask > controlMost:
		return closeProtocolError.Because("A control frame has more than 125 bytes.")
	case op >= opClose:
		f.close = f.close[:0]
		return f.pay(now)
	case op == opContinuation && f.fragments == 0:
		return closeProtocolError.Because("A frame continues no message.")
	case op != opContinuation && f.fragments > 0:
		return closeProtocolError.Because("A message begins inside another one.")
	}
	if f.fragments++; f.fragments > fragmentsMost {
		return wire.CloseTooLarge.Because("A message comes in more than %d frames.", fragmentsMost)
	}
	return nil
}

// pay counts a control frame.
func (f *frames) pay(now time.Time) error {
	if f.control.Before(now) {
		f.control = now
	}
	f.control = f.control.Add(controlEvery)
	if f.control.Sub(now) > controlBurst*controlEvery {
		return wire.CloseOverloaded.Because("More than %d control frames came at once.", controlBurst)
	}
	return nil
}

// closes collects the payload of a close frame, and reports whether its reason,
// which follows the two bytes of the code, is UTF-8.
func (f *frames) closes(part []byte) bool {
	f.close = append(f.close, part...)
	if f.left > 0 {
		return true
	}
	mask := f.head[2:6] // no control frame has a longer form
	for i := range f.close {
		f.close[i] ^= mask[i%4]
	}
	return len(f.close) < 2 || utf8.Valid(f.close[2:])
}
