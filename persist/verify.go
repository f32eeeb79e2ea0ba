package persist

import (
	"context"
	"fmt"
	"slices"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// verifyChunk is how many records are replayed from one read, so that a long
// history is neither held in memory nor pinned in the database.
const verifyChunk = 1000

// Report says what Verify has read.
type Report struct {
	Doc       wire.DocID
	Head      wire.Revision // the last revision that was replayed
	Snapshots int           // stored snapshots that were compared
	Units     int           // UTF-16 code units of the document at Head
	Files     int           // files that were read and compared with their hashes
}

// history is what verify needs of a store.
type history interface {
	session.Store
	filesOf
	Files(ctx context.Context, doc wire.DocID) ([]File, error)
	snapshotRevisions(ctx context.Context, doc wire.DocID) ([]wire.Revision, error)
}

// Verify replays the history of a document from its beginning and compares it
// with every stored snapshot, and its files with their hashes, while others go
// on writing. [*DamagedError] names the first revision, or the file, that is not
// what it should be; Report says how far it came.
func (s *SQLite) Verify(ctx context.Context, doc wire.DocID) (Report, error) {
	return verify(ctx, s, doc)
}

func verify(ctx context.Context, h history, id wire.DocID) (Report, error) {
	report := Report{Doc: id}
	about, err := h.Document(ctx, id)
	if err != nil {
		return report, fmt.Errorf("verify: %w", err)
	}
	// Before the head: a snapshot that is stored in between must not look like
	// one that the log does not reach.
	snapshots, err := h.snapshotRevisions(ctx, id)
	if err != nil {
		return report, fmt.Errorf("verify document %s: %w", id, err)
	}
	head, err := h.Head(ctx, id)
	if err != nil {
		return report, fmt.Errorf("verify: %w", err)
	}
	if n := len(snapshots); n > 0 && snapshots[n-1] > head {
		return report, &DamagedError{Doc: id, Revision: head + 1, Part: PartRecord, Reason: fmt.Sprintf(
			"it is missing, though there is a snapshot of revision %d", snapshots[n-1])}
	}
	state := about.Kind.Initial().Edit()
	for report.Head < head {
		records, err := h.Records(ctx, id, report.Head, min(head, report.Head+verifyChunk))
		if err != nil {
			return report, err
		}
		for _, r := range records {
			if err := state.Apply(r.Op); err != nil {
				return report, &DamagedError{Doc: id, Revision: r.Revision, Part: PartRecord, Reason: "its op does not apply", Cause: err}
			}
			report.Head, report.Units = r.Revision, state.Len()
			if len(snapshots) > 0 && snapshots[0] == r.Revision {
				snapshots = snapshots[1:]
				there, err := compare(ctx, h, id, r.Revision, state.Doc())
				if err != nil {
					return report, err
				}
				if there {
					report.Snapshots++
				}
			}
		}
	}
	files, err := h.Files(ctx, id)
	if err != nil {
		return report, fmt.Errorf("verify document %s: %w", id, err)
	}
	for _, f := range files {
		if _, err := readFile(ctx, h, f); err != nil {
			return report, err
		}
		report.Files++
	}
	return report, nil
}

// compare reports whether the snapshot is there: it may have been removed since
// it was seen, see Pack.
func compare(ctx context.Context, h history, id wire.DocID, revision wire.Revision, replayed ot.Doc) (there bool, err error) {
	stored, err := h.Snapshot(ctx, id, revision)
	if err != nil {
		return false, err
	}
	if stored.Revision != revision {
		is, err := h.snapshotRevisions(ctx, id)
		if err != nil || !slices.Contains(is, revision) {
			return false, err
		}
	}
	if stored.Revision != revision || !stored.Doc.Equal(replayed) {
		return false, &DamagedError{Doc: id, Revision: revision, Part: PartSnapshot, Reason: "it differs from what the history makes"}
	}
	return true, nil
}
