package proxy

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// front is where connections come in that are balanced whole.
type front struct {
	proxy   *Proxy
	ctx     context.Context // done when those that are left are cut
	mu      sync.Mutex
	closed  bool
	sockets []net.Listener
	running sync.WaitGroup
}

// serve accepts connections until stop.
func (f *front) serve(l net.Listener) error {
	if !f.opens(l) {
		return net.ErrClosed
	}
	defer f.running.Done()
	defer l.Close()
	for failures := 0; ; {
		c, err := l.Accept()
		switch {
		case err == nil:
			failures = 0
			f.proxy.active.Add(1)
			f.running.Go(func() {
				defer f.proxy.active.Add(-1)
				f.proxy.carry(f.ctx, c)
			})
		case errors.Is(err, net.ErrClosed):
			return err
		default: // such as too many open files, which pass
			failures++
			f.proxy.log.Warn("accepting a connection", "error", err)
			select {
			case <-time.After(min(time.Second, 5*time.Millisecond<<min(failures, 10))):
			case <-f.ctx.Done():
				return err
			}
		}
	}
}

// opens notes a listener, so that stop closes it. It reports false where stop was before.
func (f *front) opens(l net.Listener) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		l.Close()
		return false
	}
	f.sockets = append(f.sockets, l)
	f.running.Add(1)
	return true
}

// stop takes no connections any more.
func (f *front) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for _, l := range f.sockets {
		l.Close()
	}
}
