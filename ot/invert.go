package ot

// Invert returns the op that takes op back: applied after op, it leads to doc
// again, on which op was made (law L4). It fails as [Doc.Apply] does.
func Invert(op Op, doc Doc) (Op, error) {
	if op.BaseLen() > doc.units {
		return Op{}, errRange()
	}
	out := buffers.Get().(*Buffer)
	defer buffers.Put(out)
	out.Reset()
	pos := 0
	for i := range op.parts {
		p := &op.parts[i]
		if p.kind == Insert {
			out.delete(p.units)
			continue
		}
		end := pos + p.units
		if doc.cutsPair(end) {
			return Op{}, cutAt(i)
		}
		switch {
		case p.kind == Delete:
			for piece := range doc.pieces(pos, end) {
				out.insertPiece(piece)
			}
		case p.attrs.isZero():
			out.retain(p.units, Attrs{})
		default:
			for piece := range doc.pieces(pos, end) {
				out.retain(piece.to-piece.from, out.attrs(ruleUndoing, p.attrs, piece.run.attrs))
			}
		}
		pos = end
	}
	out.trim()
	return out.Op(), nil
}
