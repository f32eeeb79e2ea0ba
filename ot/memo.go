package ot

// attrRule is one of the ways in which two sets of attributes make a third.
type attrRule uint8

const (
	ruleNone    attrRule = iota // an empty place in a memo
	ruleWith                    // a retain after a retain
	ruleOver                    // a retain after content
	ruleWithout                 // a retain beside a retain that wins
	ruleUndoing                 // the way back
)

// attrMemo remembers answers, because documents use few sets of attributes and
// meet them again and again: a set is made once, not for each run of text.
type attrMemo [32]struct {
	rule    attrRule
	a, b, r Attrs
}

func (m *attrMemo) apply(rule attrRule, a, b Attrs) Attrs {
	place := uint32(rule)
	if !a.isZero() {
		place += a.set.Value().hash.a
	}
	if !b.isZero() {
		place += b.set.Value().hash.b
	}
	e := &m[place%uint32(len(m))]
	if e.rule != rule || e.a != a || e.b != b {
		e.rule, e.a, e.b = rule, a, b
		switch rule {
		case ruleWith:
			e.r = a.with(b)
		case ruleOver:
			e.r = a.over(b)
		case ruleWithout:
			e.r = a.without(b)
		case ruleUndoing:
			e.r = a.undoing(b)
		}
	}
	return e.r
}
