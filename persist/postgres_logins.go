package persist

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// postgresLogins keeps logins in a Postgres database.
type postgresLogins struct{ s *Postgres }

// pgLive is a condition with one parameter, the second of its query: now.
const pgLive = `ended_at IS NULL AND expires_at > $2`

func (r postgresLogins) find(ctx context.Context, token string, now time.Time) (l login, found bool, err error) {
	var expires int64
	err = r.s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		return c.QueryRow(ctx, `SELECT data, expires_at, user_id, ip, agent FROM logins WHERE token_hash = $1 AND `+pgLive,
			token, now.UnixMicro()).
			Scan(&l.data, &expires, (*string)(&l.info.User), &l.info.IP, &l.info.Agent)
	})
	switch {
	case errors.Is(err, session.ErrNotFound):
		return login{}, false, nil
	case err != nil:
		return login{}, false, fmt.Errorf("find login: %w", err)
	}
	l.expires = timeOf(expires)
	return l, true, nil
}

func (r postgresLogins) all(ctx context.Context, now time.Time) (map[string][]byte, error) {
	out := make(map[string][]byte)
	err := r.s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, `SELECT token_hash, data FROM logins WHERE ended_at IS NULL AND expires_at > $1`, now.UnixMicro())
		if err != nil {
			return err
		}
		var token string
		var data []byte
		_, err = pgx.ForEachRow(rows, []any{&token, &data}, func() error {
			out[token] = data
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list logins: %w", err)
	}
	return out, nil
}

func (r postgresLogins) put(ctx context.Context, token string, l login, now time.Time) error {
	_, err := r.exec(ctx, `INSERT INTO logins (token_hash, user_id, data, expires_at, created_at, last_seen, ip, agent)
			VALUES ($1, $2, $3, $4, $5, $5, $6, $7)
			ON CONFLICT (token_hash) DO UPDATE SET data = $3, expires_at = $4, last_seen = $5,
				user_id = coalesce(nullif($2, ''), logins.user_id), ip = coalesce(nullif($6, ''), logins.ip),
				agent = coalesce(nullif($7, ''), logins.agent)
			WHERE logins.ended_at IS NULL AND logins.expires_at > $5`,
		token, string(l.info.User), notNull(l.data), l.expires.UnixMicro(), now.UnixMicro(), l.info.IP, l.info.Agent)
	if err != nil {
		return fmt.Errorf("store login: %w", err)
	}
	return nil
}

// A tombstone keeps no more than it needs.
const pgEndLogins = `UPDATE logins SET ended_at = $2, data = '', ip = '', agent = '' WHERE `

func (r postgresLogins) end(ctx context.Context, token string, now time.Time) error {
	if _, err := r.exec(ctx, pgEndLogins+`token_hash = $1 AND ended_at IS NULL`, token, now.UnixMicro()); err != nil {
		return fmt.Errorf("end login: %w", err)
	}
	return nil
}

func (r postgresLogins) endOf(ctx context.Context, user wire.UserID, now time.Time) (int, error) {
	ended, err := r.exec(ctx, pgEndLogins+`user_id = $1 AND `+pgLive, string(user), now.UnixMicro())
	if err != nil {
		return 0, fmt.Errorf("end logins of %s: %w", user, err)
	}
	return ended, nil
}

func (r postgresLogins) sweep(ctx context.Context, before time.Time) (int, error) {
	removed, err := r.exec(ctx, `DELETE FROM logins WHERE least(expires_at, ended_at) < $1`, before.UnixMicro())
	if err != nil {
		return 0, fmt.Errorf("remove old logins: %w", err)
	}
	return removed, nil
}

func (r postgresLogins) exec(ctx context.Context, statement string, args ...any) (changed int, err error) {
	err = r.s.write(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		tag, err := c.Exec(ctx, statement, args...)
		changed = int(tag.RowsAffected())
		return err
	})
	return changed, err
}
