package persist

import (
	"context"
	"maps"
	"slices"

	"github.com/collabd/collabd/wire"
)

// memoryText is what PutText has stored.
type memoryText struct {
	revision  wire.Revision
	key, text string
	words     map[string]bool // with those of the title
}

// Search is as [SQLite.Search].
func (m *Memory) Search(ctx context.Context, q SearchQuery) (matches []Match, err error) {
	return searchEntries(q, func(q SearchQuery, words search) searcher {
		entries := func(limit int, found func(*memoryDoc) bool) (list []Entry, err error) {
			err = m.do(ctx, func() error {
				for _, d := range m.docs {
					if e := m.entry(d, q.Viewer); e.in(q.View, q.Folder) && found(d) {
						list = append(list, e)
					}
				}
				return nil
			})
			slices.SortFunc(list, func(a, b Entry) int { return cursorAt(SortEdited, a).compare(cursorAt(SortEdited, b)) })
			return list[:min(limit, len(list))], err
		}
		return searcher{
			titles: func(limit int) ([]Entry, error) {
				return entries(limit, func(d *memoryDoc) bool { return words.inKey(titleKey(d.about.Title)) })
			},
			texts: func(limit int) ([]Entry, error) {
				return entries(limit, func(d *memoryDoc) bool { return d.text.has(words) })
			},
			read: func(docs []Entry, f func(wire.DocID, string)) error {
				return m.do(ctx, func() error {
					for _, e := range docs {
						if t := m.docs[e.ID].text; t != nil {
							f(e.ID, t.text)
						}
					}
					return nil
				})
			},
		}
	})
}

func (t *memoryText) has(q search) bool {
	if t == nil {
		return false
	}
	for _, w := range q.words {
		if !t.words[w] {
			return false
		}
	}
	prefix := search{prefix: q.prefix}
	for w := range t.words {
		if prefix.has(w) {
			return true
		}
	}
	return false
}

// PutText is as [SQLite.PutText].
func (m *Memory) PutText(ctx context.Context, doc wire.DocID, revision wire.Revision, text string) error {
	text = indexedText(text)
	words := indexedWords(text)
	return m.on(ctx, doc, func(d *memoryDoc) error {
		if d.text != nil && d.text.revision > revision {
			return nil
		}
		t := &memoryText{revision: revision, key: titleKey(d.about.Title), text: text, words: map[string]bool{}}
		for _, w := range append(indexedWords(t.key), words...) {
			t.words[w] = true
		}
		d.text = t
		return nil
	})
}

func (d *memoryDoc) behind() bool {
	return d.text == nil || d.text.key != titleKey(d.about.Title) || d.text.revision < d.head()
}

// TextBehind is as [SQLite.TextBehind].
func (m *Memory) TextBehind(ctx context.Context, doc wire.DocID) (behind bool, err error) {
	err = m.on(ctx, doc, func(d *memoryDoc) error { behind = d.behind(); return nil })
	return behind, err
}

// TextsBehind is as [SQLite.TextsBehind].
func (m *Memory) TextsBehind(ctx context.Context, after wire.DocID, limit int) (docs []wire.DocID, err error) {
	err = m.do(ctx, func() error {
		for _, id := range slices.Sorted(maps.Keys(m.docs)) {
			if id > after && len(docs) < limit && m.docs[id].behind() {
				docs = append(docs, id)
			}
		}
		return nil
	})
	return docs, err
}
