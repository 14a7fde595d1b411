package lab

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/sim"
	"lbsim/studies/lab/backend"
)

// KeyHeader carries a request's key.
const KeyHeader = "X-Lbsim-Key"

// loopback is where everything is.
const loopback = "127.0.0.1:0"

// stand is servers and a balancer in front of them, on loopback.
type stand struct {
	trial   *trial
	servers []*backend.Server
	needed  *needed // nil: nothing is depended on
	middle  middle
	notes   *notes
}

// middle is who balances.
type middle interface {
	address() string
	// do carries out an act that is the balancer's. Those that it can't were refused.
	do(ctx context.Context, i int, a *sim.Act) error
	close() error
}

func cannotServe(s *sim.Server) string { return backend.Cannot(s) }

// build starts servers and the balancer.
func (p *Plan) build(ctx context.Context, t *trial) (*stand, error) {
	s := &stand{trial: t, notes: newNotes()}
	quiet := slog.New(slog.DiscardHandler)
	url := ""
	for i := range t.model.Servers {
		if t.model.Servers[i].DependsOn != 0 && s.needed == nil {
			var err error
			if s.needed, err = newNeeded(); err != nil {
				return nil, err
			}
			url = s.needed.url()
		}
	}
	addresses := map[string]string{}
	for i := range t.model.Servers {
		model := t.model.Servers[i]
		o := backend.Options{Server: model, Classes: t.model.Classes, Seed: p.Seed, Log: quiet}
		if model.DependsOn != 0 {
			o.DependsOn = url
		}
		server, err := backend.New(o)
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
		s.servers = append(s.servers, server)
		if err := server.Listen(loopback); err != nil {
			return nil, errors.Join(err, s.close())
		}
		addresses[model.Name] = server.Address()
	}
	if err := s.balance(ctx, p, addresses); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// balance puts the balancer in front of the servers.
func (s *stand) balance(ctx context.Context, p *Plan, addresses map[string]string) error {
	if p.Product == "" {
		o, err := newOurs(ctx, p.Seed, s.trial, addresses, s.notes)
		if err == nil {
			s.middle = o
		}
		return err
	}
	o, err := newProduct(ctx, p.Product, p.Config, s.trial, addresses)
	if err == nil {
		s.middle = o
	}
	return err
}

// close ends everything, what still runs included.
func (s *stand) close() error {
	var errs []error
	if s.middle != nil {
		errs = append(errs, s.middle.close())
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	for _, server := range s.servers {
		_ = server.Close(over) // what hangs is cut
	}
	if s.needed != nil {
		errs = append(errs, s.needed.close())
	}
	return errors.Join(errs...)
}

// told is the balancer part of a scenario as lbsim's proxy reads it, with addresses. The
// error is a line for each thing that it can't carry out.
func told(b *config.Balancer, m *sim.Model, addresses map[string]string) (*config.Balancer, error) {
	cfg := *b
	cfg.Pools = append([]config.Pool(nil), b.Pools...)
	pools := []*config.Pool{&cfg.Pool}
	if len(cfg.Pools) > 0 {
		cfg.Endpoints, pools = nil, nil
		for i := range cfg.Pools {
			pools = append(pools, &cfg.Pools[i])
		}
	}
	keyed := false
	for i, pool := range pools {
		pool.Servers, pool.Endpoints = nil, endpoints(m, i, addresses)
		keyed = keyed || pool.Algorithm.Spec.NeedsKey
		if zone := zoneOf(m); pool.Zones != nil && cfg.Zone == "" {
			cfg.Zone, cfg.Callers = zone, []config.ZoneCallers{{Zone: zone, N: 1}}
		}
		askHere(pool)
	}
	http := cfg.Proxy.Protocol()
	http.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	cfg.Proxy = config.Proxy{Listen: loopback, Timeouts: cfg.Proxy.Timeouts, HTTP: &http}
	if keyed {
		cfg.Proxy.Key = config.Key{Kind: "header", Name: KeyHeader}
	}
	text, err := json.Marshal(cfg.Document())
	if err != nil {
		return nil, err
	}
	read, err := config.ReadProxy("balancer", strings.NewReader(string(text)))
	if problems, ok := errors.AsType[decode.Problems](err); ok {
		var lines []string
		for _, p := range problems {
			lines = append(lines, p.Path+": "+p.Rule)
		}
		return nil, errors.New(strings.Join(lines, "\n"))
	}
	return read, err
}

// zoneOf is where the balancer is.
func zoneOf(m *sim.Model) string {
	if len(m.Network.Frontends) > 0 {
		return m.ZoneName(m.Network.Frontends[0])
	}
	return m.ZoneName(0)
}

// askHere lets health checks go where live servers answer them.
func askHere(pool *config.Pool) {
	if pool.Health == nil || pool.Health.Active == nil {
		return
	}
	health, active := *pool.Health, *pool.Health.Active
	if active.Path = backend.HealthPath; active.Deep {
		active.Path, active.Deep = backend.HealthPath+"?deep=1", false
	}
	health.Active, pool.Health = &active, &health
}

// endpoints are the servers of a pool.
func endpoints(m *sim.Model, pool int, addresses map[string]string) (all []config.Endpoint) {
	for i := range m.Servers {
		s := &m.Servers[i]
		if int(s.Pool) != pool {
			continue
		}
		address := addresses[s.Name]
		if address == "" {
			address = "127.0.0.1:1" // nobody has started yet
		}
		all = append(all, config.Endpoint{Name: s.Name, Address: address, Weight: s.Weight, Zone: m.ZoneName(s.Zone), Priority: s.Priority})
	}
	return all
}

// drainTime is how long what is under way at the end may take: as long as the clients wait,
// and a while where they wait for ever.
func (t *trial) drainTime() time.Duration {
	if t.timeout > 0 {
		return t.timeout
	}
	return 10 * time.Second
}
