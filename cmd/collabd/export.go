package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/collabd/collabd/archive"
	"github.com/collabd/collabd/formats"
	"github.com/collabd/collabd/formats/docx"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/server"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// exportCmd writes a document of a store into a file.
type exportCmd struct {
	Data     string `default:"data" env:"COLLABD_DATA" type:"path" help:"Folder of the database."`
	Store    string `env:"COLLABD_STORE" placeholder:"postgres://…" help:"Where the data is, as for the server, which may be running."`
	Format   string `default:"history" enum:"history,docx,markdown,html,text,delta" help:"What to write: ${enum}. history is everything, for collabd import."`
	Revision int64  `default:"-1" help:"The revision to write. Default: the latest one."`
	Out      string `short:"o" type:"path" placeholder:"FILE" help:"File to write. Default: standard output."`
	Document string `arg:"" help:"Id of the document."`
}

// Run writes the file.
func (c *exportCmd) Run(ctx context.Context) (err error) {
	s, err := persist.OpenToRead(ctx, storeName(c.Store, c.Data))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	d, err := s.Document(ctx, wire.DocID(c.Document))
	if errors.Is(err, session.ErrNotFound) {
		return fmt.Errorf("there is no document %s in %s", c.Document, s.Describe())
	}
	if err != nil {
		return err
	}
	at := d.Head
	if c.Revision >= 0 {
		at = wire.Revision(c.Revision)
	}
	if at > d.Head {
		return fmt.Errorf("--revision: the latest one is %d", d.Head)
	}
	out := os.Stdout
	if c.Out != "" {
		if out, err = os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			return err
		}
		defer func() {
			if err = errors.Join(err, out.Close()); err != nil {
				err = errors.Join(err, os.Remove(c.Out)) // no half of a file
			}
		}()
	}
	w := bufio.NewWriterSize(out, 64<<10)
	if err := c.write(ctx, s, d, at, w); err != nil {
		return err
	}
	return w.Flush()
}

func (c *exportCmd) write(ctx context.Context, s persist.Store, d session.Document, at wire.Revision, w io.Writer) error {
	if c.Format == "history" {
		z := gzip.NewWriter(w)
		if err := archive.Export(ctx, s, d.ID, at, z); err != nil {
			return err
		}
		return z.Close()
	}
	doc, err := session.ReadAt(ctx, s, d.ID, at)
	if err != nil {
		return err
	}
	switch c.Format {
	case "docx":
		return docx.Write(w, doc, docx.Options{Kind: d.Kind, Title: d.Title, Created: d.Created, Image: imagesOf(ctx, s, d.ID)})
	case "markdown":
		text := doc.Text()
		if d.Kind == ot.Rich {
			text = formats.Markdown(doc)
		}
		_, err = io.WriteString(w, text)
	case "html":
		_, err = io.WriteString(w, formats.HTML(doc, formats.Page{Title: d.Title, Image: dataURI(imagesOf(ctx, s, d.ID))}))
	case "delta":
		b := append([]byte(`{"kind":`), ot.StringValue(string(d.Kind))...)
		b = append(append(b, `,"title":`...), ot.StringValue(d.Title)...)
		b = doc.Op().AppendJSON(append(b, `,"op":`...))
		_, err = w.Write(append(b, '}', '\n'))
	default:
		_, err = io.WriteString(w, formats.Text(doc, d.Kind))
	}
	return err
}

// dataURI puts the bytes of pictures into a page.
func dataURI(image func(string) ([]byte, bool)) func(url string) string {
	return func(url string) string {
		data, ok := image(url)
		if !ok {
			return url
		}
		kind, _, _, _ := server.ImageOf(data)
		return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data)
	}
}

// imagesOf finds the pictures of a document by their addresses.
func imagesOf(ctx context.Context, s persist.Store, doc wire.DocID) func(url string) ([]byte, bool) {
	return func(url string) ([]byte, bool) {
		id, ok := strings.CutPrefix(url, archive.FileURL(doc, ""))
		if !ok {
			return nil, false
		}
		f, err := s.File(ctx, doc, persist.FileID(id))
		if err != nil {
			return nil, false
		}
		data, err := io.ReadAll(persist.NewFileReader(ctx, s, f))
		return data, err == nil
	}
}

// storeName is the setting of a store: the one that is named, or the file in a
// folder.
func storeName(store, data string) string {
	if store != "" {
		return store
	}
	return "sqlite:" + filepath.Join(data, "collabd.db")
}
