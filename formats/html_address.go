package formats

import (
	"strings"

	"github.com/collabd/collabd/ot"
)

// link is an address as a document may have it, "" for another.
func (r *htmlReader) link(address string) string {
	address = r.local(strings.TrimSpace(address))
	if !isLink(address) {
		return ""
	}
	return address
}

// local makes a path of an address of this site.
func (r *htmlReader) local(address string) string {
	if path, ok := strings.CutPrefix(address, r.from.Base); ok && r.from.Base != "" && isPath(path) {
		return path
	}
	return address
}

// image reads an image: one of this site, or one that the page itself holds. Of
// other sites no image is shown, because who reads should not be told to their
// host; so a link leads there, and a person decides.
func (r *htmlReader) image(t tag, in context) {
	source := r.local(strings.TrimSpace(t.attrs["src"]))
	if strings.HasPrefix(source, "data:") {
		uri := source
		if source = ""; r.from.Embedded != nil {
			source = r.from.Embedded(uri)
		}
	} else if !in.own && !strings.HasPrefix(source, "/files/") {
		r.foreignImage(source, t.attrs["alt"], in)
		return
	}
	e := ot.NewEmbed("image", ot.StringValue(source))
	if !ot.EmbedAllowed(e) {
		r.dropped++
		return
	}
	r.embed(e, in)
}

func (r *htmlReader) foreignImage(source, alt string, in context) {
	if strings.HasPrefix(source, "//") {
		source = "https:" + source
	}
	if link := r.link(source); link == "" || !strings.HasPrefix(strings.ToLower(link), "http") {
		r.dropped++
		return
	}
	if alt = strings.Join(strings.Fields(alt), " "); alt == "" {
		alt = source
	}
	if in.text.link == "" {
		in.text.link = source
	}
	r.write(alt, in)
}
