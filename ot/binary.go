package ot

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
	"unicode/utf8"

	"github.com/collabd/collabd/ot/strictjson"
)

// The binary form of an op, for a log. Numbers are unsigned varints, as short as
// they can be, and strings their length in bytes and then the bytes:
//
//	byte 1, the version
//	the number of attribute sets; each: how many, then names and values, sorted
//	the components; each: a number n·8 + a·4 + kind, if a is 1 the index of its set,
//	  kind 0, text:   then n bytes of it
//	  kind 1, embed:  then n bytes, its name as a string and its value
//	  kind 2, retain: n units
//	  kind 3, delete: n units
//	CRC-32C of all that, 4 bytes, the lowest first
//
// Sets stand in the order of their first use. Values are canonical JSON.
const (
	binaryVersion = 1
	binaryText    = 0
	binaryEmbed   = 1
	binaryRetain  = 2
	binaryDelete  = 3
	binaryAttrs   = 4 // the bit a
	binaryShift   = 3
	binarySum     = 4 // bytes
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// AppendBinary appends the binary form of o, which [ParseBinary] reads: a third
// of the JSON for a typed letter. Equal ops give equal bytes. The error is nil;
// it makes an Op an encoding.BinaryAppender.
func (o Op) AppendBinary(dst []byte) ([]byte, error) {
	start := len(dst)
	var sets attrTable
	for i := range o.parts {
		sets.add(o.parts[i].attrs)
	}
	dst = append(dst, binaryVersion)
	dst = binary.AppendUvarint(dst, uint64(len(sets.list)))
	for _, a := range sets.list {
		dst = binary.AppendUvarint(dst, uint64(a.Len()))
		dst = append(dst, a.set.Value().packed...)
	}
	text := 0
	for i := range o.parts {
		p := &o.parts[i]
		dst = appendHead(dst, p, &sets)
		dst = append(dst, o.text[text:text+int(p.size)]...)
		text += int(p.size)
	}
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli)), nil
}

func appendHead(dst []byte, p *part, sets *attrTable) []byte {
	n, kind := uint64(p.size), uint64(binaryText)
	switch {
	case p.embed:
		kind = binaryEmbed
	case p.kind == Retain:
		n, kind = uint64(p.units), binaryRetain
	case p.kind == Delete:
		n, kind = uint64(p.units), binaryDelete
	}
	if p.attrs.isZero() {
		return binary.AppendUvarint(dst, n<<binaryShift|kind)
	}
	dst = binary.AppendUvarint(dst, n<<binaryShift|binaryAttrs|kind)
	return binary.AppendUvarint(dst, uint64(sets.index(p.attrs)))
}

// attrTable numbers sets of attributes in the order of their first use.
type attrTable struct {
	list   []Attrs
	places map[Attrs]int // made when list is long
}

func (t *attrTable) index(a Attrs) int {
	if t.places == nil {
		return slices.Index(t.list, a)
	}
	if i, ok := t.places[a]; ok {
		return i
	}
	return -1
}

func (t *attrTable) add(a Attrs) {
	if a.isZero() || t.index(a) >= 0 {
		return
	}
	t.list = append(t.list, a)
	if t.places == nil && len(t.list) > 8 {
		t.places = map[Attrs]int{}
		for i, x := range t.list {
			t.places[x] = i
		}
	} else if t.places != nil {
		t.places[a] = len(t.list) - 1
	}
}

// ParseBinary reads what AppendBinary wrote, and nothing else: exactly one
// sequence of bytes stands for an op. It fails with [CodeChecksum] if the bytes
// are damaged, with [CodeVersion] if they are of another version, and else as
// [Parse] does. The op shares no memory with data.
func ParseBinary(data []byte, lim Limits) (Op, error) {
	lim = lim.withDefaults()
	if len(data) > lim.Bytes {
		return Op{}, &Error{Code: CodeLimit, At: lim.Bytes, Detail: "too many bytes"}
	}
	end := len(data) - binarySum
	if end < 2 {
		return Op{}, &Error{Code: CodeSyntax, At: len(data), Detail: "too few bytes"}
	}
	if crc32.Checksum(data[:end], castagnoli) != binary.LittleEndian.Uint32(data[end:]) {
		return Op{}, &Error{Code: CodeChecksum, At: end, Detail: "the checksum differs"}
	}
	if data[0] != binaryVersion {
		return Op{}, &Error{Code: CodeVersion, At: 0, Detail: "an unknown version of the binary form"}
	}
	r := binaryReader{data: data[:end], at: 1, lim: lim}
	if err := r.read(); err != nil {
		return Op{}, err
	}
	r.out.trim()
	op := r.out.Op()
	// What is read without a fault and written differently was not canonical.
	if again, _ := op.AppendBinary(make([]byte, 0, len(data))); string(again) != string(data) {
		return Op{}, &Error{Code: CodeShape, At: -1, Detail: "not the canonical form"}
	}
	return op, nil
}

type binaryReader struct {
	data []byte
	at   int
	lim  Limits
	sets []Attrs
	out  Buffer
}

