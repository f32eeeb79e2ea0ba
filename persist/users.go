package persist

import (
	"fmt"
	"time"

	"github.com/collabd/collabd/wire"
)

// User is a person: who signed in, or a guest.
type User struct {
	ID      wire.UserID
	Name    string // as others see it
	Color   string // of the cursor, as "#rrggbb"
	Guest   bool
	Created time.Time // kept to the microsecond; does not change
}

func checkUser(u User) error {
	if u.ID == "" {
		return fmt.Errorf("%w: a user needs an id", ErrMalformed)
	}
	return checkText("user", string(u.ID), u.Name, u.Color)
}
