package main

import (
	"context"
	"fmt"
	"net/url"
	"testing"

	"github.com/rs/zerolog"

	"github.com/collabd/collabd/client/replay"
	"github.com/collabd/collabd/server"
)

// TestReplayIntoTheServer goes the whole road once: file, client, socket,
// session, store and back. The server is stopped and started in the middle.
func TestReplayIntoTheServer(t *testing.T) {
	const txns = 300
	const smileys = "3a49cf350579afd43144828ae3043b37a2c1ce059a5fec567b0f68b21940572a" // of 300
	lines := []string{fmt.Sprintf(`{"format":"collab-trace-1","kind":"sequential","name":"smileys","offsets":"utf16","txns":%d,"finalSha256":%q}`,
		txns, smileys)}
	for i := range txns {
		lines = append(lines, fmt.Sprintf(`[%d,0,"😀"]`, 2*i))
	}
	trace, err := replay.ReadFile(traceFile(t, lines...))
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	address, stop := startServer(t, "127.0.0.1:0", data)
	restarted := false
	report, err := replay.Run(t.Context(), trace, replay.Options{
		URL: address.String(), Clients: 2, Rate: txns, // a second, and ten reports of progress
		Terminal: true, Progress: onWrite(func() {
			if !restarted {
				restarted = true
				stop()
				_, stop = startServer(t, "127.0.0.1:"+address.Port(), data)
			}
		}),
	})
	stop()
	if err != nil || len(report.Texts) != 3 {
		t.Errorf("%v, %d texts", err, len(report.Texts))
	}
	if report.Reconnects < 2 {
		t.Errorf("%d reconnects of two clients, though the server was restarted", report.Reconnects)
	}
}

// startServer returns the address of a server that runs until stop. It may be
// called by any goroutine.
func startServer(t *testing.T, addr, data string) (address *url.URL, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- server.Run(ctx, server.Config{Addr: addr, Data: data}, zerolog.Nop(), func(at, _ string) { ready <- at })
	}()
	select {
	case at := <-ready:
		u, err := url.Parse(at)
		if err != nil {
			t.Error(err)
		}
		address = u
	case err := <-ended:
		t.Error(err)
		cancel()
		return &url.URL{}, func() {}
	}
	return address, func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

type onWrite func()

func (f onWrite) Write(p []byte) (int, error) { f(); return len(p), nil }