func (r *binaryReader) refuse(code ErrorCode, detail string) error {
	return &Error{Code: code, At: r.at, Detail: detail}
}

func (r *binaryReader) read() error {
	count, err := r.number()
	if err != nil {
		return err
	}
	for range count { // a set is a byte at least: the bytes end before a huge count does
		if err := r.set(); err != nil {
			return err
		}
	}
	for i := 0; r.at < len(r.data); i++ {
		if i == r.lim.Components {
			return r.refuse(CodeLimit, "too many components")
		}
		if err := r.component(); err != nil {
			return err
		}
	}
	return nil
}

func (r *binaryReader) number() (uint64, error) {
	n, size := binary.Uvarint(r.data[r.at:])
	if size <= 0 {
		return 0, r.refuse(CodeSyntax, "no number")
	}
	r.at += size
	return n, nil
}

// text takes n bytes of UTF-8.
func (r *binaryReader) text(n uint64) (string, error) {
	if n > uint64(len(r.data)-r.at) {
		return "", r.refuse(CodeSyntax, "the bytes end too early")
	}
	s := r.data[r.at : r.at+int(n)]
	if !utf8.Valid(s) {
		return "", r.refuse(CodeSyntax, "not UTF-8")
	}
	r.at += int(n)
	return string(s), nil
}

// name reads a string and its length.
func (r *binaryReader) name() (string, error) {
	n, err := r.number()
	if err != nil {
		return "", err
	}
	s, err := r.text(n)
	if err != nil {
		return "", err
	}
	return s, checkName(s, r.at)
}

// value takes n bytes that are canonical JSON.
func (r *binaryReader) value(n uint64) (Value, error) {
	s, err := r.text(n)
	if err != nil {
		return "", err
	}
	v, err := ParseValue([]byte(s), r.lim.Depth)
	if err == nil && string(v) != s {
		err = r.refuse(CodeShape, "a value that is not canonical")
	}
	return v, err
}

func (r *binaryReader) set() error {
	count, err := r.number()
	if err != nil {
		return err
	}
	if count > uint64(r.lim.Attributes) {
		return r.refuse(CodeLimit, "too many attributes")
	}
	start := r.at
	var list []attr
	for range count {
		name, err := r.name()
		if err != nil {
			return err
		}
		n, err := r.number()
		if err != nil {
			return err
		}
		value, err := r.value(n)
		if err != nil {
			return err
		}
		list = append(list, attr{name, value})
	}
	if r.at-start > r.lim.AttributeBytes {
		return r.refuse(CodeLimit, "attributes are too large")
	}
	for i := 1; i < len(list); i++ {
		if list[i-1].name >= list[i].name {
			return r.refuse(CodeShape, "attributes that are not sorted")
		}
	}
	r.sets = append(r.sets, attrsOf(list))
	return nil
}

func (r *binaryReader) component() error {
	head, err := r.number()
	if err != nil {
		return err
	}
	var attrs Attrs
	if head&binaryAttrs != 0 {
		i, err := r.number()
		if err != nil {
			return err
		}
		if i >= uint64(len(r.sets)) {
			return r.refuse(CodeShape, "an unknown set of attributes")
		}
		attrs = r.sets[i]
	}
	n := head >> binaryShift
	switch kind := head & (binaryAttrs - 1); {
	case n == 0:
		return r.refuse(CodeLength, "a length of zero")
	case kind == binaryText:
		return r.insert(n, attrs)
	case kind == binaryEmbed:
		return r.embed(n, attrs)
	case n > strictjson.MaxSafe || int(n) > r.room():
		return r.refuse(CodeLimit, "too long")
	case kind == binaryRetain:
		r.out.retain(int(n), attrs)
	case attrs.isZero():
		r.out.delete(int(n))
	default:
		return r.refuse(CodeShape, "a delete with attributes")
	}
	return nil
}

// room is how many units the op may still retain, delete or insert.
func (r *binaryReader) room() int {
	return r.lim.Units - max(r.out.sums().BaseLen(), r.out.sums().TargetLen())
}

func (r *binaryReader) insert(n uint64, attrs Attrs) error {
	text, err := r.text(n)
	if err != nil {
		return err
	}
	units := unitsOf(text)
	if units > r.lim.InsertUnits-r.out.inserted || units > r.room() {
		return r.refuse(CodeLimit, "too much inserted")
	}
	r.out.insert(text, units, attrs)
	return nil
}

func (r *binaryReader) embed(n uint64, attrs Attrs) error {
	if n > uint64(r.lim.AttributeBytes) || r.lim.InsertUnits <= r.out.inserted || r.room() < 1 {
		return r.refuse(CodeLimit, "an embed is too large")
	}
	end := uint64(r.at) + n
	name, err := r.name()
	switch {
	case err != nil:
		return err
	case name == "":
		return r.refuse(CodeShape, "an embed with an empty name")
	case end < uint64(r.at):
		return r.refuse(CodeSyntax, "an embed is too short")
	}
	value, err := r.value(end - uint64(r.at))
	if err != nil {
		return err
	}
	r.out.insertEmbed(NewEmbed(name, value), attrs)
	return nil
}
