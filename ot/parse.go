package ot

import "github.com/collabd/collabd/ot/strictjson"

// Parse reads an op from JSON that a stranger sent. It refuses everything that
// is not exactly an op (see the codes of [Error]) and stops at the first fault.
// An op that is not in canonical form (neighbours not merged, a trailing
// retain, empty attributes, null attributes on an insert) is accepted and
// normalised; the order of inserts and deletes is kept. The op shares no memory
// with data.
func Parse(data []byte, lim Limits) (Op, error) {
	lim = lim.withDefaults()
	if len(data) > lim.Bytes {
		return Op{}, &Error{Code: CodeLimit, At: lim.Bytes, Detail: "too many bytes"}
	}
	p := parser{Scanner: strictjson.NewScanner(data), data: data, lim: lim}
	err := p.Array(p.component)
	if err == nil {
		err = p.End()
	}
	if err != nil {
		return Op{}, fromJSON(err)
	}
	return p.out.Op(), nil
}

type parser struct {
	strictjson.Scanner
	data  []byte
	lim   Limits
	out   Builder
	raw   []byte // the attributes read last, as they were written:
	attrs Attrs  // most components have those of the one before
}

// component reads one component and checks the sums before it adds to them, so
// that they cannot overflow.
func (p *parser) component(i int) error {
	at := p.At()
	if i == p.lim.Components {
		return p.refuse(CodeLimit, at, "too many components")
	}
	var c Component
	hasAttrs := false
	err := p.Object(3, func(name string) (err error) {
		at := p.At()
		switch name {
		case "insert", "retain", "delete":
			if c.Kind != 0 {
				return p.refuse(CodeShape, at, "two kinds in one component")
			}
		}
		switch name {
		case "insert":
			c.Kind = Insert
			return p.content(&c)
		case "retain":
			c.Kind = Retain
			c.Len, err = p.length()
		case "delete":
			c.Kind = Delete
			c.Len, err = p.length()
		case "attributes":
			hasAttrs = true
			c.Attrs, err = p.attributes()
		default:
			return p.refuse(CodeShape, at, "an unknown name in a component")
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case c.Kind == 0:
		return p.refuse(CodeShape, at, "a component without insert, retain or delete")
	case c.Kind == Delete && hasAttrs:
		return p.refuse(CodeShape, at, "a delete with attributes")
	case c.Kind == Insert && c.Len > p.lim.InsertUnits-p.out.out.inserted:
		return p.refuse(CodeLimit, at, "too much inserted")
	case c.Len > p.lim.Units-max(p.out.out.sums().BaseLen(), p.out.out.sums().TargetLen()):
		return p.refuse(CodeLimit, at, "too long")
	}
	p.out.add(c)
	return nil
}

// content reads what an insert inserts: text, or an object with one name.
func (p *parser) content(c *Component) (err error) {
	at := p.At()
	switch p.Peek() {
	case '"':
		if c.Text, err = p.String(); err != nil {
			return err
		}
		if c.Len = unitsOf(c.Text); c.Len == 0 {
			return p.refuse(CodeEmpty, at, "an empty insert")
		}
		return nil
	case '{':
		c.Len = 1
		err = p.Object(maxMembers, func(name string) error {
			if !c.Embed.IsZero() {
				return p.refuse(CodeShape, at, "an embed with two names")
			}
			if name == "" {
				return p.refuse(CodeShape, at, "an embed with an empty name")
			}
			if err := checkName(name, at); err != nil {
				return err
			}
			value, err := appendValue(nil, &p.Scanner, p.lim.Depth)
			c.Embed = NewEmbed(name, Value(value))
			return err
		})
		switch {
		case err != nil:
			return err
		case c.Embed.IsZero():
			return p.refuse(CodeShape, at, "an embed without a name")
		case p.At()-at > p.lim.AttributeBytes:
			return p.refuse(CodeLimit, at, "an embed is too large")
		}
		return nil
	}
	return p.otherwise("an insert is text or an embed")
}

func (p *parser) length() (int, error) {
	at := p.At()
	if c := p.Peek(); c != '-' && (c < '0' || c > '9') {
		return 0, p.otherwise("a length is a number")
	}
	n, err := p.Uint()
	if err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, p.refuse(CodeLength, at, "a length of zero")
	}
	if n > uint64(p.lim.Units) {
		return 0, p.refuse(CodeLimit, at, "too long")
	}
	return int(n), nil
}

func (p *parser) attributes() (Attrs, error) {
	at := p.At()
	if p.Peek() != '{' {
		return Attrs{}, p.otherwise("attributes are an object")
	}
	if p.Again(p.raw) {
		return p.attrs, nil
	}
	var list []attr
	err := p.Object(p.lim.Attributes, func(name string) error {
		if err := checkName(name, p.At()); err != nil {
			return err
		}
		value, err := appendValue(nil, &p.Scanner, p.lim.Depth)
		list = append(list, attr{name, Value(value)})
		return err
	})
	if err != nil {
		return Attrs{}, err
	}
	if p.At()-at > p.lim.AttributeBytes {
		return Attrs{}, p.refuse(CodeLimit, at, "attributes are too large")
	}
	p.raw, p.attrs = p.data[at:p.Offset()], sortedAttrs(list)
	return p.attrs, nil
}

// otherwise refuses a value of a type that does not belong here, or what is no
// value at all.
func (p *parser) otherwise(detail string) error {
	at := p.At()
	if _, err := p.Raw(p.lim.Depth); err != nil {
		return err
	}
	return p.refuse(CodeShape, at, detail)
}

func (p *parser) refuse(code ErrorCode, at int, detail string) error {
	return &Error{Code: code, At: at, Detail: detail}
}
