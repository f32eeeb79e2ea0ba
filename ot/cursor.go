package ot

import "math"

// cursor walks over an op and takes components in pieces. Past the end it
// answers "retain, for ever", which spares its users every special case.
type cursor struct {
	list []Component // behind head
	head Component   // what is left of the present component
	at   int         // its index
	done bool
}

func cursorOf(o Op) cursor {
	c := cursor{list: o.list, at: -1}
	c.advance()
	return c
}

func (c *cursor) advance() {
	c.at++
	if len(c.list) == 0 {
		c.done = true
		c.head = Component{Kind: Retain, Len: math.MaxInt}
		return
	}
	c.head, c.list = c.list[0], c.list[1:]
}

// next takes the whole of what is left of the present component.
func (c *cursor) next() Component {
	head := c.head
	c.advance()
	return head
}

// take takes n units, 0 < n <= head.Len. It fails where that cuts a surrogate
// pair of inserted text.
func (c *cursor) take(n int) (Component, error) {
	if n == c.head.Len {
		return c.next(), nil
	}
	part := c.head
	part.Len = n
	if part.Kind == Insert {
		cut, ok := byteOffset(part.Text, c.head.Len, n)
		if !ok {
			return part, &Error{Code: CodeSurrogate, At: c.at, Detail: "a surrogate pair would be cut"}
		}
		part.Text, c.head.Text = part.Text[:cut], part.Text[cut:]
	}
	if !c.done {
		c.head.Len -= n
	}
	return part, nil
}

// skip takes n units of a retain or delete.
func (c *cursor) skip(n int) Component {
	part, _ := c.take(n) // only text can be cut
	return part
}
