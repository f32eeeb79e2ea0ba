package persist

import (
	"container/list"
	"sync"
	"sync/atomic"

	"github.com/collabd/collabd/session"
)

const (
	// blockCacheBytes is what a store keeps of blocks that were read, so that
	// whoever looks through a history does not have each unpacked again and again:
	// some thirty blocks of typed letters.
	blockCacheBytes = 32 << 20
	// recordCost is what an unpacked record takes in memory, and componentCost what
	// each component of its op does, without its text.
	recordCost    = 200
	componentCost = 24
)

// blockCache keeps the records of blocks that were read last. A block never
// changes: one that takes its place has another checksum. It is safe for
// concurrent use.
type blockCache struct {
	most int

	mu    sync.Mutex
	order list.List // of *cachedBlock, the one that was used last in front
	known map[blockKey]*list.Element
	bytes int

	decoded atomic.Uint64 // blocks that were unpacked
}

type blockKey struct {
	doc                     string
	first, factsSum, opsSum int64
}

type cachedBlock struct {
	key     blockKey
	records []session.Record
	bytes   int
}

func newBlockCache(most int) *blockCache {
	return &blockCache{most: most, known: make(map[blockKey]*list.Element)}
}

func keyOf(row *blockRow) blockKey { return blockKey{row.doc, row.first, row.factsSum, row.opsSum} }

// hold gives the row its records, which are shared, if they are there: then its
// halves need not be read.
func (c *blockCache) hold(row *blockRow) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.known[keyOf(row)]
	if e == nil {
		return false
	}
	c.order.MoveToFront(e)
	row.held = e.Value.(*cachedBlock).records
	return true
}

// records returns the records of a block, which are shared.
func (c *blockCache) records(row *blockRow) ([]session.Record, error) {
	if row.held != nil {
		return row.held, nil
	}
	records, err := row.records()
	if err != nil {
		return nil, err
	}
	c.decoded.Add(1)
	c.put(keyOf(row), records)
	return records, nil
}

func (c *blockCache) put(key blockKey, records []session.Record) {
	bytes := len(records) * recordCost
	for i := range records {
		for c := range records[i].Op.Components() {
			bytes += componentCost + len(c.Text) + len(c.Embed.Value())
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known[key] != nil || bytes > c.most {
		return
	}
	c.known[key] = c.order.PushFront(&cachedBlock{key, records, bytes})
	for c.bytes += bytes; c.bytes > c.most; {
		old := c.order.Remove(c.order.Back()).(*cachedBlock)
		delete(c.known, old.key)
		c.bytes -= old.bytes
	}
}
