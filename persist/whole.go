package persist

import (
	"context"
	"fmt"
	"time"

	"github.com/collabd/collabd/session"
)

// Whole is a document with all that it has from the start: one that comes from a
// file. It is stored at once or not at all, so that nobody finds it half made.
type Whole struct {
	Document session.Document
	// Records are its history, revisions 1 and following.
	Records []session.Record
	Files   []WholeFile
}

// WholeFile is a file of a Whole. Doc of About is that of the document; no two
// have the same bytes.
type WholeFile struct {
	About File
	Data  []byte
}

// prepareWhole checks it and completes what is known of its files.
func prepareWhole(w Whole) ([]recordRow, []WholeFile, error) {
	if err := checkDocument(w.Document); err != nil {
		return nil, nil, err
	}
	rows, err := encodeBatch(w.Document.ID, w.Records)
	if err == nil && len(rows) > 0 && rows[0].revision != 1 {
		err = fmt.Errorf("%w: a history that begins with revision %d", ErrMalformed, rows[0].revision)
	}
	if err != nil {
		return nil, nil, err
	}
	files := make([]WholeFile, 0, len(w.Files))
	for _, f := range w.Files {
		if f.About.Doc != w.Document.ID {
			return nil, nil, fmt.Errorf("%w: a file of another document", ErrMalformed)
		}
		about, err := prepareFile(f.About, f.Data)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, WholeFile{about, f.Data})
	}
	return rows, files, nil
}

// CreateWhole stores a document with its history and files. Head of the document
// is not looked at. [ErrExists] if its id is taken, or that of a file, or if two
// files are the same; [ErrDuplicate] and [ErrMalformed] as Append and PutFile
// have them. After an error nothing of it is there, if the error is one of these;
// after another one all or nothing of it is.
func (s *SQLite) CreateWhole(ctx context.Context, w Whole) error {
	rows, files, err := prepareWhole(w)
	if err == nil {
		err = s.createWhole(ctx, w.Document, rows, files)
	}
	if err != nil {
		return fmt.Errorf("create document %s whole: %w", w.Document.ID, err)
	}
	return nil
}

// createWhole stores the parts of files first, each by a job of its own: they are
// nothing until their rows are there, which come with the document.
func (s *SQLite) createWhole(ctx context.Context, d session.Document, rows []recordRow, files []WholeFile) (err error) {
	written := 0
	defer func() {
		if err == nil {
			return
		}
		for _, f := range files[:written] {
			s.dropParts(ctx, f.About.ID)
		}
	}()
	for _, f := range files {
		written++
		for n, part := range partsOf(f.Data) {
			if err := s.write(ctx, func(tx *writeTx) error { return putPart(tx, f.About.ID, n, part) }); err != nil {
				return err
			}
		}
	}
	return s.write(ctx, func(tx *writeTx) error {
		if err := insertDocument(tx, d, time.Time{}); err != nil {
			return err
		}
		for _, f := range files {
			if err := insertFile(tx, f.About); err != nil {
				return err
			}
		}
		if len(rows) == 0 {
			return nil
		}
		return appendRows(tx, rows)
	})
}
