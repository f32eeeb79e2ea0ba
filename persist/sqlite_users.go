package persist

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// User returns a person, [session.ErrNotFound] if there is none with that id.
func (s *SQLite) User(ctx context.Context, id wire.UserID) (User, error) {
	u := User{ID: id}
	var created int64
	err := s.read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT name, color, guest, created_at FROM users WHERE id = ?`, string(id)).
			Scan(&u.Name, &u.Color, &u.Guest, &created)
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = session.ErrNotFound
	}
	if err != nil {
		return User{}, fmt.Errorf("user %s: %w", id, err)
	}
	u.Created = timeOf(created)
	return u, nil
}

// CreateUser stores a person. [ErrExists] if the id is taken, [ErrMalformed] if
// it is empty.
func (s *SQLite) CreateUser(ctx context.Context, u User) error {
	err := checkUser(u)
	if err == nil {
		err = s.write(ctx, func(tx *writeTx) error {
			_, err := tx.exec(`INSERT INTO users (id, name, color, guest, created_at) VALUES (?, ?, ?, ?, ?)`,
				string(u.ID), u.Name, u.Color, u.Guest, u.Created.UnixMicro())
			return constraint(err, ErrExists, ErrExists)
		})
	}
	if err != nil {
		return fmt.Errorf("create user %s: %w", u.ID, err)
	}
	return nil
}

// UpdateUser changes name, color and guest of a person; Created is not looked
// at. [session.ErrNotFound] if there is none with that id.
func (s *SQLite) UpdateUser(ctx context.Context, u User) error {
	err := checkUser(u)
	if err != nil {
		return fmt.Errorf("update user %s: %w", u.ID, err)
	}
	err = s.write(ctx, func(tx *writeTx) error {
		return changedOne(tx.exec(`UPDATE users SET name = ?, color = ?, guest = ? WHERE id = ?`,
			u.Name, u.Color, u.Guest, string(u.ID)))
	})
	if err != nil {
		return fmt.Errorf("update user %s: %w", u.ID, err)
	}
	return nil
}

// Key returns a secret of size bytes, made at random when its name is first
// asked for and kept. The slice belongs to the caller. [ErrMalformed] if it was
// made with another size.
func (s *SQLite) Key(ctx context.Context, name string, size int) ([]byte, error) {
	fresh := make([]byte, size)
	_, _ = rand.Read(fresh) // never fails
	var key []byte
	err := s.write(ctx, func(tx *writeTx) error {
		if _, err := tx.exec(`INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING`,
			keyPrefix+name, fresh); err != nil {
			return err
		}
		return tx.row(`SELECT value FROM settings WHERE key = ?`, []any{"key:" + name}, &key)
	})
	if err == nil && len(key) != size {
		err = fmt.Errorf("%w: it has %d bytes, not %d", ErrMalformed, len(key), size)
	}
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", name, err)
	}
	return key, nil
}

// Ping writes and syncs a row: it returns nil only if a record could have been
// stored at that moment.
func (s *SQLite) Ping(ctx context.Context) error {
	err := s.write(ctx, func(tx *writeTx) error {
		_, err := tx.exec(`INSERT INTO settings (key, value) VALUES ('ping', x'01')
			ON CONFLICT (key) DO UPDATE SET value = CASE value WHEN x'01' THEN x'00' ELSE x'01' END`)
		return err
	})
	if err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return nil
}
