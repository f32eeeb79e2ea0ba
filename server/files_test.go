package server

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// drawn is a picture of a size in a format.
func drawn(t *testing.T, kind string, width, height int) string {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, width, height), []color.Color{color.White, color.Black})
	var b bytes.Buffer
	var err error
	switch kind {
	case "image/png":
		err = png.Encode(&b, img)
	case "image/jpeg":
		err = jpeg.Encode(&b, img, nil)
	case "image/gif":
		err = gif.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// pngOf is the header of a PNG of a size, with n bytes of anything behind it.
func pngOf(width, height uint32, n int) string {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1)))
	data := b.Bytes()
	binary.BigEndian.PutUint32(data[16:], width)
	binary.BigEndian.PutUint32(data[20:], height)
	binary.BigEndian.PutUint32(data[29:], crc(data[12:29]))
	return string(data) + strings.Repeat("x", n)
}

// webpOf is the beginning of a WebP whose first chunk is of a kind.
func webpOf(chunk string, body ...byte) string {
	return "RIFF\x40\x00\x00\x00WEBP" + chunk + "\x0a\x00\x00\x00" + string(body) + strings.Repeat("\x00", 20)
}

// avifOf is the beginning of an AVIF with images of these sizes.
func avifOf(brand string, sizes ...[2]uint32) string {
	s := "\x00\x00\x00\x18ftyp" + brand + "\x00\x00\x00\x00mif1avif"
	for _, size := range sizes {
		b := binary.BigEndian.AppendUint32([]byte("\x00\x00\x00\x14ispe\x00\x00\x00\x00"), size[0])
		s += string(binary.BigEndian.AppendUint32(b, size[1]))
	}
	return s
}

// sends uploads a file with a content type.
func (p *person) sends(doc wire.DocID, kind, data string) answer {
	p.w.t.Helper()
	return p.doAs(kind, "POST", "/api/docs/"+string(doc)+"/files", data)
}

func TestFiles(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana := w.person()
		doc, other := ana.create("x", ot.Rich).ID, ana.create("y", ot.Rich).ID
		for _, c := range []struct {
			kind, data    string
			width, height int
			extension     string
		}{
			{"image/png", drawn(t, "image/png", 30, 20), 30, 20, "png"},
			{"image/png", pngOf(5000, 10_000, 600_000), 5000, 10_000, "png"},
			{"image/jpeg", drawn(t, "image/jpeg", 16, 9), 16, 9, "jpg"},
			{"image/gif", drawn(t, "image/gif", 7, 8), 7, 8, "gif"},
			{"image/webp", webpOf("VP8X", 0, 0, 0, 0, 99, 0, 0, 199, 1, 0), 100, 456, "webp"},
			{"image/webp", webpOf("VP8L", 0x2f, 0x63, 0xc0, 0x31, 0), 100, 200, "webp"},
			{"image/webp", webpOf("VP8 ", 0, 0, 0, 0x9d, 1, 0x2a, 100, 0, 200, 0), 100, 200, "webp"},
			{"image/avif", avifOf("avif", [2]uint32{10, 10}, [2]uint32{300, 200}), 300, 200, "avif"},
			{"image/avif", avifOf("mif1"), 0, 0, "avif"},
		} {
			var f fileJSON
			a := ana.sends(doc, c.kind, c.data).is(t, 201, "")
			a.into(t, &f)
			if f.Type != c.kind || f.Bytes != int64(len(c.data)) || f.Width != c.width || f.Height != c.height || a.header.Get("Location") != f.URL {
				t.Errorf("%s: %+v", c.kind, f)
			}
			got := w.person().do("GET", f.URL, "").is(t, 200, "")
			name := f.URL[strings.LastIndex(f.URL, "/")+1:]
			for header, want := range map[string]string{
				"Content-Type": c.kind, "Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
				"Cross-Origin-Resource-Policy": "same-origin", "Content-Disposition": `inline; filename="` + name + "." + c.extension + `"`,
				"Cache-Control": "private, max-age=31536000, immutable", "ETag": `"` + name + `"`,
			} {
				if h := got.header.Get(header); h != want {
					t.Errorf("%s: %s is %q, want %q", c.kind, header, h, want)
				}
			}
			if got.body != c.data {
				t.Errorf("%s: other bytes", c.kind)
			}
			ana.do("GET", f.URL, "", "If-None-Match: "+`"`+name+`"`).is(t, 304, "")
			if part := ana.do("GET", f.URL, "", "Range: bytes=3-5").is(t, 206, ""); part.body != c.data[3:6] {
				t.Errorf("%s: a part is %q", c.kind, part.body)
			}
			var again fileJSON
			if ana.sends(doc, c.kind, c.data).is(t, 201, "").into(t, &again); again != f {
				t.Errorf("%s: again it is %+v", c.kind, again)
			}
			// A file belongs to its document: another one does not open it.
			ana.do("GET", "/files/"+string(other)+"/"+name, "").is(t, 404, "not_found")
			ana.do("GET", "/files/nosuchdocument/"+name, "").is(t, 404, "not_found")
		}
		ana.do("GET", "/files/"+string(doc)+"/nosuchfile", "").is(t, 404, "not_found")
		ana.do("GET", "/files/"+string(doc)+"/a%00b", "").is(t, 404, "not_found")
		ana.do("GET", "/files/"+string(doc)+"/", "").is(t, 404, "not_found")
	})
}

