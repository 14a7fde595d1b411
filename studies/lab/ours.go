package lab

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"lbsim/config"
	"lbsim/proxy"
	"lbsim/sim"
)

// ours is lbsim's proxy.
type ours struct {
	trial     *trial
	addresses map[string]string
	proxy     *proxy.Proxy
	server    *proxy.Server
	listener  net.Listener
	served    chan error

	mu       sync.Mutex
	settings *config.Balancer
	absent   map[string]bool // servers that it does not know of at present
}

func newOurs(ctx context.Context, seed uint64, t *trial, addresses map[string]string, notes *notes) (*ours, error) {
	cfg, err := told(&t.scenario.Balancer, t.model, addresses)
	if err != nil {
		return nil, err
	}
	o := &ours{trial: t, addresses: addresses, served: make(chan error, 1), settings: &t.scenario.Balancer, absent: map[string]bool{}}
	if o.proxy, err = proxy.New(cfg, proxy.Options{Log: slog.New(notes), Seed: max(seed, 1)}); err != nil {
		return nil, err
	}
	o.proxy.Warm(ctx)
	if o.listener, err = net.Listen("tcp", loopback); err != nil {
		o.proxy.Close()
		return nil, err
	}
	o.server = o.proxy.NewServer()
	go func() { o.served <- o.server.Serve(o.listener) }()
	return o, nil
}

func (o *ours) address() string { return o.listener.Addr().String() }

// do implements middle.
func (o *ours) do(_ context.Context, i int, a *sim.Act) error {
	if a.Kind == sim.Configure {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.settings = o.trial.scenario.SettingsAfter(i)
		return o.reload()
	}
	for _, id := range a.Servers {
		do := o.proxy.Enable
		if a.Kind == sim.Drain {
			do = o.proxy.Drain
		}
		if err := o.about(id, do); err != nil {
			return err
		}
	}
	return nil
}

// about does something to a server of the balancer's.
func (o *ours) about(id int, do func(pool, server string) error) error {
	server := &o.trial.model.Servers[id]
	return do(o.trial.model.Balancer.Pools[server.Pool].Name, server.Name)
}

// drain implements membership.
func (o *ours) drain(id int) error { return o.about(id, o.proxy.Drain) }

// set implements membership.
func (o *ours) set(id int, member bool) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	name := o.trial.model.Servers[id].Name
	if member {
		delete(o.absent, name)
	} else {
		o.absent[name] = true
	}
	return o.reload()
}

// reload gives the proxy the present settings and members. The caller holds mu.
func (o *ours) reload() error {
	cfg, err := told(o.settings, o.trial.model, o.addresses)
	if err != nil {
		return err
	}
	pools := []*config.Pool{&cfg.Pool}
	for i := range cfg.Pools {
		pools = append(pools, &cfg.Pools[i])
	}
	for _, p := range pools {
		p.Endpoints = slices.DeleteFunc(p.Endpoints, func(e config.Endpoint) bool { return o.absent[e.Name] })
	}
	return o.proxy.Reload(cfg)
}

func (o *ours) close() error {
	o.server.Cut()
	<-o.served
	o.proxy.Close()
	return nil
}

// notes is a log that remembers what a proxy did about its servers, and when.
type notes struct {
	mu   sync.Mutex
	all  []note
	more chan struct{} // closed when there is more; nil: nobody waits
}

type note struct {
	at     time.Time
	kind   string
	server string
}

func newNotes() *notes { return &notes{} }

// Enabled implements slog.Handler.
func (n *notes) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Handle implements slog.Handler.
func (n *notes) Handle(_ context.Context, r slog.Record) error {
	x := note{at: r.Time, kind: r.Message}
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "server" {
			x.server = a.Value.String()
		}
		return true
	})
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, x)
	if n.more != nil {
		close(n.more)
		n.more = nil
	}
	return nil
}

// WithAttrs and WithGroup implement slog.Handler: nothing is kept of them.
func (n *notes) WithAttrs([]slog.Attr) slog.Handler { return n }
func (n *notes) WithGroup(string) slog.Handler      { return n }

// count is how much was noted until now.
func (n *notes) count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.all)
}

// await waits until one of these kinds was noted of a server, after so many notes.
func (n *notes) await(ctx context.Context, after int, server string, kinds ...string) error {
	for {
		n.mu.Lock()
		for _, x := range n.all[after:] {
			for _, kind := range kinds {
				if x.server == server && x.kind == kind {
					n.mu.Unlock()
					return nil
				}
			}
		}
		if n.more == nil {
			n.more = make(chan struct{})
		}
		more := n.more
		n.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %v of %s: %w", kinds, server, context.Cause(ctx))
		}
	}
}
