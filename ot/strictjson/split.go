package strictjson

// Member is one name and value of an object.
type Member struct {
	Name  string // decoded
	Value []byte // raw, without white space around it; shares memory with the input
}

// Object splits one object, with nothing but white space around it, into its
// members in their order. Containers may nest maxDepth deep, the object itself
// counted; it may have maxMembers members. Duplicate names are refused.
func Object(data []byte, maxDepth, maxMembers int) ([]Member, error) {
	s := NewScanner(data)
	if s.Peek() == '{' && maxDepth <= 0 {
		return nil, s.fail(ReasonDepth)
	}
	var members []Member
	err := s.Object(maxMembers, func(name string) error {
		value, err := s.Raw(maxDepth - 1)
		members = append(members, Member{Name: name, Value: value})
		return err
	})
	if err == nil {
		err = s.End()
	}
	if err != nil {
		return nil, err
	}
	return members, nil
}

// Array splits one array, with nothing but white space around it, into its raw
// elements, which share memory with data. Containers may nest maxDepth deep,
// the array itself counted.
func Array(data []byte, maxDepth int) ([][]byte, error) {
	s := NewScanner(data)
	if s.Peek() == '[' && maxDepth <= 0 {
		return nil, s.fail(ReasonDepth)
	}
	var elements [][]byte
	err := s.Array(func(int) error {
		value, err := s.Raw(maxDepth - 1)
		elements = append(elements, value)
		return err
	})
	if err == nil {
		err = s.End()
	}
	if err != nil {
		return nil, err
	}
	return elements, nil
}

// String decodes one JSON string. Half a surrogate pair is an error, never
// U+FFFD. The result shares no memory with raw.
func String(raw []byte) (string, error) { return single(raw, (*Scanner).String) }

// Uint decodes a number of digits only: no sign, fraction, exponent or leading
// zero, at most 2^53-1.
func Uint(raw []byte) (uint64, error) { return single(raw, (*Scanner).Uint) }

// Bool decodes true or false.
func Bool(raw []byte) (bool, error) { return single(raw, (*Scanner).Bool) }

func single[T any](raw []byte, read func(*Scanner) (T, error)) (T, error) {
	s := NewScanner(raw)
	v, err := read(&s)
	if err == nil {
		err = s.End()
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return v, nil
}
