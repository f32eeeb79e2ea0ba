package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/wire"
)

// storageCmd shows what documents take.
type storageCmd struct {
	storeFlags `embed:""`
}

// storeFlags say which store a tool works on, and how much it tells of it.
type storeFlags struct {
	Data  string `default:"data" env:"COLLABD_DATA" type:"path" help:"Folder of the database."`
	Store string `env:"COLLABD_STORE" placeholder:"postgres://…" help:"Where the data is, as for the server."`
	Top   int    `default:"20" help:"How many documents are shown, the largest first."`
}

func (f storeFlags) store() string {
	if f.Store != "" {
		return f.Store
	}
	return "sqlite:" + filepath.Join(f.Data, "collabd.db")
}

// Run prints the table; the server may be running.
func (c *storageCmd) Run(ctx context.Context) (err error) {
	s, err := persist.OpenToRead(ctx, c.store())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	now, err := weigh(ctx, s)
	if err != nil {
		return err
	}
	now.print(os.Stdout, c.Top)
	return nil
}

// weight is what a store holds at a moment.
type weight struct {
	docs        map[wire.DocID]persist.Size
	space, free int64
	where       string
}

func weigh(ctx context.Context, s persist.Store) (w weight, err error) {
	const page = 500
	w = weight{docs: map[wire.DocID]persist.Size{}, where: s.Describe()}
	for after := wire.DocID(""); ; {
		sizes, err := s.Sizes(ctx, after, page)
		if err != nil {
			return w, err
		}
		for _, size := range sizes {
			w.docs[size.Doc] = size
		}
		if len(sizes) == 0 {
			break
		}
		after = sizes[len(sizes)-1].Doc
	}
	w.space, w.free, err = s.Space(ctx)
	return w, err
}

// largest returns up to n documents, the largest first, and the sum of the others
// and of all.
func (w weight) largest(n int) (top []persist.Size, others, all persist.Size) {
	for _, size := range w.docs {
		top = append(top, size)
		all.Add(size)
	}
	slices.SortFunc(top, func(a, b persist.Size) int {
		return cmp.Or(cmp.Compare(b.Total(), a.Total()), cmp.Compare(a.Doc, b.Doc))
	})
	for _, size := range top[min(n, len(top)):] {
		others.Add(size)
	}
	return top[:min(n, len(top))], others, all
}

func (w weight) print(out io.Writer, n int) {
	top, others, all := w.largest(n)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "document\tedits\tpacked\thistory\tsnapshots\tfiles\ttotal\t")
	line := func(name string, s persist.Size) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\t%s\t%s\t\n", name, s.Edits, s.Packed, size(s.History()),
			size(s.Snapshots.Bytes), size(s.Files.Bytes), size(s.Total()))
	}
	for _, s := range top {
		line(string(s.Doc), s)
	}
	if rest := len(w.docs) - len(top); rest > 0 {
		line(fmt.Sprintf("%d others", rest), others)
	}
	line("all", all)
	_ = t.Flush() // to a terminal
	fmt.Fprintf(out, "%s takes %s", w.where, size(w.space))
	if w.free > 0 {
		fmt.Fprintf(out, ", %s of which are free for what comes", size(w.free))
	}
	fmt.Fprintln(out)
}

// size writes bytes as people read them.
func size(n int64) string {
	switch {
	case n < 10_000:
		return fmt.Sprintf("%d B", n)
	case n < 10_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
