package main

import (
	"bytes"
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
	"github.com/collabd/collabd/wire"
)

// importCmd makes documents of files.
type importCmd struct {
	Data       string   `default:"data" env:"COLLABD_DATA" type:"path" help:"Folder of the database, whose server must be stopped."`
	Store      string   `env:"COLLABD_STORE" placeholder:"postgres://…" help:"Where the data is, as for the server. That of a Postgres store may be running."`
	User       string   `placeholder:"ID" help:"Id of the user whose documents they become. Default: nobody's."`
	KeepPeople bool     `help:"Let records of a history belong to the users who have the ids in the file. Only for files that you trust: otherwise everybody but --user becomes a new guest of the same name."`
	Title      string   `help:"Title of the documents. Default: what the file says, or its name."`
	Kind       string   `default:"rich" enum:"rich,text" help:"Kind of documents that files other than a history become: ${enum}."`
	Files      []string `arg:"" type:"existingfile" help:"Files to import: .gz or .jsonl with a history, .docx, .md, .html, .txt."`
}

// importBytes is the most of a file that is no history: it is in memory.
const importBytes = 100 << 20

// Run makes a document of each file, and prints its id. It stops at the first
// file that cannot be imported.
func (c *importCmd) Run(ctx context.Context) (err error) {
	s, err := openExisting(ctx, storeName(c.Store, c.Data))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for _, path := range c.Files {
		done, err := c.file(ctx, s, path)
		if err != nil {
			return fmt.Errorf("import %s: %w", path, err)
		}
		fmt.Printf("%s\t%d records, %d pictures\t%s\n", done.Document.ID, done.Records, done.Files, done.Document.Title)
	}
	return nil
}

func (c *importCmd) file(ctx context.Context, s persist.Store, path string) (done archive.Imported, err error) {
	f, err := os.Open(path)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	opt := archive.Options{
		Importer: wire.UserID(c.User), KeepPeople: c.KeepPeople, Title: c.Title, Image: imageType,
		Limits: archive.Limits{Bytes: 64 << 30, Records: 1 << 30, FileBytes: persist.FileBytes, FilesBytes: 16 << 30}, // the operator's own
	}
	ext := strings.ToLower(filepath.Ext(path))
	if ext == ".gz" || ext == ".jsonl" {
		return archive.Import(ctx, s, f, opt)
	}
	data, err := io.ReadAll(io.LimitReader(f, importBytes+1))
	if err != nil {
		return done, err
	}
	if len(data) > importBytes {
		return done, archive.ErrTooLarge
	}
	content, err := c.read(ext, data)
	if err != nil {
		return done, err
	}
	if c.Title != "" {
		content.Title = c.Title
	} else if content.Title == "" {
		content.Title = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	return archive.Make(ctx, s, content, opt.Importer)
}

// read reads a file without a history.
func (c *importCmd) read(ext string, data []byte) (content archive.Content, err error) {
	content.Kind = ot.DocKind(c.Kind)
	if ext == ".docx" {
		d, err := docx.Read(bytes.NewReader(data), int64(len(data)), docx.Limits{})
		if err != nil {
			return content, err
		}
		content.Title, content.Op = d.Title, d.Op
		if content.Kind == ot.Text {
			content.Op, err = formats.FromText(docx.Plain(d.Op), ot.Text)
			return content, err
		}
		for _, i := range d.Images {
			content.Images = append(content.Images, archive.Image(i))
		}
		return content, nil
	}
	text, err := formats.Decode(data)
	if err != nil {
		return content, err
	}
	from := formats.Source{Embedded: func(uri string) string { return embedded(&content, uri) }}
	var read formats.Read
	switch {
	case (ext == ".html" || ext == ".htm") && content.Kind == ot.Rich:
		read, err = formats.FromHTML(text, from)
	case (ext == ".md" || ext == ".markdown") && content.Kind == ot.Rich:
		read, err = formats.ImportMarkdown(text, from)
	case ext == ".txt" || ext == ".md" || ext == ".markdown":
		read.Op, err = formats.FromText(text, content.Kind)
	default:
		err = fmt.Errorf("%q does not say what it is: .gz, .jsonl, .docx, .md, .html and .txt do (.html of a rich document alone)", ext)
	}
	content.Op, content.Title = read.Op, read.Title
	return content, err
}

func imageType(data []byte) (kind string, ok bool) {
	kind, _, _, ok = server.ImageOf(data)
	return kind, ok
}

// embedded keeps a picture that is in a text as a data: URI, and returns the
// address that it has until it is stored.
func embedded(content *archive.Content, uri string) string {
	_, encoded, ok := strings.Cut(uri, ";base64,")
	if !ok {
		return ""
	}
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return ""
	}
	kind, width, height, ok := server.ImageOf(data)
	if !ok {
		return ""
	}
	url := fmt.Sprintf("/embedded/%d", len(content.Images))
	content.Images = append(content.Images, archive.Image{URL: url, Data: data, Type: kind, Width: width, Height: height})
	return url
}
