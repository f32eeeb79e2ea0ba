package persist

import (
	"errors"
	"fmt"
	"time"

	"github.com/collabd/collabd/session"
)

// FolderID names a folder; "" is no folder.
type FolderID string

// Folder holds documents. A document is in one folder at most, and all people
// see the same folders.
type Folder struct {
	ID        FolderID
	Name      string
	Created   time.Time // kept to the microsecond; does not change
	Documents int       // in it and not in the trash; not looked at when it is stored
}

// ErrNoFolder says that there is no such folder. Nothing was written.
var ErrNoFolder = fmt.Errorf("there is no such folder: %w", session.ErrNotFound)

func checkFolder(f Folder) error {
	if f.ID == "" {
		return fmt.Errorf("%w: a folder needs an id", ErrMalformed)
	}
	return checkText("folder", string(f.ID), f.Name)
}

// compareFolders orders folders by name, as titles are ordered.
func compareFolders(a, b Folder) int {
	return compareKeys(titleKey(a.Name), titleKey(b.Name), a.Name, b.Name, string(a.ID), string(b.ID))
}

func compareKeys(pairs ...string) int {
	for i := 0; i+1 < len(pairs); i += 2 {
		switch a, b := pairs[i], pairs[i+1]; {
		case a < b:
			return -1
		case a > b:
			return 1
		}
	}
	return 0
}

// asNoFolder makes of "there is none" that there is no folder.
func asNoFolder(err error) error {
	if errors.Is(err, session.ErrNotFound) {
		return ErrNoFolder
	}
	return err
}
