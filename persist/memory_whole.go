package persist

import (
	"bytes"
	"context"
	"fmt"
	"time"
)

// CreateWhole is as [SQLite.CreateWhole].
func (m *Memory) CreateWhole(ctx context.Context, w Whole) error {
	rows, files, err := prepareWhole(w)
	if err == nil {
		err = m.do(ctx, func() error {
			if _, ok := m.docs[w.Document.ID]; ok {
				return ErrExists
			}
			sums := map[[32]byte]bool{}
			for _, f := range files {
				if _, ok := m.files[f.About.ID]; ok || sums[f.About.SHA256] {
					return ErrExists
				}
				sums[f.About.SHA256] = true
			}
			d := newMemoryDoc(w.Document, time.Time{})
			if len(rows) > 0 {
				if err := d.append(rows); err != nil {
					return err
				}
			}
			m.docs[w.Document.ID] = d
			for _, f := range files {
				m.files[f.About.ID] = memoryFile{f.About, bytes.Clone(f.Data)}
			}
			return nil
		})
	}
	if err != nil {
		return fmt.Errorf("create document %s whole: %w", w.Document.ID, err)
	}
	return nil
}
