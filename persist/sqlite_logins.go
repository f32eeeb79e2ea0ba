package persist

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/collabd/collabd/wire"
)

// sqliteLogins keeps logins in a SQLite file.
type sqliteLogins struct{ s *SQLite }

// live is a condition with one parameter: now.
const live = `ended_at IS NULL AND expires_at > ?`

func (r sqliteLogins) find(ctx context.Context, token string, now time.Time) (l login, found bool, err error) {
	var expires int64
	var user string
	err = r.s.read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT data, expires_at, user_id, ip, agent FROM logins
			WHERE token_hash = ? AND `+live, token, now.UnixMicro()).
			Scan(&l.data, &expires, &user, &l.info.IP, &l.info.Agent)
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return login{}, false, nil
	case err != nil:
		return login{}, false, fmt.Errorf("find login: %w", err)
	}
	l.expires, l.info.User = timeOf(expires), wire.UserID(user)
	return l, true, nil
}

func (r sqliteLogins) all(ctx context.Context, now time.Time) (map[string][]byte, error) {
	out := make(map[string][]byte)
	err := r.s.read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT token_hash, data FROM logins WHERE `+live, now.UnixMicro())
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var token string
			var data []byte
			if err := rows.Scan(&token, &data); err != nil {
				return err
			}
			out[token] = data
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list logins: %w", err)
	}
	return out, nil
}

func (r sqliteLogins) put(ctx context.Context, token string, l login, now time.Time) error {
	at := now.UnixMicro()
	err := r.s.write(ctx, func(tx *writeTx) error {
		_, err := tx.exec(`INSERT INTO logins (token_hash, user_id, data, expires_at, created_at, last_seen, ip, agent)
			VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7)
			ON CONFLICT (token_hash) DO UPDATE SET data = ?3, expires_at = ?4, last_seen = ?5,
				user_id = iif(?2 = '', user_id, ?2), ip = iif(?6 = '', ip, ?6), agent = iif(?7 = '', agent, ?7)
			WHERE ended_at IS NULL AND logins.expires_at > ?5`,
			token, string(l.info.User), notNull(l.data), l.expires.UnixMicro(), at, l.info.IP, l.info.Agent)
		return err
	})
	if err != nil {
		return fmt.Errorf("store login: %w", err)
	}
	return nil
}

// notNull keeps an empty value from becoming NULL.
func notNull(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// A tombstone keeps no more than it needs.
const endLogins = `UPDATE logins SET ended_at = ?, data = x'', ip = '', agent = '' WHERE `

func (r sqliteLogins) end(ctx context.Context, token string, now time.Time) error {
	err := r.s.write(ctx, func(tx *writeTx) error {
		_, err := tx.exec(endLogins+`token_hash = ? AND ended_at IS NULL`, now.UnixMicro(), token)
		return err
	})
	if err != nil {
		return fmt.Errorf("end login: %w", err)
	}
	return nil
}

func (r sqliteLogins) endOf(ctx context.Context, user wire.UserID, now time.Time) (int, error) {
	var ended int64
	err := r.s.write(ctx, func(tx *writeTx) (err error) {
		at := now.UnixMicro()
		ended, err = tx.exec(endLogins+`user_id = ? AND `+live, at, string(user), at)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("end logins of %s: %w", user, err)
	}
	return int(ended), nil
}

func (r sqliteLogins) sweep(ctx context.Context, before time.Time) (int, error) {
	var removed int64
	err := r.s.write(ctx, func(tx *writeTx) (err error) {
		removed, err = tx.exec(`DELETE FROM logins WHERE min(expires_at, coalesce(ended_at, expires_at)) < ?`, before.UnixMicro())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("remove old logins: %w", err)
	}
	return int(removed), nil
}