func TestFilesThatAreRefused(t *testing.T) {
	w := open(t, func(c *Config) { c.MaxFileBytes, c.MaxDocumentFileBytes = 100_000, 250_000 })
	ana := w.person()
	doc := ana.create("x", ot.Rich).ID
	fine := drawn(t, "image/png", 30, 20)
	for _, c := range []struct {
		name, kind, data string
		status           int
		code             string
	}{
		{"SVG", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, 415, "not_an_image"},
		{"SVG as PNG", "image/png", `<svg xmlns="http://www.w3.org/2000/svg"/>`, 415, "not_an_image"},
		{"HTML as PNG", "image/png", "<!doctype html><script>alert(1)</script>", 415, "not_an_image"},
		{"HTML", "text/html", "<p>", 415, "not_an_image"},
		{"JPEG as PNG", "image/png", drawn(t, "image/jpeg", 5, 5), 415, "not_an_image"},
		{"PNG as anything", "application/octet-stream", fine, 415, "not_an_image"},
		{"PNG as JSON", "application/json", fine, 415, "not_an_image"},
		{"no type", "", fine, 415, "not_an_image"},
		{"half a header", "image/png", fine[:20], 415, "not_an_image"},
		{"half a header", "image/jpeg", "\xff\xd8\xff", 415, "not_an_image"},
		{"half a header", "image/gif", "GIF89a", 415, "not_an_image"},
		{"half a header", "image/webp", "RIFF\x40\x00\x00\x00WEBPVP8X", 415, "not_an_image"},
		{"another chunk", "image/webp", webpOf("ALPH"), 415, "not_an_image"},
		{"no key frame", "image/webp", webpOf("VP8 ", 0, 0, 0), 415, "not_an_image"},
		{"HEIC", "image/avif", strings.ReplaceAll(avifOf("heic"), "avif", "heix"), 415, "not_an_image"},
		{"half a box", "image/avif", avifOf("avif")[:20], 415, "not_an_image"},
		{"nothing", "image/png", "", 415, "not_an_image"},
		{"too many pixels", "image/png", pngOf(10_000, 5_001, 0), 413, "too_large"},
		{"far too many pixels", "image/png", pngOf(1<<31-1, 1<<31-1, 0), 415, "not_an_image"},
		{"too many pixels", "image/webp", webpOf("VP8X", 0, 0, 0, 0, 255, 255, 255, 255, 255, 255), 413, "too_large"},
		{"too many pixels", "image/avif", avifOf("avif", [2]uint32{10_000, 10_000}), 413, "too_large"},
		{"too many bytes", "image/png", pngOf(1, 1, 100_000), 413, "too_large"},
	} {
		if a := ana.sends(doc, c.kind, c.data); a.status != c.status {
			t.Errorf("%s: %d, want %d: %s", c.name, a.status, c.status, a.body)
		} else {
			a.is(t, c.status, c.code)
		}
	}
	ana.sends("nosuchdocument", "image/png", fine).is(t, 404, "not_found")
	evil := ana.do("POST", "/api/docs/"+string(doc)+"/files", fine, "Origin: https://evil.example")
	evil.is(t, 403, "wrong_origin")
	for i := range 3 {
		ana.sends(doc, "image/png", pngOf(uint32(i)+1, 1, 80_000)).is(t, 201, "")
	}
	ana.sends(doc, "image/png", pngOf(9, 1, 80_000)).is(t, 413, "too_large")
	ana.sends(doc, "image/png", pngOf(1, 1, 80_000)).is(t, 201, "") // is there
	for _, change := range []func(*Config){
		func(c *Config) { c.MaxFileBytes = -1 }, func(c *Config) { c.MaxFileBytes = fileMost + 1 }, func(c *Config) { c.MaxDocumentFileBytes = -1 },
	} {
		c := Config{Addr: "localhost:1"}
		if change(&c); c.Validate() == nil {
			t.Errorf("%+v is valid", c)
		}
	}
}

