package lab

import (
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// needed is what servers depend on: a database, say. It answers while it is up.
type needed struct {
	down     atomic.Bool
	listener net.Listener
	server   *http.Server
	served   chan error
}

func newNeeded() (*needed, error) {
	l, err := net.Listen("tcp", loopback)
	if err != nil {
		return nil, err
	}
	n := &needed{listener: l, served: make(chan error, 1)}
	n.server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})}
	go func() { n.served <- n.server.Serve(l) }()
	return n, nil
}

func (n *needed) url() string { return "http://" + n.listener.Addr().String() }

func (n *needed) close() error {
	err := n.server.Close()
	if served := <-n.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
