package persist

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

type memoryFile struct {
	about File
	data  []byte
}

// PutFile is as [SQLite.PutFile].
func (m *Memory) PutFile(ctx context.Context, f File, data []byte, most int64) (File, error) {
	f, err := prepareFile(f, data)
	if err != nil {
		return File{}, fmt.Errorf("file of %s: %w", f.Doc, err)
	}
	err = m.on(ctx, f.Doc, func(*memoryDoc) error {
		sum := f.Bytes
		for _, is := range m.files {
			switch {
			case is.about.Doc == f.Doc && is.about.SHA256 == f.SHA256:
				f = is.about
				return nil
			case is.about.Doc == f.Doc:
				sum += is.about.Bytes
			}
		}
		if sum > most {
			return ErrFilesFull
		}
		if _, ok := m.files[f.ID]; ok {
			return ErrExists
		}
		m.files[f.ID] = memoryFile{f, bytes.Clone(data)}
		return nil
	})
	if err != nil {
		return File{}, err
	}
	return f, nil
}

// File is as [SQLite.File].
func (m *Memory) File(ctx context.Context, doc wire.DocID, id FileID) (f File, err error) {
	err = m.do(ctx, func() error {
		is, ok := m.files[id]
		if !ok || is.about.Doc != doc {
			return fmt.Errorf("file of %s: %w", doc, session.ErrNotFound)
		}
		f = is.about
		return nil
	})
	return f, err
}

// Files is as [SQLite.Files].
func (m *Memory) Files(ctx context.Context, doc wire.DocID) (files []File, err error) {
	err = m.do(ctx, func() error {
		for _, is := range m.files {
			if is.about.Doc == doc {
				files = append(files, is.about)
			}
		}
		return nil
	})
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return files, err
}

// FilePart is as [SQLite.FilePart].
func (m *Memory) FilePart(ctx context.Context, id FileID, n int) (part []byte, err error) {
	err = m.do(ctx, func() error {
		is := m.files[id]
		if n < 0 || n*filePart >= len(is.data) {
			return fmt.Errorf("part %d of file %s: %w", n, id, session.ErrNotFound)
		}
		part = bytes.Clone(is.data[n*filePart : min((n+1)*filePart, len(is.data))])
		return nil
	})
	return part, err
}
