package persist

import (
	"bytes"
	"context"
	"time"

	"github.com/collabd/collabd/wire"
)

// memoryLogins keeps logins in a map, under the mutex of its store.
type memoryLogins struct {
	m    *Memory
	rows map[string]*memoryLogin
}

type memoryLogin struct {
	login
	ended time.Time // zero while it has not
}

func (l *memoryLogin) live(now time.Time) bool { return l.ended.IsZero() && l.expires.After(now) }

func (r *memoryLogins) find(ctx context.Context, token string, now time.Time) (l login, found bool, err error) {
	err = r.m.do(ctx, func() error {
		if row, ok := r.rows[token]; ok && row.live(now) {
			l, found = row.login, true
			l.data = bytes.Clone(row.data)
		}
		return nil
	})
	return l, found, err
}

func (r *memoryLogins) all(ctx context.Context, now time.Time) (map[string][]byte, error) {
	out := make(map[string][]byte)
	err := r.m.do(ctx, func() error {
		for token, row := range r.rows {
			if row.live(now) {
				out[token] = bytes.Clone(row.data)
			}
		}
		return nil
	})
	return out, err
}

func (r *memoryLogins) put(ctx context.Context, token string, l login, now time.Time) error {
	return r.m.do(ctx, func() error {
		row, ok := r.rows[token]
		if ok && !row.live(now) {
			return nil
		}
		if ok {
			l.info = row.info.with(l.info)
		}
		l.data = bytes.Clone(l.data)
		r.rows[token] = &memoryLogin{login: l}
		return nil
	})
}

func (r *memoryLogins) end(ctx context.Context, token string, now time.Time) error {
	return r.m.do(ctx, func() error {
		if row, ok := r.rows[token]; ok && row.ended.IsZero() {
			row.end(now)
		}
		return nil
	})
}

func (r *memoryLogins) endOf(ctx context.Context, user wire.UserID, now time.Time) (ended int, err error) {
	err = r.m.do(ctx, func() error {
		for _, row := range r.rows {
			if row.info.User == user && row.live(now) {
				row.end(now)
				ended++
			}
		}
		return nil
	})
	return ended, err
}

func (l *memoryLogin) end(now time.Time) {
	l.ended, l.data, l.info = now, nil, LoginInfo{User: l.info.User}
}

func (r *memoryLogins) sweep(ctx context.Context, before time.Time) (removed int, err error) {
	err = r.m.do(ctx, func() error {
		for token, row := range r.rows {
			over := row.expires
			if !row.ended.IsZero() && row.ended.Before(over) {
				over = row.ended
			}
			if over.Before(before) {
				delete(r.rows, token)
				removed++
			}
		}
		return nil
	})
	return removed, err
}
