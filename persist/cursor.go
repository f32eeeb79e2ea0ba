package persist

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/collabd/collabd/session"
)

// cursor is a place in the list of documents, which is in the order of time and
// id, downwards: the page after it holds what is below.
type cursor struct {
	edited int64 // microseconds since 1970
	id     string
}

func cursorAt(d session.Document) cursor {
	return cursor{edited: d.Edited.UnixMicro(), id: string(d.ID)}
}

// String returns a form for URLs, which callers do not look into.
func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString(append(binary.BigEndian.AppendUint64(nil, uint64(c.edited)), c.id...))
}

// parseCursor reads what String wrote; "" is above everything.
func parseCursor(s string) (cursor, error) {
	if s == "" {
		return cursor{edited: math.MaxInt64}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) <= 8 {
		return cursor{}, fmt.Errorf("%w: the cursor was not issued here", ErrMalformed)
	}
	return cursor{edited: int64(binary.BigEndian.Uint64(b)), id: string(b[8:])}, nil
}

// before reports whether the document comes after the cursor.
func (c cursor) before(d session.Document) bool {
	edited := d.Edited.UnixMicro()
	return edited < c.edited || edited == c.edited && string(d.ID) < c.id
}
