package formats

import "errors"

// MaxBytes is the most bytes of a file or text that is read.
const MaxBytes = 20 << 20

// ErrTooLarge is the answer to a file of more than [MaxBytes].
var ErrTooLarge = errors.New("formats: the file is too large")

// ErrUnreadable is the answer to a file that is not what it is said to be: a
// text that is neither UTF-8 nor UTF-16.
var ErrUnreadable = errors.New("formats: the file cannot be read")
