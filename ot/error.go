package ot

import (
	"errors"
	"fmt"

	"github.com/collabd/collabd/ot/strictjson"
)

// ErrorCode says what is wrong with an op; clients see it.
type ErrorCode string

// The codes of [Error].
const (
	CodeSyntax    ErrorCode = "syntax"    // not JSON, not UTF-8, or a name twice
	CodeShape     ErrorCode = "shape"     // JSON, but no op: types, unknown or missing names, two kinds in one component
	CodeLength    ErrorCode = "length"    // a length that is not a whole number from 1 to 2^53-1
	CodeEmpty     ErrorCode = "empty"     // an insert of no text
	CodeValue     ErrorCode = "value"     // a number JavaScript does not hold, or the name __proto__
	CodeLimit     ErrorCode = "limit"     // larger than Limits allows
	CodeSurrogate ErrorCode = "surrogate" // half a surrogate pair, or a cut through one
	CodeRange     ErrorCode = "range"     // reaches past the end of the document
	CodeDocument  ErrorCode = "document"  // a document was expected, and this does not only insert
	CodeSchema    ErrorCode = "schema"    // the kind of document does not allow this content
	CodeLastLine  ErrorCode = "last-line" // a rich document would no longer end in its line break
	CodeChecksum  ErrorCode = "checksum"  // the binary form is damaged
	CodeVersion   ErrorCode = "version"   // the binary form is of another version
)

// Error is the error of every function of this package. It never holds text of
// a document; names of attributes and embeds may be in Detail, quoted.
type Error struct {
	Code   ErrorCode
	At     int    // byte offset (Parse, ParseBinary, ParseValue) or component index (all else), -1 if none
	Detail string // an English phrase for a developer
}

// Error returns the code, the detail and where.
func (e *Error) Error() string {
	if e.At < 0 {
		return fmt.Sprintf("ot: %s (%s)", e.Detail, e.Code)
	}
	return fmt.Sprintf("ot: %s at %d (%s)", e.Detail, e.At, e.Code)
}

// fromJSON turns an error of the scanner into one of ours. Only lengths are
// read with Scanner.Uint, so a number it refuses is a bad length.
func fromJSON(err error) error {
	var e *strictjson.Error
	if !errors.As(err, &e) {
		return err
	}
	code := CodeSyntax
	switch e.Reason {
	case strictjson.ReasonSurrogate:
		code = CodeSurrogate
	case strictjson.ReasonDepth, strictjson.ReasonMembers:
		code = CodeLimit
	case strictjson.ReasonType:
		code = CodeShape
	case strictjson.ReasonNumber:
		code = CodeLength
	}
	return &Error{Code: code, At: e.At, Detail: e.Reason}
}
