package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// front is where connections, or datagrams, come in that are balanced whole.
type front struct {
	proxy   *Proxy
	ctx     context.Context // done when those that are left are cut
	mu      sync.Mutex
	closed  bool
	sockets []io.Closer // that take what is new
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
			if !f.pause(failures, "accepting a connection", err) {
				return err
			}
		}
	}
}

// pause waits after so many failures in a row, longer with each. It reports false where
// there is no use in going on.
func (f *front) pause(failures int, what string, err error) bool {
	f.proxy.log.Warn(what, "error", err)
	select {
	case <-time.After(min(time.Second, 5*time.Millisecond<<min(failures, 10))):
		return true
	case <-f.ctx.Done():
		return false
	}
}

// opens notes a socket, so that stop closes it. It reports false where stop was before.
func (f *front) opens(c io.Closer) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		c.Close()
		return false
	}
	f.sockets = append(f.sockets, c)
	f.running.Add(1)
	return true
}

// stopping reports whether nothing new is taken.
func (f *front) stopping() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closed
}

// stop takes no connections, or flows, any more.
func (f *front) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for _, c := range f.sockets {
		c.Close()
	}
}

// closeWhenDone closes a socket when ctx is done, or at the latest when the function is
// called that it returns.
func closeWhenDone(ctx context.Context, c io.Closer) func() {
	stop := context.AfterFunc(ctx, func() { c.Close() })
	return func() {
		stop()
		c.Close()
	}
}
