package persist

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/collabd/collabd/wire"
)

// User is as [SQLite.User].
func (s *Postgres) User(ctx context.Context, id wire.UserID) (User, error) {
	u := User{ID: id}
	var created int64
	err := s.read(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		return c.QueryRow(ctx, `SELECT name, color, guest, created_at FROM users WHERE id = $1`, string(id)).
			Scan(&u.Name, &u.Color, &u.Guest, &created)
	})
	if err != nil {
		return User{}, fmt.Errorf("user %s: %w", id, err)
	}
	u.Created = timeOf(created)
	return u, nil
}

// CreateUser is as [SQLite.CreateUser].
func (s *Postgres) CreateUser(ctx context.Context, u User) error {
	err := checkUser(u)
	if err == nil {
		err = s.write(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
			_, err := c.Exec(ctx, `INSERT INTO users (id, name, color, guest, created_at) VALUES ($1, $2, $3, $4, $5)`,
				string(u.ID), u.Name, u.Color, u.Guest, u.Created.UnixMicro())
			return pgConstraint(err, "", nil, ErrExists)
		})
	}
	if err != nil {
		return fmt.Errorf("create user %s: %w", u.ID, err)
	}
	return nil
}

// UpdateUser is as [SQLite.UpdateUser].
func (s *Postgres) UpdateUser(ctx context.Context, u User) error {
	err := checkUser(u)
	if err == nil {
		err = s.update(ctx, `UPDATE users SET name = $1, color = $2, guest = $3 WHERE id = $4`, u.Name, u.Color, u.Guest, string(u.ID))
	}
	if err != nil {
		return fmt.Errorf("update user %s: %w", u.ID, err)
	}
	return nil
}

// Key is as [SQLite.Key]: all processes get the same.
func (s *Postgres) Key(ctx context.Context, name string, size int) ([]byte, error) {
	fresh := make([]byte, size)
	_, _ = rand.Read(fresh) // never fails
	var key []byte
	err := s.write(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		// Two statements: the second one also sees what another process has
		// committed while the first one waited for it.
		if _, err := c.Exec(ctx, `INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`,
			keyPrefix+name, fresh); err != nil {
			return err
		}
		return c.QueryRow(ctx, `SELECT value FROM settings WHERE key = $1`, keyPrefix+name).Scan(&key)
	})
	if err == nil && len(key) != size {
		err = fmt.Errorf("%w: it has %d bytes, not %d", ErrMalformed, len(key), size)
	}
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", name, err)
	}
	return key, nil
}

// Ping is as [SQLite.Ping].
func (s *Postgres) Ping(ctx context.Context) error {
	err := s.write(ctx, func(ctx context.Context, c *pgxpool.Conn) error {
		_, err := c.Exec(ctx, `INSERT INTO settings (key, value) VALUES ('ping', '\x01')
			ON CONFLICT (key) DO UPDATE SET value = CASE settings.value WHEN '\x01' THEN '\x00'::bytea ELSE '\x01' END`)
		return err
	})
	if err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return nil
}
