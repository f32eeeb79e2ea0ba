package server

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/collabd/collabd/session"
)

// Guests is what people without an account may do.
type Guests string

// What guests may do.
const (
	// GuestsAuto is GuestsEdit when the server listens on a loopback address
	// only, GuestsNone otherwise.
	GuestsAuto Guests = "auto"
	// GuestsNone: nothing.
	GuestsNone Guests = "none"
	// GuestsView: list and read documents.
	GuestsView Guests = "view"
	// GuestsEdit: also create, rename and edit them.
	GuestsEdit Guests = "edit"
)

// Config configures a server. The zero value, with Addr and Data set, is the
// safe one.
type Config struct {
	// Addr is the address to listen on, as host:port.
	Addr string
	// Data is the folder of the SQLite database, unless Store says otherwise.
	Data string
	// Store is where the data is, as persist.Open takes it: postgres://…, or
	// sqlite:PATH; default the file collabd.db in Data.
	Store string
	// PublicURL is the address that people open, if it is not that of Addr,
	// for example behind a proxy: https://docs.example.org.
	PublicURL string
	// Guests is what people without an account may do; default GuestsAuto.
	Guests Guests
	// PlainHTTP allows an address that is not loopback without TLS.
	PlainHTTP bool
	// Limits of the sessions; default session.DefaultLimits.
	Limits session.Limits
	// Admission bounds who may come in; default DefaultAdmission.
	Admission Admission
	// TrustedProxies are the addresses of the proxies in front, which tell the
	// address of the client in X-Forwarded-For; default none.
	TrustedProxies []netip.Prefix
	// Memory is how many bytes the program may take, of which open documents
	// may take half unless Limits.Memory says how many. Run takes 0 for half of
	// what there is; without Run it means no limit.
	Memory int64
	// AdminAddr is the address of Admin, as host:port; default none.
	AdminAddr string
	// AdminPublic allows an AdminAddr that is not loopback.
	AdminPublic bool
	// MaxFileBytes is how many bytes a file of a document may have; default 10
	// MiB, at most 100 MiB.
	MaxFileBytes int64
	// MaxDocumentFileBytes is how many bytes the files of a document may have
	// together; default 200 MiB.
	MaxDocumentFileBytes int64

	// PackAfter is how old a history must be to be packed in the background
	// (persist.SQLite.Pack); 0 is never.
	PackAfter time.Duration

	index indexTimes // default usualIndexTimes
}

// Validate says what is wrong with a configuration, as a sentence for the
// person who wrote it.
func (c Config) Validate() error {
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return fmt.Errorf("the address %q is not host:port", c.Addr)
	}
	switch c.Guests {
	case "", GuestsAuto, GuestsNone, GuestsView, GuestsEdit:
	default:
		return fmt.Errorf("guests are %q, but can be auto, none, view or edit", c.Guests)
	}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "" {
			return fmt.Errorf("the public URL %q is not like https://docs.example.org", c.PublicURL)
		}
	}
	if !c.loopback() && !c.PlainHTTP && !strings.HasPrefix(c.PublicURL, "https:") {
		return errors.New("refusing plain HTTP on " + c.Addr + ", where others can read along: put a TLS proxy in front and give --public-url https://…, or say --plain-http")
	}
	if err := c.Admission.validate(); err != nil {
		return err
	}
	if c.MaxFileBytes < 0 || c.MaxFileBytes > fileMost || c.MaxDocumentFileBytes < 0 {
		return fmt.Errorf("a file may have 0 to %s, and all files of a document not less than nothing", megabytes(fileMost))
	}
	if c.PackAfter < 0 {
		return errors.New("the age of a history that is packed is negative: say 0 to pack none")
	}
	if err := c.validateMemory(); err != nil {
		return err
	}
	return c.validateAdmin()
}

// store resolves the default of Store.
func (c Config) store() string {
	if c.Store != "" {
		return c.Store
	}
	return "sqlite:" + filepath.Join(c.Data, "collabd.db")
}

// loopback reports whether only this machine can reach the server.
func (c Config) loopback() bool {
	host, _, err := net.SplitHostPort(c.Addr)
	return err == nil && isLoopback(host)
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// guests resolves GuestsAuto. Behind a public URL a loopback address is not
// private.
func (c Config) guests() Guests {
	if c.Guests != "" && c.Guests != GuestsAuto {
		return c.Guests
	}
	if c.loopback() && c.PublicURL == "" {
		return GuestsEdit
	}
	return GuestsNone
}
