package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// What a POST is answered ends the connection at most: only the opening of the
// next one says whether the client has to stop.
func TestRefusedPost(t *testing.T) {
	for _, status := range []int{http.StatusGone, http.StatusForbidden, http.StatusConflict} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/events" {
				w.WriteHeader(status)
				return
			}
			_, _ = io.WriteString(w, "event: connection\ndata: token\n\ndata: {}\n\n")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}))
		c := newEventStream(server.Client(), server.URL+"/events", 1000, 0)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		if err := c.Write(ctx, []byte(`{"type":"hello"}`)); err != nil {
			t.Fatal(err)
		}
		if frame, err := c.Read(ctx); err != nil || string(frame) != "{}" {
			t.Errorf("read %q, %v", frame, err)
		}
		if err := c.Write(ctx, []byte(`{}`)); err == nil || errors.As(err, new(*HTTPError)) {
			t.Errorf("a POST that is answered with %d: %v", status, err)
		}
		if err := c.Close(0, ""); err != nil {
			t.Error(err)
		}
		if frame, err := c.Read(ctx); err == nil {
			t.Errorf("read %q after the close", frame)
		}
		if err := c.Write(ctx, []byte(`{}`)); err == nil {
			t.Error("written after the close")
		}
		cancel()
		server.Close()
	}
}
