package main

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The form of an update of Yjs, version 1, as far as inserted text needs it:
//
//	number of clients, for each: number of structs, client, clock of the first, structs
//	struct: info, [origin: client, clock], [right origin], [parent if there is neither], content
//	deletions: number of clients, …
//
// All numbers are varuints, little end first, seven bits a byte.
const (
	contentString = 4
	hasOrigin     = 0x80
	hasRight      = 0x40
	hasParentSub  = 0x20
)

// writer is a client of Yjs that inserts text and nothing else.
type writer struct {
	client uint64
	clock  int     // units inserted
	right  []int32 // what stands right of each unit, -1 for the end; only if it inserts anywhere
}

// append appends an update that inserts text behind this client's last unit.
// Everybody typing where they typed last is what costs Yjs least.
func (w *writer) append(b, text []byte) []byte {
	return w.insert(b, text, w.clock-1, -1)
}

// scatter appends an update that inserts text behind any unit of this client.
// Nobody else may write in the document.
func (w *writer) scatter(b, text []byte, behind int) []byte {
	right := -1
	if w.clock > 0 {
		behind %= w.clock
		right = int(w.right[behind])
		w.right[behind] = int32(w.clock)
	} else {
		behind = -1
	}
	for i := range text {
		w.right = append(w.right, int32(w.clock+i+1))
	}
	w.right[len(w.right)-1] = int32(right)
	return w.insert(b, text, behind, right)
}

func (w *writer) insert(b, text []byte, left, right int) []byte {
	info := byte(contentString)
	if left >= 0 {
		info |= hasOrigin
	}
	if right >= 0 {
		info |= hasRight
	}
	b = append(b, 1, 1)
	b = binary.AppendUvarint(b, w.client)
	b = binary.AppendUvarint(b, uint64(w.clock))
	b = append(b, info)
	if left >= 0 {
		b = binary.AppendUvarint(b, w.client)
		b = binary.AppendUvarint(b, uint64(left))
	}
	if right >= 0 {
		b = binary.AppendUvarint(b, w.client)
		b = binary.AppendUvarint(b, uint64(right))
	}
	if left < 0 && right < 0 {
		b = append(b, 1, 1, 't') // the document's text by its name
	}
	b = appendBytes(b, text)
	w.clock += len(text)
	return append(b, 0) // deletes nothing
}

// appendBytes appends bytes with their length in front.
func appendBytes[T string | []byte](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// varints reads numbers, until one is cut.
type varints struct {
	b   []byte
	err error
}

func (v *varints) next() int {
	n, size := binary.Uvarint(v.b)
	if size <= 0 {
		v.b, v.err = nil, errors.New("an update is cut")
		return 0
	}
	v.b = v.b[size:]
	return int(n)
}

// take reads bytes with their length in front.
func (v *varints) take() []byte {
	n := v.next()
	if n < 0 || n > len(v.b) {
		v.b, v.err = nil, errors.New("an update is cut")
		return nil
	}
	s := v.b[:n]
	v.b = v.b[n:]
	return s
}

// structs calls each for what an update brings of each client: the client as it
// is written, and the clocks that it begins and ends with. All text is ASCII.
func structs(update []byte, each func(client []byte, from, to int)) error {
	v := &varints{b: update}
	for clients := v.next(); clients > 0 && v.err == nil; clients-- {
		n := v.next()
		name := v.b
		v.next()
		name = name[:len(name)-len(v.b)]
		from := v.next()
		to := from
		for ; n > 0 && v.err == nil; n-- {
			if len(v.b) == 0 {
				return errors.New("an update is cut")
			}
			info := v.b[0]
			v.b = v.b[1:]
			if info&31 != contentString {
				return fmt.Errorf("content %d in an update", info&31)
			}
			if info&hasOrigin != 0 {
				v.next()
				v.next()
			}
			if info&hasRight != 0 {
				v.next()
				v.next()
			}
			if info&(hasOrigin|hasRight) == 0 {
				if v.next() == 1 {
					v.take()
				} else {
					v.next()
					v.next()
				}
				if info&hasParentSub != 0 {
					v.take()
				}
			}
			to += len(v.take())
		}
		if v.err == nil {
			each(name, from, to)
		}
	}
	return v.err
}
