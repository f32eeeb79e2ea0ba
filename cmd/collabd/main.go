// Command collabd is a self-hosted collaborative document editor: the server
// and its tools. Without arguments it serves on http://localhost:8080.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

type cli struct {
	Serve   serveCmd   `cmd:"" default:"withargs" help:"Run the server (the default)."`
	Replay  ReplayCmd  `cmd:"" help:"Type a recorded editing session into a running server, and check that everybody ends with the recorded text."`
	Torture TortureCmd `cmd:"" help:"Type into a server that is killed again and again, and check that nothing acknowledged is lost or doubled."`
	Export  exportCmd  `cmd:"" help:"Write a document into a file: with its whole history, or for another program."`
	Import  importCmd  `cmd:"" help:"Make documents of files: of histories, Word, Markdown, HTML and text."`
	Copy    copyCmd    `cmd:"" help:"Copy everything from one store into another: SQLite to Postgres, and back."`
	Verify  verifyCmd  `cmd:"" help:"Replay the histories of documents and compare them with their snapshots and checksums."`
	Compact compactCmd `cmd:"" help:"Pack old history into a hundredth of its size, and give the space back."`
	Storage storageCmd `cmd:"" help:"Show how many bytes documents take: history, snapshots and files."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c cli
	parser := kong.Must(&c,
		kong.Name("collabd"),
		kong.Description("A self-hosted collaborative document editor. Without arguments it serves on http://localhost:8080 with its data in ./data."),
		limitDefaults(),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	parsed, err := parser.Parse(os.Args[1:])
	if err != nil {
		err = fmt.Errorf("%w (collabd --help shows what there is)", err)
	} else {
		err = parsed.Run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "collabd: "+err.Error())
		os.Exit(1)
	}
}

type versionCmd struct{}

// Run prints the version that the module was built as.
func (versionCmd) Run() error {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
	}
	fmt.Println("collabd", version)
	return nil
}
