package server

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
)

// images are those of a document on its way in, each once.
type images struct {
	files []persist.WholeFile
	known map[[sha256.Size]byte]string // addresses
	bytes int64
}

// image takes an image that a file holds, and returns its address in the new
// document; "" if it is none, or more than the document may have.
func (in *intake) image(data []byte) string {
	sum := sha256.Sum256(data)
	if address, ok := in.images.known[sum]; ok {
		return address
	}
	kind, width, height, ok := sniffImage(data)
	size := int64(len(data))
	cfg := &in.server.cfg
	if !ok || size > cfg.MaxFileBytes || in.images.bytes+size > cfg.MaxDocumentFileBytes || width*height > imagePixels {
		return ""
	}
	f := persist.File{
		ID: persist.FileID(session.NewID()), Doc: in.id, User: in.user, Type: kind, Width: width, Height: height, Created: time.Now(),
	}
	address := "/files/" + string(f.Doc) + "/" + string(f.ID)
	if in.images.known == nil {
		in.images.known = map[[sha256.Size]byte]string{}
	}
	in.images.known[sum] = address
	in.images.bytes += size
	in.images.files = append(in.images.files, persist.WholeFile{About: f, Data: data})
	return address
}

// embedded is image for a data: URI (RFC 2397). What it says of its type is not
// looked at: the bytes tell.
func (in *intake) embedded(uri string) string {
	head, body, ok := strings.Cut(strings.TrimPrefix(uri, "data:"), ",")
	if !ok || !strings.HasSuffix(strings.ToLower(head), ";base64") {
		return ""
	}
	if strings.Contains(body, "%") {
		unescaped, err := url.PathUnescape(body)
		if err != nil {
			return ""
		}
		body = unescaped
	}
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(body), ""))
	if err != nil {
		return ""
	}
	return in.image(data)
}
