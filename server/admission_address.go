package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// hopsMost is how many entries of X-Forwarded-For are looked at.
const hopsMost = 16

// networkBits of an IPv6 address belong to one customer at least; the rest
// anybody can choose.
const networkBits = 64

// proxies finds out from where a request comes.
type proxies struct {
	trusted []netip.Prefix
	// hidden: somebody unnamed stands in front, so that addresses say nothing.
	hidden bool
}

// ParseProxies reads addresses and networks for Config.TrustedProxies, such as
// 10.0.0.7 and 10.0.0.0/8. The error is a sentence for the operator.
func ParseProxies(list []string) ([]netip.Prefix, error) {
	var trusted []netip.Prefix
	for _, s := range list {
		network, err := netip.ParsePrefix(s)
		if err != nil {
			a, bad := netip.ParseAddr(s)
			if bad != nil || a.Zone() != "" {
				return nil, fmt.Errorf("the trusted proxy %q is no address like 10.0.0.7 and no network like 10.0.0.0/8", s)
			}
			network = netip.PrefixFrom(a, a.BitLen())
		}
		trusted = append(trusted, network.Masked())
	}
	return trusted, nil
}

func newProxies(cfg Config) proxies {
	return proxies{trusted: cfg.TrustedProxies, hidden: cfg.PublicURL != "" && len(cfg.TrustedProxies) == 0}
}

func (p proxies) trusts(a netip.Addr) bool {
	for _, net := range p.trusted {
		if net.Contains(a) {
			return true
		}
	}
	return false
}

// client returns the address of who made a request: the rightmost in
// X-Forwarded-For, the peer being right of all, that is not a proxy's of ours.
// What is left of it anybody may have written. The header Forwarded is not
// looked at. The answer is the zero Addr for a peer that has none.
func (p proxies) client(r *http.Request) netip.Addr {
	at := parseAddress(r.RemoteAddr)
	lines := r.Header.Values("X-Forwarded-For")
	hops := 0
	for i := len(lines) - 1; i >= 0; i-- {
		for rest, more := lines[i], true; more; hops++ {
			if !p.trusts(at) || hops == hopsMost {
				return at
			}
			var entry string
			if comma := strings.LastIndexByte(rest, ','); comma >= 0 {
				rest, entry = rest[:comma], rest[comma+1:]
			} else {
				entry, more = rest, false
			}
			next := parseAddress(strings.TrimSpace(entry))
			if !next.IsValid() {
				return at
			}
			at = next
		}
	}
	return at
}

// parseAddress reads an address with or without a port.
func parseAddress(s string) netip.Addr {
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

// counted returns the address as which one counts; the zero Addr if it counts
// as none.
func (p proxies) counted(a netip.Addr) netip.Addr {
	if p.hidden || !a.IsValid() || a.IsLoopback() || p.trusts(a) {
		return netip.Addr{}
	}
	if a.Is6() {
		network, err := a.Prefix(networkBits)
		if err != nil {
			return netip.Addr{}
		}
		return network.Addr()
	}
	return a
}

// unmask wraps a handler, which finds the client's address in RemoteAddr.
func (p proxies) unmask(next http.Handler) http.Handler {
	if len(p.trusted) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if at := p.client(r); at.IsValid() {
			seen := *r
			seen.RemoteAddr = netip.AddrPortFrom(at, 0).String()
			r = &seen
		}
		next.ServeHTTP(w, r)
	})
}
