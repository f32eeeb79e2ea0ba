package ot

import (
	"strconv"

	"github.com/collabd/collabd/ot/strictjson"
)

// AppendJSON appends o as a JSON array of components, without white space and
// with attributes sorted by name: equal ops give equal bytes.
func (o Op) AppendJSON(dst []byte) []byte {
	dst = append(dst, '[')
	first := true
	for c := range o.Components() {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = appendComponent(dst, c)
	}
	return append(dst, ']')
}

func appendComponent(dst []byte, c Component) []byte {
	dst = append(dst, '{', '"')
	dst = append(dst, c.Kind.String()...)
	dst = append(dst, '"', ':')
	switch {
	case c.Kind != Insert:
		dst = strconv.AppendInt(dst, int64(c.Len), 10)
	case c.Embed.IsZero():
		dst = strictjson.AppendString(dst, c.Text)
	default:
		dst = append(dst, '{')
		dst = strictjson.AppendString(dst, c.Embed.name)
		dst = append(dst, ':')
		dst = append(dst, c.Embed.value...)
		dst = append(dst, '}')
	}
	if c.Attrs.Len() == 0 {
		return append(dst, '}')
	}
	dst = append(dst, `,"attributes":`...)
	return append(appendAttrs(dst, c.Attrs.list()), '}')
}

// appendAttrs appends list as an object.
func appendAttrs(dst []byte, list []attr) []byte {
	for i, x := range list {
		dst = append(dst, "{,"[min(i, 1)])
		dst = strictjson.AppendString(dst, x.name)
		dst = append(dst, ':')
		dst = append(dst, x.value...)
	}
	return append(dst, '}')
}

// MarshalJSON returns what AppendJSON appends. (encoding/json writes it on with
// <, > and & escaped, which means the same.)
func (o Op) MarshalJSON() ([]byte, error) { return o.AppendJSON(nil), nil }

// UnmarshalJSON parses data as [Parse] does, with [DefaultLimits].
func (o *Op) UnmarshalJSON(data []byte) error {
	op, err := Parse(data, DefaultLimits())
	if err == nil {
		*o = op
	}
	return err
}
