package docx

import (
	"bytes"
	"image"
	_ "image/gif"  // sizes of pictures
	_ "image/jpeg" // sizes of pictures
	_ "image/png"  // sizes of pictures
)

// mediaTypes are the pictures that Word files hold, with their extensions.
var mediaTypes = map[string]string{"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif"}

// sniff returns the type of a picture that a Word file may hold, and its size in
// pixels; ok is false for anything else.
func sniff(data []byte) (mediaType string, width, height int, ok bool) {
	c, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return "", 0, 0, false
	}
	return "image/" + format, c.Width, c.Height, true
}

const (
	emuPerPixel = 9525       // at 96 pixels an inch
	widestEMU   = 5_731_510  // between the margins of an A4 page
	highestEMU  = 8_863_330  // likewise
	unknownEMU  = 96 * 9525  // an inch: of a picture that is only linked
	mostPixels  = 20_000_000 // nobody has a side as long; keeps the products exact
)

// extent returns the size of a picture on the page in EMU, 914,400 an inch.
func extent(width, height int) (cx, cy int) {
	if width == 0 || height == 0 {
		return unknownEMU, unknownEMU
	}
	cx, cy = min(width, mostPixels)*emuPerPixel, min(height, mostPixels)*emuPerPixel
	if cx > widestEMU {
		cx, cy = widestEMU, max(1, cy*widestEMU/cx)
	}
	if cy > highestEMU {
		cx, cy = max(1, cx*highestEMU/cy), highestEMU
	}
	return cx, cy
}
