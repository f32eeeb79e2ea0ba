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
// meet them again and again: a set is made once, not for each run of text. Each
// question has two places, so that two that fall together do not drive each
// other out.
type attrMemo [1 << memoBits][2]struct {
	rule    attrRule
	a, b, r Attrs
}

const memoBits = 7

func (m *attrMemo) apply(rule attrRule, a, b Attrs) Attrs {
	place := uint32(rule)
	if !a.isZero() {
		place = place*0x9E3779B1 + a.set.Value().hash.a
	}
	if !b.isZero() {
		place = place*0x85EBCA6B + b.set.Value().hash.b
	}
	e := &m[place*0x9E3779B1>>(32-memoBits)]
	for i := range e {
		if e[i].rule == rule && e[i].a == a && e[i].b == b {
			return e[i].r
		}
	}
	e[1] = e[0]
	e[0].rule, e[0].a, e[0].b = rule, a, b
	switch rule {
	case ruleWith:
		e[0].r = a.with(b)
	case ruleOver:
		e[0].r = a.over(b)
	case ruleWithout:
		e[0].r = a.without(b)
	case ruleUndoing:
		e[0].r = a.undoing(b)
	}
	return e[0].r
}
