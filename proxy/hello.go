package proxy

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
)

// heard is a connection that is listened to, from what was read of it, and said nothing on.
type heard struct {
	net.Conn
	from io.Reader
	all  []byte
}

func (h *heard) Read(p []byte) (int, error) {
	n, err := h.from.Read(p)
	h.all = append(h.all, p[:n]...)
	return n, err
}

func (h *heard) Write(p []byte) (int, error) { return len(p), nil }

var errHeard = errors.New("the ClientHello has been heard")

// hello reads the beginning of a connection until it is known for which host a client of
// TLS asks (SNI); "" where it speaks something else, asks for none, or says nothing in the
// time (HAProxy's inspect-delay). It returns what it has read as well. crypto/tls does
// the parsing, and bounds how long a ClientHello may be.
func hello(c net.Conn, from io.Reader) (host string, said []byte, err error) {
	h := &heard{Conn: c, from: from}
	err = tls.Server(h, &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		host = hello.ServerName
		return nil, errHeard
	}}).Handshake()
	if len(h.all) == 0 && !errors.Is(err, os.ErrDeadlineExceeded) { // it has gone
		return "", nil, err
	}
	return host, h.all, nil
}
