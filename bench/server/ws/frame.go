package ws

import (
	"encoding/binary"
	"math/rand/v2"
)

// The opcodes of RFC 6455, section 11.8.
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

// Frames gathers whole frames that go out with one write.
type Frames struct {
	Bytes  []byte // what to write
	Count  int    // how many frames that is
	masked bool
	key    [4]byte
}

// ForServer makes frames masked, as a client sends them, all with one random
// key: a driver has nothing to hide from proxies.
func ForServer() Frames {
	f := Frames{masked: true}
	binary.LittleEndian.PutUint32(f.key[:], rand.Uint32()|0x01010101) // zero would save the server its work
	return f
}

// Reset empties f, and keeps its memory.
func (f *Frames) Reset() { f.Bytes, f.Count = f.Bytes[:0], 0 }

// Text appends a text message of one frame.
func (f *Frames) Text(payload []byte) { f.append(opText, payload) }

// Binary appends a binary message of one frame.
func (f *Frames) Binary(payload []byte) { f.append(opBinary, payload) }

func (f *Frames) append(op byte, payload []byte) {
	f.Count++
	b := append(f.Bytes, 0x80|op)
	var masked byte
	if f.masked {
		masked = 0x80
	}
	switch n := len(payload); {
	case n < 126:
		b = append(b, masked|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, masked|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, masked|127), uint64(n))
	}
	if f.masked {
		b = append(b, f.key[:]...)
	}
	from := len(b)
	b = append(b, payload...)
	if f.masked {
		mask(b[from:], f.key)
	}
	f.Bytes = b
}

// mask masks b, or unmasks it.
func mask(b []byte, key [4]byte) {
	k := uint64(binary.LittleEndian.Uint32(key[:]))
	k |= k << 32
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^k)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= key[i&3]
	}
}

// head is the part of a frame in front of its payload.
type head struct {
	op     byte
	fin    bool
	masked bool
	key    [4]byte
	length int // of the payload
	size   int // of the head itself
}

// parseHead reads a head; ok is false if b ends before it does.
func parseHead(b []byte) (h head, ok bool) {
	if len(b) < 2 {
		return h, false
	}
	h = head{op: b[0] & 0xF, fin: b[0]&0x80 != 0, masked: b[1]&0x80 != 0, length: int(b[1] & 0x7F), size: 2}
	switch h.length {
	case 126:
		if len(b) < 4 {
			return h, false
		}
		h.length, h.size = int(binary.BigEndian.Uint16(b[2:])), 4
	case 127:
		if len(b) < 10 {
			return h, false
		}
		h.length, h.size = int(binary.BigEndian.Uint64(b[2:])), 10
	}
	if h.masked {
		if len(b) < h.size+4 {
			return h, false
		}
		h.key = [4]byte(b[h.size:])
		h.size += 4
	}
	return h, true
}
