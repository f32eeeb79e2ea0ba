package server

import (
	"bytes"
	"encoding/binary"
	"image/gif"
	"image/jpeg"
	"image/png"
)

// imagePixels is the most pixels of an image: 50 megapixels, which take 200 MB
// when a browser unpacks them.
const imagePixels = 50_000_000

// imageTypes are the images that documents can hold, with the extension of their
// names. There is no SVG among them, which is a document with scripts.
var imageTypes = map[string]string{
	"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", "image/avif": "avif",
}

// sniffImage tells from an image's first bytes what it is, and how large if that
// can be told; ok is false if it is none of imageTypes, or its header is broken.
// Nothing is unpacked.
func sniffImage(data []byte) (kind string, width, height int, ok bool) {
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		c, err := png.DecodeConfig(bytes.NewReader(data))
		return "image/png", c.Width, c.Height, err == nil
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		c, err := jpeg.DecodeConfig(bytes.NewReader(data))
		return "image/jpeg", c.Width, c.Height, err == nil
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		c, err := gif.DecodeConfig(bytes.NewReader(data))
		return "image/gif", c.Width, c.Height, err == nil
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		width, height, ok = webpSize(data)
		return "image/webp", width, height, ok
	case isAVIF(data):
		width, height = avifSize(data)
		return "image/avif", width, height, true
	}
	return "", 0, 0, false
}

// webpSize reads the header of a WebP image: its first chunk is VP8, VP8L or
// VP8X (RFC 9649).
func webpSize(data []byte) (width, height int, ok bool) {
	if len(data) < 30 {
		return 0, 0, false
	}
	uint24 := func(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
	switch chunk := data[20:]; string(data[12:16]) {
	case "VP8X":
		return uint24(chunk[4:]) + 1, uint24(chunk[7:]) + 1, true
	case "VP8L":
		bits := binary.LittleEndian.Uint32(chunk[1:])
		return int(bits&0x3fff) + 1, int(bits>>14&0x3fff) + 1, chunk[0] == 0x2f
	case "VP8 ":
		start := chunk[3] == 0x9d && chunk[4] == 0x01 && chunk[5] == 0x2a // of a key frame (RFC 6386)
		return int(binary.LittleEndian.Uint16(chunk[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(chunk[8:]) & 0x3fff), start
	}
	return 0, 0, false
}

// isAVIF looks for one of the brands of AVIF in the first box, ftyp (ISO/IEC
// 14496-12).
func isAVIF(data []byte) bool {
	if len(data) < 16 || string(data[4:8]) != "ftyp" {
		return false
	}
	size := binary.BigEndian.Uint32(data)
	if size < 16 || size > 1024 || int(size) > len(data) {
		return false
	}
	for at := 8; at+4 <= int(size); at += 4 {
		if brand := string(data[at : at+4]); at != 12 && (brand == "avif" || brand == "avis") {
			return true
		}
	}
	return false
}

// avifSize returns the largest of the sizes that the properties of the image's
// parts tell (boxes ispe); 0 if there are none in its beginning.
func avifSize(data []byte) (width, height int) {
	data = data[:min(len(data), avifHeader)]
	for {
		at := bytes.Index(data, []byte("ispe"))
		if at < 0 || len(data) < at+16 {
			return width, height
		}
		w, h := int(binary.BigEndian.Uint32(data[at+8:])), int(binary.BigEndian.Uint32(data[at+12:]))
		if w*h > width*height && w <= 1<<24 && h <= 1<<24 {
			width, height = w, h
		}
		data = data[at+4:]
	}
}

// avifHeader is where the sizes of an AVIF image are looked for, in bytes from
// its beginning.
const avifHeader = 64 << 10

// ImageOf tells whether bytes are an image that documents may have, its content
// type, and its size in pixels, 0 if that cannot be told.
func ImageOf(data []byte) (kind string, width, height int, ok bool) {
	kind, width, height, ok = sniffImage(data)
	return kind, width, height, ok && width*height <= imagePixels
}
