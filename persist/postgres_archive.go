package persist

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/collabd/collabd/wire"
)

var _ archive = (*Postgres)(nil)

func (s *Postgres) usersAfter(ctx context.Context, after wire.UserID, limit int) (page []User, err error) {
	err = s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		page = nil
		rows, err := c.Query(ctx, `SELECT id, name, color, guest, created_at FROM users WHERE id > $1 ORDER BY id LIMIT $2`,
			string(after), limit)
		if err != nil {
			return err
		}
		var u User
		var created int64
		_, err = pgx.ForEachRow(rows, []any{(*string)(&u.ID), &u.Name, &u.Color, &u.Guest, &created}, func() error {
			u.Created = timeOf(created)
			page = append(page, u)
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	return page, nil
}

func (s *Postgres) keys(ctx context.Context) (map[string][]byte, error) {
	keys := map[string][]byte{}
	err := s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, `SELECT key, value FROM settings`)
		if err != nil {
			return err
		}
		var key string
		var value []byte
		_, err = pgx.ForEachRow(rows, []any{&key, &value}, func() error {
			if name, ok := strings.CutPrefix(key, keyPrefix); ok {
				keys[name] = value
			}
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return keys, nil
}

func (s *Postgres) putKey(ctx context.Context, name string, value []byte) error {
	err := s.write(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		_, err := c.Exec(ctx, `INSERT INTO settings (key, value) VALUES ($1, $2)`, keyPrefix+name, value)
		return pgConstraint(err, "", nil, ErrExists)
	})
	if err != nil {
		return fmt.Errorf("key %s: %w", name, err)
	}
	return nil
}
