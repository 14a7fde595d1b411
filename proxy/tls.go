package proxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"time"

	"lbsim/config"
)

// loadTLS reads the certificates of both sides.
func (s *settings) loadTLS(p *config.Proxy) (err error) {
	if p.TLS != nil {
		if s.tls, err = s.clientsTLS(p.TLS); err != nil {
			return fmt.Errorf("tls.%w", err)
		}
	}
	if p.UpstreamTLS != nil {
		if s.upstream, err = s.endpointsTLS(p.UpstreamTLS); err != nil {
			return fmt.Errorf("upstream_tls.%w", err)
		}
	}
	return nil
}

// clientsTLS is how clients are served.
func (s *settings) clientsTLS(t *config.TLS) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	if t.Min == "1.3" {
		c.MinVersion = tls.VersionTLS13
	}
	for i, x := range t.Certificates {
		pair, err := s.keyPair(x.Cert, x.Key)
		if err != nil {
			return nil, fmt.Errorf("certificates[%d]: %w", i, err)
		}
		c.Certificates = append(c.Certificates, pair)
	}
	if t.Clients == nil {
		return c, nil
	}
	var err error
	if c.ClientCAs, err = s.authorities(t.Clients.CA); err != nil {
		return nil, fmt.Errorf("clients.ca: %w", err)
	}
	c.ClientAuth = tls.RequireAndVerifyClientCert
	if t.Clients.Optional {
		c.ClientAuth = tls.VerifyClientCertIfGiven
	}
	return c, nil
}

// endpointsTLS is how endpoints are spoken to.
func (s *settings) endpointsTLS(u *config.UpstreamTLS) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: u.Name, NextProtos: []string{"http/1.1"},
		ClientSessionCache: tls.NewLRUClientSessionCache(0)}
	if s.http.Upstream == config.H2 {
		c.NextProtos = []string{"h2", "http/1.1"}
	}
	if u.Cert != "" {
		pair, err := s.keyPair(u.Cert, u.Key)
		if err != nil {
			return nil, fmt.Errorf("cert: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	if u.CA != "" {
		var err error
		if c.RootCAs, err = s.authorities(u.CA); err != nil {
			return nil, fmt.Errorf("ca: %w", err)
		}
	}
	return c, nil
}

func (s *settings) keyPair(cert, key string) (tls.Certificate, error) {
	chain, err := s.readFile(cert)
	if err != nil {
		return tls.Certificate{}, err
	}
	private, err := s.readFile(key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(chain, private)
}

func (s *settings) authorities(name string) (*x509.CertPool, error) {
	text, err := s.readFile(name)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s holds no certificate", name)
	}
	return pool, nil
}

// tlsConfig is what the server is told: to ask anew for each connection, so that a reload
// brings other certificates. crypto/tls chooses among them by name.
func (p *Proxy) tlsConfig() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return p.settings.Load().tls, nil }}
}

// dialTLS makes connections to endpoints under the settings of the moment, so that a
// reload brings other certificates to those that come. The handshake belongs to the time
// limit: net/http lets it go on when nobody waits for the connection any more.
func dialTLS(dial Dial, limit time.Duration, current func() *tls.Config) Dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		raw, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		c := current()
		if c.ServerName == "" {
			c = c.Clone()
			if c.ServerName, _, err = net.SplitHostPort(address); err != nil {
				raw.Close()
				return nil, err
			}
		}
		secured := tls.Client(raw, c)
		if err := secured.HandshakeContext(ctx); err != nil {
			raw.Close()
			return nil, &net.OpError{Op: "dial", Net: network, Addr: raw.RemoteAddr(), Err: err} // nothing has been sent
		}
		return secured, nil
	}
}
