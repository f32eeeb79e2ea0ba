package persist

import (
	"context"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/rs/zerolog"

	"github.com/collabd/collabd/wire"
)

// loginKept is how long a login that is over stays as a tombstone. It is longer
// than any request that could still write it back.
const loginKept = 30 * 24 * time.Hour

// Logins keeps the logins of scs: give it to a scs.SessionManager as Store,
// with HashTokenInStore, so that it never sees a token.
//
// Unlike the stores of scs it remembers logins that are over. A request that
// loaded a login before it was ended, and commits after, would bring it back to
// life in those (with an IdleTimeout every request commits); here the commit
// does nothing. The same holds for a login that has expired.
type Logins struct {
	rows loginRows
	now  func() time.Time
}

var (
	_ scs.CtxStore         = (*Logins)(nil)
	_ scs.IterableCtxStore = (*Logins)(nil)
)

// loginRows is what a database does for Logins. now is when the call was made;
// a login is live if it has neither ended nor expired by then.
type loginRows interface {
	find(ctx context.Context, token string, now time.Time) (l login, found bool, err error)
	all(ctx context.Context, now time.Time) (map[string][]byte, error)
	// put inserts, or updates a live one, or does nothing.
	put(ctx context.Context, token string, l login, now time.Time) error
	// end makes a live one a tombstone.
	end(ctx context.Context, token string, now time.Time) error
	endOf(ctx context.Context, user wire.UserID, now time.Time) (ended int, err error)
	// sweep removes those that were over before a time.
	sweep(ctx context.Context, before time.Time) (removed int, err error)
}

type login struct {
	data    []byte
	expires time.Time
	info    LoginInfo
}

func newLogins(rows loginRows) *Logins { return &Logins{rows: rows, now: time.Now} }

// LoginInfo is what is kept of a login beside its data. An empty field leaves
// what is stored as it is.
type LoginInfo struct {
	User  wire.UserID
	IP    string
	Agent string // the browser, as it calls itself
}

type loginInfoKey struct{}

// WithLoginInfo returns a context whose commits of a login store info.
func WithLoginInfo(ctx context.Context, info LoginInfo) context.Context {
	return context.WithValue(ctx, loginInfoKey{}, info)
}

func loginInfoOf(ctx context.Context) LoginInfo {
	info, _ := ctx.Value(loginInfoKey{}).(LoginInfo)
	info.IP, info.Agent = textOf(info.IP), textOf(info.Agent)
	return info
}

// textOf makes of what a browser has sent something that can be stored.
func textOf(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// FindCtx returns the data of a live login. The slice belongs to the caller.
func (l *Logins) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	row, found, err := l.rows.find(ctx, token, l.now())
	return row.data, found, err
}

// CommitCtx stores a login, with what [WithLoginInfo] says. It does nothing if
// the login is over, and may do nothing if only the expiry has changed, and by
// little: a login that is in use must not cost a write a request.
func (l *Logins) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	now := l.now()
	next := login{data: data, expires: expiry, info: loginInfoOf(ctx)}
	is, found, err := l.rows.find(ctx, token, now)
	if err != nil {
		return err
	}
	if found && is.covers(next, now) {
		return nil
	}
	return l.rows.put(ctx, token, next, now)
}

// covers reports whether what is stored is as good as next: the same but for an
// expiry that is earlier by at most a minute, and by at most a tenth of what is
// left.
func (l login) covers(next login, now time.Time) bool {
	later := next.expires.Sub(l.expires)
	return string(l.data) == string(next.data) &&
		later >= 0 && later <= min(time.Minute, next.expires.Sub(now)/10) &&
		l.info == l.info.with(next.info)
}

func (i LoginInfo) with(next LoginInfo) LoginInfo {
	if next.User != "" {
		i.User = next.User
	}
	if next.IP != "" {
		i.IP = next.IP
	}
	if next.Agent != "" {
		i.Agent = next.Agent
	}
	return i
}

// DeleteCtx ends a login. An unknown one is no error.
func (l *Logins) DeleteCtx(ctx context.Context, token string) error {
	return l.rows.end(ctx, token, l.now())
}

// AllCtx returns the data of all live logins by their (hashed) tokens.
func (l *Logins) AllCtx(ctx context.Context) (map[string][]byte, error) {
	return l.rows.all(ctx, l.now())
}

// EndLoginsOf ends all logins of a user ("log out everywhere") and returns
// their number.
func (l *Logins) EndLoginsOf(ctx context.Context, user wire.UserID) (int, error) {
	return l.rows.endOf(ctx, user, l.now())
}

// Sweep removes logins that have been over for 30 days, and returns their
// number. The store does it by itself now and then.
func (l *Logins) Sweep(ctx context.Context) (int, error) {
	return l.rows.sweep(ctx, l.now().Add(-loginKept))
}

// sweepEvery does so now and then, until ctx ends.
func (l *Logins) sweepEvery(ctx context.Context, every time.Duration, log zerolog.Logger) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if n, err := l.Sweep(ctx); err != nil && ctx.Err() == nil {
				log.Error().Err(err).Msg("old logins could not be removed")
			} else if n > 0 {
				log.Debug().Int("count", n).Msg("old logins removed")
			}
		}
	}
}

// Find is FindCtx for scs's older interface.
func (l *Logins) Find(token string) ([]byte, bool, error) {
	return l.FindCtx(context.Background(), token)
}

// Commit is CommitCtx for scs's older interface.
func (l *Logins) Commit(token string, data []byte, expiry time.Time) error {
	return l.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx for scs's older interface.
func (l *Logins) Delete(token string) error { return l.DeleteCtx(context.Background(), token) }
