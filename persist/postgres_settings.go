package persist

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// pgSettings is what a server says of itself.
type pgSettings struct {
	version           int
	encoding          string
	fsync             string
	fullPageWrites    string
	synchronousCommit string
	readOnly          string
}

// settingError says which setting is not as it must be, by the end of a
// sentence that begins with the address.
type settingError struct {
	reason error
	text   string
}

func (e *settingError) Error() string { return "the database " + e.text }

// Unwrap returns the reason.
func (e *settingError) Unwrap() error { return e.reason }

// pgSettingsOf asks the server, and sets what a connection of ours needs: the
// isolation that appendBatches counts on; plans that are made once, since the
// planning of an append takes as long as the append; indexes, which there are
// for everything, even where a plan was made while the tables were empty; and
// an early end for a client that went away in silence, which could hold a lock.
func pgSettingsOf(ctx context.Context, conn *pgx.Conn) (is pgSettings, err error) {
	err = conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),
			current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
			current_setting('transaction_read_only'),
			set_config('default_transaction_isolation', 'read committed', false)
			|| set_config('plan_cache_mode', 'force_generic_plan', false) || set_config('jit', 'off', false)
			|| set_config('enable_seqscan', 'off', false)
			|| set_config('tcp_keepalives_idle', '10', false) || set_config('tcp_keepalives_interval', '5', false)
			|| set_config('tcp_keepalives_count', '3', false)`).
		Scan(&is.version, &is.encoding, &is.fsync, &is.fullPageWrites, &is.synchronousCommit, &is.readOnly, nil)
	return is, err
}

// check reports why this is no server for a store.
func (is pgSettings) check() error {
	switch {
	case is.version < oldestPostgres:
		return &settingError{ErrUnsuitable, fmt.Sprintf("is Postgres %d.%d: collabd needs 13 or newer", is.version/10000, is.version%10000)}
	case is.encoding != "UTF8":
		return &settingError{ErrUnsuitable, fmt.Sprintf("has the encoding %s: make a database with ENCODING 'UTF8'", is.encoding)}
	case is.readOnly != "off":
		return &settingError{ErrNotWritable, "takes no writes: choose the primary server, and a database that is not read-only"}
	}
	return is.durable()
}

// durable reports why a commit would not be. With a standby, synchronous_commit
// may ask for more than "on"; "local" asks for less than the operator has set
// up.
func (is pgSettings) durable() error {
	off := func(setting, value, want string) error {
		return &settingError{ErrUnsuitable, fmt.Sprintf(
			"has %s = %s, with which a crash can take what was acknowledged: set it to %s for the server, the database and the user", setting, value, want)}
	}
	switch {
	case is.fsync != "on":
		return off("fsync", is.fsync, "on")
	case is.fullPageWrites != "on":
		return off("full_page_writes", is.fullPageWrites, "on")
	}
	switch is.synchronousCommit {
	case "on", "remote_write", "remote_apply":
		return nil
	}
	return off("synchronous_commit", is.synchronousCommit, "on")
}
