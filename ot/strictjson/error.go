package strictjson

import "fmt"

// Reasons an input is refused, the values of [Error].Reason.
const (
	ReasonSyntax    = "not JSON"
	ReasonEnd       = "unexpected end"
	ReasonTrailing  = "something follows the value"
	ReasonUTF8      = "invalid UTF-8"
	ReasonSurrogate = "half a surrogate pair"
	ReasonDuplicate = "duplicate name"
	ReasonDepth     = "nested too deep"
	ReasonMembers   = "too many members"
	ReasonNumber    = "not a whole number from 0 to 9007199254740991"
	ReasonType      = "another type is expected here"
)

// Error says why an input is refused. It never quotes the input.
type Error struct {
	At     int    // byte offset in the data that was given to the call
	Reason string // one of the Reason constants
}

// Error returns the reason and where.
func (e *Error) Error() string { return fmt.Sprintf("json: %s at byte %d", e.Reason, e.At) }
