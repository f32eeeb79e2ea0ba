package session

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"strings"

	"github.com/collabd/collabd/wire"
)

var idEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// NewID returns a random id of 100 bits: 20 lower-case letters and digits.
func NewID() string {
	var b [13]byte
	rand.Read(b[:]) // never fails
	return idEncoding.EncodeToString(b[:])[:20]
}

// issuer makes client ids and their secrets. A secret is a keyed hash of what
// the id belongs to, so that nothing need be stored for it and every server
// with the same key knows it again.
type issuer struct{ key []byte }

func (i issuer) issue(doc wire.DocID, user wire.UserID) (wire.ClientID, string) {
	client := wire.ClientID(NewID())
	return client, i.secret(doc, user, client)
}

// named is the client id of the writes that a user makes with one key: the same
// for ever and on every server, so that the log knows a write again.
func (i issuer) named(doc wire.DocID, user wire.UserID, key string) wire.ClientID {
	h := hmac.New(sha256.New, i.key)
	h.Write([]byte(strings.Join([]string{"write", string(doc), string(user), key}, "\x00")))
	return wire.ClientID(idEncoding.EncodeToString(h.Sum(nil))[:20])
}

func (i issuer) owns(doc wire.DocID, user wire.UserID, client wire.ClientID, secret string) bool {
	return hmac.Equal([]byte(secret), []byte(i.secret(doc, user, client)))
}

func (i issuer) secret(doc wire.DocID, user wire.UserID, client wire.ClientID) string {
	h := hmac.New(sha256.New, i.key)
	h.Write([]byte(strings.Join([]string{"client", string(doc), string(user), string(client)}, "\x00")))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18])
}
