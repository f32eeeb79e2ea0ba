package server

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

const (
	loginLifetime = 365 * 24 * time.Hour
	loginUserKey  = "user"
	agentBytes    = 200
)

// logins turns requests into principals by the login cookie. Logins are
// loaded where a request needs one and written where one begins or ends: no
// middleware wraps the response, so that sockets can be upgraded, and no
// request writes a login back that has ended meanwhile.
type logins struct {
	manager *scs.SessionManager
	users   users
}

// users is what logins need of the store.
type users interface {
	User(ctx context.Context, id wire.UserID) (persist.User, error)
	CreateUser(ctx context.Context, u persist.User) error
	UpdateUser(ctx context.Context, u persist.User) error
}

func newLogins(store scs.CtxStore, users users, secure bool) *logins {
	m := scs.New()
	m.Store = store
	m.Codec = jsonCodec{}
	m.HashTokenInStore = true
	m.Lifetime = loginLifetime
	m.Cookie.Name = "collabd_login"
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Path = "/"
	if secure {
		m.Cookie.Name = "__Host-collabd_login"
		m.Cookie.Secure = true
	}
	return &logins{manager: m, users: users}
}

// principal finds who makes a request; nobody if there is no live login.
func (l *logins) principal(r *http.Request) (Principal, error) {
	cookie, err := r.Cookie(l.manager.Cookie.Name)
	if err != nil {
		return Principal{}, nil
	}
	ctx, err := l.manager.Load(r.Context(), cookie.Value)
	if err != nil {
		return Principal{}, err
	}
	id := wire.UserID(l.manager.GetString(ctx, loginUserKey))
	if id == "" {
		return Principal{}, nil
	}
	u, err := l.users.User(ctx, id)
	if errors.Is(err, session.ErrNotFound) {
		return Principal{}, nil
	}
	if err != nil {
		return Principal{}, err
	}
	return principalOf(u), nil
}

func principalOf(u persist.User) Principal {
	return Principal{User: wire.User{ID: u.ID, Name: u.Name, Color: u.Color}, Guest: u.Guest}
}

// begin makes a guest of nobody: a user with a friendly name, and a login
// whose cookie goes with the answer.
func (l *logins) begin(w http.ResponseWriter, r *http.Request) (Principal, error) {
	u := persist.User{
		ID: wire.UserID(session.NewID()), Name: guestName(), Color: guestColors[rand.IntN(len(guestColors))],
		Guest: true, Created: time.Now(),
	}
	if err := l.users.CreateUser(r.Context(), u); err != nil {
		return Principal{}, err
	}
	ip, _, _ := net.SplitHostPort(r.RemoteAddr)
	agent := strings.ToValidUTF8(r.UserAgent(), "")
	ctx := persist.WithLoginInfo(r.Context(), persist.LoginInfo{User: u.ID, IP: ip, Agent: agent[:min(len(agent), agentBytes)]})
	ctx, err := l.manager.Load(ctx, "")
	if err != nil {
		return Principal{}, err
	}
	l.manager.Put(ctx, loginUserKey, string(u.ID))
	token, expires, err := l.manager.Commit(ctx)
	if err != nil {
		return Principal{}, err
	}
	l.manager.WriteSessionCookie(ctx, w, token, expires)
	return principalOf(u), nil
}

var guestAnimals = []string{
	"Otter", "Heron", "Lynx", "Marten", "Finch", "Badger", "Seal", "Robin", "Hare", "Wren",
	"Fox", "Owl", "Beaver", "Swift", "Newt", "Raven", "Stoat", "Plover", "Mole", "Crane",
}

// guestColors keep a contrast of at least 4.5:1 with white text.
var guestColors = []string{
	"#b4235a", "#1d6fb8", "#1f7a4d", "#8a4fc7", "#a8560a", "#0f7480", "#c0392b", "#5a6acf", "#7a6a00", "#9b3f86",
}

func guestName() string { return "Guest " + guestAnimals[rand.IntN(len(guestAnimals))] }

// jsonCodec stores logins as JSON, which can be read years later by another
// program version, unlike gob. Values are strings.
type jsonCodec struct{}

type storedLogin struct {
	Deadline time.Time         `json:"deadline"`
	Values   map[string]string `json:"values"`
}

// Encode implements scs.Codec.
func (jsonCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	login := storedLogin{Deadline: deadline, Values: make(map[string]string, len(values))}
	for name, v := range values {
		s, ok := v.(string)
		if !ok {
			return nil, errors.New("a login holds strings only: " + name)
		}
		login.Values[name] = s
	}
	return json.Marshal(login)
}

// Decode implements scs.Codec.
func (jsonCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	var login storedLogin
	if err := json.Unmarshal(b, &login); err != nil {
		return time.Time{}, nil, err
	}
	values := make(map[string]any, len(login.Values))
	for name, s := range login.Values {
		values[name] = s
	}
	return login.Deadline, values, nil
}
