package proxy

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lbsim/balancer"
)

// carried is what is balanced whole where the layer is l4: a connection, or a flow. It is
// an exchange whose one answer lasts as long as it does.
type carried struct {
	*exchange
	host string // that the client asks for, where routes want to know

	toServer, toClient atomic.Int64 // bytes
	last               atomic.Int64 // when one has passed, ns since it began
	how                conclusion   // it ended
}

// describe tells the balancer what it may know.
func (c *carried) describe() {
	q := &c.request
	q.Client = c.ends.from.Addr()
	q.Idempotent = true // until an endpoint has taken it nothing has been sent
	if len(c.settings.balancer.Routes) > 0 {
		c.about = balancer.Attributes{Host: c.host}
		q.About = &c.about
	}
	if c.settings.file.Proxy.Key.Kind != "" {
		q.Key, q.HasKey = c.proxy.guard.hash(c.settings, q.Client.String()), true
	}
}

// addressOf is an address of the network as a value; the zero one where it has none.
func addressOf(a net.Addr) netip.AddrPort {
	with, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(with.Addr().Unmap(), with.Port())
}

// passed counts what has gone one way.
func (c *carried) passed(n int64, count *atomic.Int64, total prometheus.Counter) {
	if n > 0 {
		count.Add(n)
		total.Add(float64(n))
		c.last.Store(int64(time.Since(c.began)))
	}
}

// silence is for how long nothing has passed.
func (c *carried) silence() time.Duration { return time.Since(c.began) - time.Duration(c.last.Load()) }

// conclusion is how something ended.
type conclusion uint8

const (
	complete    conclusion = iota // both sides have said all
	silent                        // nothing came for the idle time
	clientBroke                   // the client broke it off
	serverBroke                   // the server did
	serverDown                    // the server is no longer well
	drainedOff                    // the server's time to drain was over
	stopped                       // the proxy's was
	unconnected                   // no server took it
	rejected                      // the balancer let it go nowhere
	malformed                     // it did not begin as it had to
)

// String returns the word of metrics and the access log.
func (e conclusion) String() string {
	return [...]string{"complete", "idle", "client_reset", "server_reset", "server_down", "drained", "stopped", "unreachable", "rejected", "malformed"}[e]
}

var (
	errIdle        = errors.New("nothing came for the idle time")
	errClientBroke = errors.New("the client broke it off")
	errServerBroke = errors.New("the server broke it off")
	errServerDown  = errors.New("the server is no longer well")
	errStopped     = errors.New("the proxy stops")
)

// refused says how something ended that no server took.
func (c *carried) refused(err error) conclusion {
	var no rejection
	switch {
	case errors.As(err, &no):
		return rejected
	case c.Err() != nil:
		return stopped
	}
	return unconnected
}

// concluded says what an end means that had a cause: nil, that all was said.
func (c *carried) concluded(cause error) balancer.Outcome {
	if cause == nil {
		c.how = complete
		return balancer.OK
	}
	c.failure = cause
	switch {
	case errors.Is(cause, errIdle):
		c.how = silent
		return balancer.OK
	case errors.Is(cause, errServerBroke):
		c.how = serverBroke
		return balancer.Reset
	case errors.Is(cause, errServerDown):
		c.how = serverDown
	case errors.Is(cause, errDrained):
		c.how = drainedOff
	case errors.Is(cause, errClientBroke):
		c.how = clientBroke
	default:
		c.how = stopped
	}
	return balancer.Cancelled
}

// account counts what is over, and writes its line.
func (c *carried) account(what string) {
	took := time.Since(c.began)
	if c.endpoint != nil && c.reason == balancer.NoReason {
		c.endpoint.counts.whole.ended(c.how, took)
	}
	c.countDecision()
	if c.how == malformed {
		c.proxy.metrics.rejected.WithLabelValues(c.how.String()).Inc()
	}
	if c.proxy.access == nil {
		return
	}
	line := []slog.Attr{slog.String("client", c.request.Client.String())}
	if c.host != "" {
		line = append(line, slog.String("host", c.host))
	}
	line = append(line, slog.String("end", c.how.String()), slog.Int64("bytes_in", c.toServer.Load()), slog.Int64("bytes_out", c.toClient.Load()),
		slog.Float64("seconds", took.Seconds()))
	c.proxy.access.LogAttrs(context.Background(), slog.LevelInfo, what, c.appendDecision(line, c.how == complete)...)
}
