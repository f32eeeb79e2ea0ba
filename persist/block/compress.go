package block

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"sync"
)

// Deflate (RFC 1951), of the standard library. Zstandard makes columns as small
// and is read faster, but that is a small part of the time that reading a block
// takes: most of it makes ops.
var (
	smallest = writers(flate.BestCompression)
	quick    = writers(flate.BestSpeed)
	readers  = sync.Pool{New: func() any { return flate.NewReader(nil) }}
)

// writers is a pool of compressors, each of which takes up to a megabyte.
func writers(level int) *sync.Pool {
	return &sync.Pool{New: func() any {
		w, err := flate.NewWriter(nil, level)
		if err != nil {
			panic(err) // only for a level that does not exist
		}
		return w
	}}
}

// Compress returns data, which is not changed, made as small as can be: for what
// is written once and kept.
func Compress(data []byte) []byte { return compress(smallest, data) }

// CompressQuickly is Compress in a fraction of the time, for what a live document
// waits for.
func CompressQuickly(data []byte) []byte { return compress(quick, data) }

func compress(pool *sync.Pool, data []byte) []byte {
	w := pool.Get().(*flate.Writer)
	defer pool.Put(w)
	var out bytes.Buffer
	w.Reset(&out)
	_, _ = w.Write(data) // into memory
	_ = w.Close()
	return out.Bytes()
}

// Decompress returns what Compress was given, which had that many bytes.
// [ErrFormat] if the bytes are others, or another number of them comes out.
func Decompress(data []byte, size int) ([]byte, error) {
	// A byte of deflate makes at most some thousand: nobody gets memory for a lie.
	const most = 1032
	if size < 0 || size/most > len(data) {
		return nil, fmt.Errorf("%w: it has another size", ErrFormat)
	}
	r := readers.Get().(io.ReadCloser)
	defer readers.Put(r)
	if err := r.(flate.Resetter).Reset(bytes.NewReader(data), nil); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	out := make([]byte, size)
	if _, err := io.ReadFull(r, out); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if n, err := r.Read(make([]byte, 1)); n > 0 || err != io.EOF {
		return nil, fmt.Errorf("%w: it has another size", ErrFormat)
	}
	return out, nil
}
