package replay

import (
	"os"
	"path/filepath"
	"testing"
)

// TestRecordedTraces checks the traces in the folder COLLABD_TRACES, without a
// server: the plan must lead to the text that the header promises.
func TestRecordedTraces(t *testing.T) {
	dir := os.Getenv("COLLABD_TRACES")
	if dir == "" {
		t.Log("COLLABD_TRACES is not set: only the traces made by the tests are checked")
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no traces in %s (%v)", dir, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			trace, err := ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := trace.Final(); err != nil {
				t.Error(err)
			}
		})
	}
}
