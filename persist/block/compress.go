package block

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Zstandard, because it decompresses several times as fast as Deflate, makes
// blocks as small, and is part of the program already: the metrics bring it. One
// of each serves all goroutines.
var (
	encoder = sync.OnceValue(func() *zstd.Encoder { return newEncoder(zstd.SpeedBestCompression) })
	quick   = sync.OnceValue(func() *zstd.Encoder { return newEncoder(zstd.SpeedDefault) })
	decoder = sync.OnceValue(func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(maxSize))
		if err != nil {
			panic(err) // only for options that cannot be
		}
		return d
	})
)

// maxSize is the most bytes that anything here decompresses to.
const maxSize = 1 << 31

func newEncoder(level zstd.EncoderLevel) *zstd.Encoder {
	// What is stored has checksums of its own. A single segment says how large it is.
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithEncoderCRC(false), zstd.WithSingleSegment(true),
		zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err) // only for options that cannot be
	}
	return e
}

// Compress returns data, which is not changed, in the format of Zstandard (RFC
// 8878), made as small as can be: for what is written once and kept.
func Compress(data []byte) []byte { return encoder().EncodeAll(data, nil) }

// CompressQuickly is Compress in a fraction of the time, for what a live document
// waits for.
func CompressQuickly(data []byte) []byte { return quick().EncodeAll(data, nil) }

// Decompress returns what Compress was given, which had that many bytes.
// [ErrFormat] if the bytes are others, or too many come out.
func Decompress(data []byte, size int) ([]byte, error) {
	if size > maxSize {
		return nil, fmt.Errorf("%w: %d bytes are too many", ErrFormat, size)
	}
	var head zstd.Header
	if err := head.Decode(data); err != nil || !head.HasFCS || head.FrameContentSize != uint64(size) {
		return nil, fmt.Errorf("%w: it has another size", ErrFormat)
	}
	out, err := decoder().DecodeAll(data, nil)
	if err != nil || len(out) != size {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return out, nil
}
