package ot

// Invert returns the op that takes op back: applied after op, it leads to doc
// again, on which op was made (law L4). It fails as [Doc.Apply] does.
func Invert(op Op, doc Doc) (Op, error) {
	if err := doc.covers(op); err != nil {
		return Op{}, err
	}
	r := reader{leaves: doc.leaves}
	var out Builder
	for i, c := range op.list() {
		ok := true
		switch {
		case c.Kind == Insert:
			out.Delete(c.Len)
		case c.Kind == Delete:
			ok = r.each(c.Len, func(c Component) { out.add(c) })
		case c.Attrs.Len() == 0:
			ok = r.skip(c.Len)
			out.Retain(c.Len, Attrs{})
		default:
			ok = r.each(c.Len, func(run Component) { out.Retain(run.Len, c.Attrs.undoing(run.Attrs)) })
		}
		if !ok {
			return Op{}, cutAt(i)
		}
	}
	return out.Op(), nil
}
