package persist

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/collabd/collabd/wire"
)

var _ archive = (*SQLite)(nil)

// keyPrefix begins the names of secrets among the settings.
const keyPrefix = "key:"

func (s *SQLite) usersAfter(ctx context.Context, after wire.UserID, limit int) (page []User, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT id, name, color, guest, created_at FROM users WHERE id > ? ORDER BY id LIMIT ?`,
			string(after), limit)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var u User
			var created int64
			if err := rows.Scan((*string)(&u.ID), &u.Name, &u.Color, &u.Guest, &created); err != nil {
				return err
			}
			u.Created = timeOf(created)
			page = append(page, u)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	return page, nil
}

func (s *SQLite) keys(ctx context.Context) (map[string][]byte, error) {
	keys := map[string][]byte{}
	err := s.read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT key, value FROM settings`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var key string
			var value []byte
			if err := rows.Scan(&key, &value); err != nil {
				return err
			}
			if name, ok := strings.CutPrefix(key, keyPrefix); ok {
				keys[name] = value
			}
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return keys, nil
}

func (s *SQLite) putKey(ctx context.Context, name string, value []byte) error {
	err := s.write(ctx, func(tx *writeTx) error {
		_, err := tx.exec(`INSERT INTO settings (key, value) VALUES (?, ?)`, keyPrefix+name, value)
		return constraint(err, ErrExists, ErrExists)
	})
	if err != nil {
		return fmt.Errorf("key %s: %w", name, err)
	}
	return nil
}
