package difference

import (
	"errors"
	"time"

	"github.com/collabd/collabd/ot"
)

// Limits bound what a comparison may cost. The zero value is [DefaultLimits].
type Limits struct {
	// Units is how many UTF-16 code units the parts of two documents that
	// differ may have together to be compared at all. What is more is
	// replaced whole.
	Units int
	// LineUnits is the same for a stretch of changed lines that is compared
	// letter by letter.
	LineUnits int
	// Time is after how long the rest is replaced without being compared.
	Time time.Duration
}

// DefaultLimits keeps a comparison below about a second.
func DefaultLimits() Limits {
	return Limits{Units: 8 << 20, LineUnits: 64 << 10, Time: time.Second}
}

func (l Limits) orDefault() Limits {
	if l == (Limits{}) {
		return DefaultLimits()
	}
	return l
}

// ErrWrong says that a difference was computed which does not make the one
// document of the other. It is a fault of this package; nothing has changed.
var ErrWrong = errors.New("difference: the op does not lead from one document to the other")

// Between returns an op that makes b of a. Both end in the same line break or
// in none, as documents of one kind do; then the op keeps that line break. The
// only error is [ErrWrong].
func Between(a, b ot.Doc, limits Limits) (ot.Op, error) {
	limits = limits.orDefault()
	if op := between(a, b, limits, (*matcher).all); leads(a, op, b) {
		return op, nil
	}
	if op := between(a, b, limits, (*matcher).middle); leads(a, op, b) {
		return op, nil
	}
	return ot.Op{}, ErrWrong
}

// Coarse returns an op that makes b of a by replacing all but what both begin
// and end with. It costs a fraction of Between, and says nothing of what people
// would call the difference.
func Coarse(a, b ot.Doc) (ot.Op, error) {
	if op := between(a, b, Limits{}, (*matcher).middle); leads(a, op, b) {
		return op, nil
	}
	return ot.Op{}, ErrWrong
}

func between(a, b ot.Doc, limits Limits, compare func(*matcher)) ot.Op {
	t := &table{}
	m := &matcher{a: t.tokensOf(a), b: t.tokensOf(b), table: t, limits: limits, deadline: time.Now().Add(limits.Time)}
	compare(m)
	return m.build.Op()
}

func leads(a ot.Doc, op ot.Op, b ot.Doc) bool {
	made, err := a.Apply(op)
	return err == nil && made.Equal(b)
}
