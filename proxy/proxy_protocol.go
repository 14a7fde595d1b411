package proxy

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"

	proxyproto "github.com/pires/go-proxyproto"

	"lbsim/config"
)

// believes reports whether the connections of a peer begin with a header of the PROXY
// protocol. The specification forbids to guess that: who is believed must send one.
func (s *settings) believes(peer netip.Addr) bool {
	p := s.file.Proxy.ProxyProtocol
	return p != nil && slices.ContainsFunc(p.From, func(n netip.Prefix) bool { return n.Contains(peer) })
}

// believing takes what such headers say for where connections of a listener come from.
func (p *Proxy) believing(l net.Listener) net.Listener {
	s := p.settings.Load()
	if said := s.file.Proxy.ProxyProtocol; said == nil || len(said.From) == 0 {
		return l
	}
	return &proxyproto.Listener{Listener: l, ReadHeaderTimeout: s.times.Header, ConnPolicy: func(o proxyproto.ConnPolicyOptions) (proxyproto.Policy, error) {
		if s.believes(addressOf(o.Upstream).Addr()) {
			return proxyproto.REQUIRE, nil
		}
		return proxyproto.SKIP, nil
	}}
}

// introduced reads who is behind a connection.
func (l *link) introduced(said *bufio.Reader) error {
	header, err := proxyproto.Read(said)
	if err != nil {
		return fmt.Errorf("PROXY protocol: %w", err)
	}
	if from, to, ok := header.TCPAddrs(); ok && header.Command.IsProxy() {
		l.ends = &ends{addressOf(from), addressOf(to)}
	}
	return nil
}

// announcing tells each endpoint in front of a connection for whom it is: for the client
// of the exchange that the context is of, else for the proxy itself.
func announcing(dial Dial, p *config.ProxyProtocol) Dial {
	if !p.Announces() {
		return dial
	}
	version := byte(1)
	if p.Send == "v2" {
		version = 2
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		header := proxyproto.HeaderProxyFromAddrs(version, nil, nil)
		if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
			header = proxyproto.HeaderProxyFromAddrs(version, net.TCPAddrFromAddrPort(x.ends.from), net.TCPAddrFromAddrPort(x.ends.to))
		}
		if _, err := header.WriteTo(c); err != nil {
			c.Close()
			return nil, &net.OpError{Op: "dial", Net: network, Addr: c.RemoteAddr(), Err: err} // nothing has been sent
		}
		return c, nil
	}
}

// ends are the addresses of the two sides of a connection.
type ends struct{ from, to netip.AddrPort }

// endsOf returns between which addresses a request came.
func endsOf(r *http.Request) *ends {
	e := &ends{}
	e.from, _ = netip.ParseAddrPort(r.RemoteAddr)
	if to, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		e.to = addressOf(to)
	}
	return e
}