// Nothing that is sent as an image makes the header's reader panic.
func TestSniffAnything(t *testing.T) {
	for _, data := range []string{
		drawn(t, "image/png", 30, 20), drawn(t, "image/jpeg", 16, 9), drawn(t, "image/gif", 7, 8),
		webpOf("VP8X", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), webpOf("VP8L", 0x2f), webpOf("VP8 "), avifOf("avif", [2]uint32{1 << 31, 1 << 31}),
	} {
		for n := range len(data) {
			for _, change := range []byte{0, 1, 0x7f, 0x80, 0xff} {
				b := []byte(data)
				b[n] = change
				sniffImage(b)
				sniffImage(b[:n])
			}
		}
	}
}

// So many files come at once and no more; the others wait, and are refused when
// that takes too long.
func TestUploadsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var u uploads
		ctx := t.Context()
		var leave []func()
		enter := func(user wire.UserID) error {
			l, err := u.enter(ctx, user)
			if err == nil {
				leave = append(leave, l)
			}
			return err
		}
		for range uploadsOfUser {
			if err := enter("ana"); err != nil {
				t.Fatal(err)
			}
		}
		began := time.Now()
		if err := enter("ana"); err != &errBusy || time.Since(began) != uploadWait {
			t.Errorf("one more of hers: %v after %v", err, time.Since(began))
		}
		for i := range uploadsAtOnce - uploadsOfUser {
			if err := enter(wire.UserID(fmt.Sprint(i))); err != nil {
				t.Fatal(err)
			}
		}
		time.AfterFunc(time.Second, func() { leave[0]() })
		began = time.Now()
		if err := enter("ben"); err != nil || time.Since(began) != time.Second {
			t.Errorf("when another has come: %v after %v", err, time.Since(began))
		}
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := u.enter(gone, "ben"); err == nil {
			t.Error("somebody who has gone has a place")
		}
		for _, l := range leave[1:] {
			l()
		}
		if u.all != 0 || len(u.users) != 0 {
			t.Errorf("%d are left of %v", u.all, u.users)
		}
	})
}

// A file that comes slowly may take longer than other bodies, and is stored.
func TestFileWithoutLength(t *testing.T) {
	w := listenRaw(t, open(t))
	doc := w.person().create("x", ot.Rich).ID
	data := pngOf(2, 2, 50_000)
	c := w.raw()
	c.says("POST /api/docs/" + string(doc) + "/files HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n")
	for part := range strings.SplitSeq(data, "xxxxxxxxxx") {
		part += "xxxxxxxxxx"
		c.says(fmt.Sprintf("%x\r\n%s\r\n", len(part), part))
	}
	c.says("0\r\n\r\n")
	if resp, body := c.answer(); resp.StatusCode != 201 {
		t.Errorf("%s: %s", resp.Status, body)
	}
	// Half of one is none.
	c = w.raw()
	c.says("POST /api/docs/" + string(doc) + "/files HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 90000\r\n\r\n" + data)
	c.Close()
	w.settled(`collabd_http_requests_total{route="POST /api/docs/{id}/files",status="400"}`, 1)
}

func crc(b []byte) uint32 { return crc32.ChecksumIEEE(b) }
