package docx

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
)

// archive is a Word file that is being read: its parts by their names, which do
// not depend on case.
type archive struct {
	parts map[string]*zip.File
	lim   Limits
	left  int // elements that may come
}

func openArchive(r io.ReaderAt, size int64, lim Limits) (*archive, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, unreadable("no zip archive")
	}
	if len(z.File) > lim.Entries {
		return nil, tooLarge("too many parts")
	}
	a := &archive{map[string]*zip.File{}, lim, lim.Elements}
	for _, f := range z.File {
		a.parts[partKey(f.Name)] = f
	}
	return a, nil
}

func partKey(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

// has reports whether there is a part of that name.
func (a *archive) has(name string) bool { return a.parts[partKey(name)] != nil }

// walk reads a part as XML; one that is not there has nothing in it.
func (a *archive) walk(name string, most int64, root func(c *cursor, e xml.StartElement) error) error {
	f := a.parts[partKey(name)]
	if f == nil {
		return nil
	}
	rc, err := f.Open()
	if err != nil {
		return unreadable("a part cannot be opened")
	}
	defer rc.Close()
	c := newCursor(&bounded{rc, most}, a.lim.Depth, &a.left)
	return c.children(func(e xml.StartElement) error { return root(c, e) })
}

// data reads a part whole.
func (a *archive) data(name string, most int64) ([]byte, error) {
	f := a.parts[partKey(name)]
	if f == nil {
		return nil, unreadable("a part is missing")
	}
	rc, err := f.Open()
	if err != nil {
		return nil, unreadable("a part cannot be opened")
	}
	defer rc.Close()
	b, err := io.ReadAll(&bounded{rc, most})
	if err != nil && !errors.Is(err, ErrTooLarge) {
		err = unreadable("a part is damaged")
	}
	return b, err
}

// bounded fails where io.LimitReader would pretend that the end has come: what an
// archive says about sizes is not believed.
type bounded struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, tooLarge("a part is too large")
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, tooLarge("a part is too large")
	}
	return n, err
}

// relationship is what an id in a part stands for.
type relationship struct {
	kind   string // the last word of its type
	target string // the name of a part, or an address
	out    bool   // it is an address
}

// relationships reads those of a part.
func (a *archive) relationships(part string) (map[string]relationship, error) {
	dir, file := path.Split(part)
	rels := map[string]relationship{}
	err := a.walk(dir+"_rels/"+file+".rels", a.lim.PartBytes, func(c *cursor, _ xml.StartElement) error {
		return c.children(func(e xml.StartElement) error {
			if name(e.Name) != "rel:Relationship" {
				return nil
			}
			kind := attrPlain(e, "Type")
			r := relationship{kind: kind[strings.LastIndexByte(kind, '/')+1:], target: attrPlain(e, "Target"), out: attrPlain(e, "TargetMode") == "External"}
			if !r.out {
				if strings.HasPrefix(r.target, "/") {
					r.target = strings.TrimPrefix(r.target, "/")
				} else {
					r.target = path.Join(dir, r.target)
				}
			}
			rels[attrPlain(e, "Id")] = r
			return nil
		})
	})
	return rels, err
}

func attrPlain(e xml.StartElement, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
