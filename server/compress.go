package server

import (
	"bytes"
	"compress/gzip"
	"path"
	"strconv"
	"strings"
	"sync"
)

// packed keeps the files of the application compressed: each is compressed
// once, when it is first asked for, as small as gzip can. All together they
// are a fraction of a megabyte, and there are never more than dist has.
type packed struct {
	files sync.Map // name → func() []byte
}

// file returns the content of a file in gzip's format. The slice is shared:
// nobody may write into it.
func (p *packed) file(name string, content []byte) []byte {
	once, _ := p.files.LoadOrStore(name, sync.OnceValue(func() []byte {
		var b bytes.Buffer
		w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			panic(err) // the level is a constant of the package
		}
		w.Write(content) // into memory: it cannot fail
		w.Close()
		return b.Bytes()
	}))
	return once.(func() []byte)()
}

// compressible says whether a file is text, which gzip makes much smaller.
func compressible(name string) bool {
	switch path.Ext(name) {
	case ".js", ".css", ".svg", ".txt", ".webmanifest":
		return true
	}
	return false
}

// acceptsGzip reads Accept-Encoding (RFC 9110, section 12.5.3): gzip is
// accepted if it, or failing that *, is named with a weight that is not 0.
func acceptsGzip(headers []string) bool {
	accepted := false
	for part := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		coding, parameters, _ := strings.Cut(part, ";")
		coding = strings.TrimSpace(coding)
		named := strings.EqualFold(coding, "gzip") || strings.EqualFold(coding, "x-gzip")
		if !named && coding != "*" {
			continue
		}
		weight := 1.0
		if q, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(parameters)), "q="); ok {
			var err error
			if weight, err = strconv.ParseFloat(q, 64); err != nil {
				weight = 0
			}
		}
		if named {
			return weight > 0
		}
		accepted = weight > 0
	}
	return accepted
}
