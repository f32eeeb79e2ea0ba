package persist

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
)

// cursor is a place in a list of documents: the page after it begins with what
// comes next in the order. An order that goes by time goes downwards, one by
// name upwards; ids go the same way.
type cursor struct {
	sort Sort
	time int64  // microseconds since 1970, for an order by time
	name string // a titleKey, for the order by name
	id   string
}

// sortBytes begin a cursor, so that one of another order is refused.
var sortBytes = map[Sort]byte{SortEdited: 'e', SortCreated: 'c', SortName: 'n'}

func cursorAt(sort Sort, e Entry) cursor {
	c := cursor{sort: sort, id: string(e.ID)}
	switch sort {
	case SortEdited:
		c.time = e.Edited.UnixMicro()
	case SortCreated:
		c.time = e.Created.UnixMicro()
	case SortName:
		c.name = titleKey(e.Title)
	}
	return c
}

// String returns a form for URLs, which callers do not look into.
func (c cursor) String() string {
	b := []byte{sortBytes[c.sort]}
	if c.sort == SortName {
		b = appendText(b, c.name)
	} else {
		b = binary.BigEndian.AppendUint64(b, uint64(c.time))
	}
	return base64.RawURLEncoding.EncodeToString(append(b, c.id...))
}

// parseCursor reads what String wrote; "" is before everything.
func parseCursor(sort Sort, s string) (cursor, error) {
	c := cursor{sort: sort, time: math.MaxInt64}
	if s == "" {
		return c, nil
	}
	bad := fmt.Errorf("%w: the cursor was not issued here", ErrMalformed)
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) < 2 || b[0] != sortBytes[sort] {
		return cursor{}, bad
	}
	b = b[1:]
	if sort == SortName {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return cursor{}, bad
		}
		c.name, b = string(b[size:size+int(n)]), b[size+int(n):]
	} else {
		if len(b) < 8 {
			return cursor{}, bad
		}
		c.time, b = int64(binary.BigEndian.Uint64(b)), b[8:]
	}
	if c.id = string(b); c.id == "" || !isText(c.id) || !isText(c.name) {
		return cursor{}, bad
	}
	return c, nil
}

// compare orders two places of one order.
func (c cursor) compare(d cursor) int {
	switch {
	case c.sort == SortName:
		return compareKeys(c.name, d.name, c.id, d.id)
	case c.time != d.time:
		return cmpDown(c.time < d.time)
	}
	return compareKeys(d.id, c.id)
}

func cmpDown(less bool) int {
	if less {
		return 1
	}
	return -1
}

// isStart reports whether the place is before everything.
func (c cursor) isStart() bool { return c.id == "" }
