package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/wire"
)

// compactCmd packs old history at once, which a server does little by little.
type compactCmd struct {
	storeFlags `embed:""`
	OlderThan  time.Duration `name:"older-than" default:"24h" help:"Age of edits from which on the history is packed. 0: all of it."`
	DryRun     bool          `name:"dry-run" help:"Change nothing: show what documents take now."`
}

// Run packs, shrinks the database, and shows what each document took before and
// takes now. The server of a SQLite database must be stopped.
func (c *compactCmd) Run(ctx context.Context) (err error) {
	if c.OlderThan < 0 {
		return errors.New("--older-than is negative: say 0 to pack everything")
	}
	if c.DryRun {
		return (&storageCmd{c.storeFlags}).Run(ctx)
	}
	s, err := openExisting(ctx, c.store())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	before, err := weigh(ctx, s)
	if err != nil {
		return err
	}
	begun := time.Now()
	packed, err := packAll(ctx, s, begun.Add(-c.OlderThan))
	if err == nil {
		err = s.Shrink(ctx)
	}
	if err != nil {
		return fmt.Errorf("%w (nothing is lost: edits packed before that: %d; run it again)", err, packed.Records)
	}
	after, err := weigh(ctx, s)
	if err != nil {
		return err
	}
	printChange(os.Stdout, before, after, c.Top)
	fmt.Printf("%d edits packed into %d blocks, %d snapshots removed, in %v\n",
		packed.Records, packed.Blocks, packed.Snapshots, time.Since(begun).Round(time.Millisecond))
	return nil
}

func packAll(ctx context.Context, s persist.Store, before time.Time) (total persist.Packed, err error) {
	const page = 500
	for after := wire.DocID(""); ; {
		docs, err := s.Packable(ctx, before, after, page)
		if err != nil || len(docs) == 0 {
			return total, err
		}
		for _, doc := range docs {
			for {
				done, err := s.Pack(ctx, doc, before)
				if err != nil {
					return total, err
				}
				if done.Blocks == 0 {
					break
				}
				total.Add(done)
			}
		}
		after = docs[len(docs)-1]
	}
}

func printChange(out io.Writer, before, after weight, n int) {
	top, others, all := before.largest(n)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "document\tedits\thistory\tnow\tsnapshots\tnow\tfiles\t")
	_, _, now := after.largest(0)
	rest := now
	line := func(name string, was, is persist.Size) {
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t\n", name, was.Edits, size(was.History()), size(is.History()),
			size(was.Snapshots.Bytes), size(is.Snapshots.Bytes), size(is.Files.Bytes))
	}
	for _, was := range top {
		is := after.docs[was.Doc]
		line(string(was.Doc), was, is)
		rest.Subtract(is)
	}
	if n := len(before.docs) - len(top); n > 0 {
		line(fmt.Sprintf("%d others", n), others, rest)
	}
	line("all", all, now)
	_ = t.Flush() // to a terminal
	fmt.Fprintf(out, "%s took %s and takes %s\n", after.where, size(before.space), size(after.space))
}
