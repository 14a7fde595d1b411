package sim

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"lbsim/balancer"
)

// check holds what a run counted against itself.
func (e *engine) check() error {
	if e.arrived > math.MaxUint32 {
		return fmt.Errorf("%d requests are more than the %d that a run can count: use replications", e.arrived, uint64(math.MaxUint32))
	}
	if got, want := e.areaEnd-e.areaStart, e.overlap; got != want {
		return fmt.Errorf("the integral of the number in system is %d request-nanoseconds, the sum of times in system %d", got, want)
	}
	for i := range e.classes {
		o := e.classes[i].all()
		if sum := o.Completed + o.Failed + o.Rejected + o.TimedOut + o.Unfinished; sum != o.Offered {
			return fmt.Errorf("class %s: %d requests offered, %d accounted for", e.m.Classes[i].Name, o.Offered, sum)
		}
	}
	if err := e.checkCalls(); err != nil {
		return err
	}
	for i := range e.servers {
		s, x := &e.servers[i], &e.records[i]
		atServer := uint32(s.busy + s.waiting)
		if s.attempts != s.served+x.refused+x.withdrawn+atServer {
			return fmt.Errorf("server %s: %d attempts; %d served, %d refused, %d withdrawn, %d still there (modulo 2^32)",
				e.m.Server(i).Name, s.attempts, s.served, x.refused, x.withdrawn, atServer)
		}
		if err := e.checkCache(i); err != nil {
			return err
		}
	}
	return nil
}

// check returns what makes a model impossible to run. Scenarios are checked
// where they are read, with better words.
func (m *Model) check() error {
	var errs []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("sim: "+format, args...))
		}
	}
	sources := 0
	for _, has := range []bool{m.Arrivals != nil, m.Trace != nil, m.Closed != nil} {
		if has {
			sources++
		}
	}
	bad(sources == 1, "a model has one source of arrivals, this one %d", sources)
	bad(len(m.Classes) > 0, "no request class")
	bad(len(m.Servers) > 0, "no server")
	bad(len(m.Balancer.Pools) == 1 || len(m.Balancer.Routes) > 0, "%d pools and no routes", len(m.Balancer.Pools))
	for _, cfg := range m.configurations() {
		bad((len(cfg.Routes) == 0) == (len(m.Balancer.Routes) == 0), "there are routes all the time, or never")
	}
	bad(len(m.Balancer.Routes) == 0 || m.Balancer.Layer == balancer.L7, "routes are of requests, and layer 4 sees none")
	bad(m.Horizon > 0, "horizon = %v: must be > 0", m.Horizon)
	bad(m.WarmUp >= 0 && m.WarmUp < m.Horizon, "warm-up = %v: must be in [0, %v)", m.WarmUp, m.Horizon)
	bad(m.Balancer.Layer != balancer.L4 || !slices.ContainsFunc(m.settings(), func(p *balancer.PoolConfig) bool { return p.Limits != nil }), "limits are of requests, and layer 4 sees none")
	share := 0.0
	for _, c := range m.Classes {
		bad(c.Share > 0 && c.Service != nil, "class %s: needs a share > 0 and a service", c.Name)
		share += c.Share
	}
	if c := m.Clients; c != nil && c.Retries != nil {
		bad(c.Patience == nil, "clients who try again have a time-out and no patience")
		bad(c.Retries.Attempts > 0 || c.Retries.Backoff != nil, "clients who try for ever must wait in between")
	}
	bad(share > 0.999999 && share < 1.000001, "class shares sum to %v: must be 1", share)
	if x := m.Sessions; x != nil {
		bad(m.Clients != nil, "sessions are of clients, and there are none")
		bad(x.Length >= 1 && x.Length <= maxLength, "sessions of %v requests: must be in [1, 2^32)", x.Length)
	}
	for i := range m.Total() {
		s := m.Server(i)
		bad(s.Workers > 0 && s.Speed > 0 && s.Weight > 0 && s.Queue >= Unlimited, "server %s: workers, speed and weight must be > 0", s.Name)
		bad(s.Discipline != PS && s.Discipline != PriorityPreemptive || !m.waitsInVain(s.DependsOn), "server %s: who waits for a dependency keeps a worker, so can't share one", s.Name)
		bad(int(s.Pool) < max(len(m.Balancer.Pools), 1), "server %s is in no pool", s.Name)
		if c := s.Cache; c != nil {
			bad(m.Keys != nil, "server %s: a cache is of keys, and requests have none", s.Name)
			bad(c.Capacity >= 1 && c.Capacity <= 1<<30 && c.Penalty != nil, "server %s: a cache needs a capacity from 1 to 2^30 and a penalty", s.Name)
		}
	}
	for _, a := range m.Acts {
		bad((a.Kind == Configure) == (a.Balancer != nil && len(a.Balancer.Pools) == len(m.Balancer.Pools)), "configure: needs the settings of all pools")
		if a.Kind == Rate {
			bad(m.Arrivals != nil && a.Factor > 0, "rate: a factor of %v: must be > 0, of an open loop", a.Factor)
		}
		if a.Kind == DependencyDown {
			bad(a.Dependency >= 0 && a.Dependency < MaxDependencies && a.Status >= 500 && a.Status <= 599, "dependency %d with status %d: must be in [0, 64) and 500 … 599", a.Dependency, a.Status)
			bad(a.After >= 0, "dependency %d fails after %v: must be >= 0", a.Dependency, a.After)
		}
		if zones := len(m.Network.Zones); a.Kind == LoseZone || a.Kind == Partition || a.Kind == RestoreZone {
			bad(a.Zone >= 0 && a.Zone < zones && a.From >= 0 && a.From < zones, "%v: zones %d and %d: must be in [0, %d)", a.Kind, a.Zone, a.From, zones)
			bad(a.Kind != Partition || a.Zone != a.From, "partition: a zone reaches itself")
		}
		if a.Kind == Errors || a.Kind == Flaky {
			bad(a.Ratio > 0 && a.Ratio <= 1 && a.Status >= 500 && a.Status <= 599, "errors: a ratio of %v with status %d: must be in (0, 1] and 500 … 599", a.Ratio, a.Status)
		}
	}
	errs = append(errs, m.checkAutoscalers(), m.checkTiers())
	return errors.Join(errs...)
}

func (m *Model) checkAutoscalers() error {
	for _, a := range m.Acts {
		for _, id := range a.Servers {
			if (a.Kind == Remove || a.Kind == Leave || a.Kind == Return) && m.scaled(id) {
				return fmt.Errorf("sim: server %s: an autoscaler rules it, so no act may remove it", m.Server(id).Name)
			}
		}
	}
	for i := range m.Autoscalers {
		a := &m.Autoscalers[i]
		if err := a.Policy.Check(); err != nil {
			return fmt.Errorf("sim: servers %s: %w", a.Group, err)
		}
		if n := len(a.Servers); n < a.Policy.Min || n+len(a.Spare) != a.Policy.Max {
			return fmt.Errorf("sim: servers %s: %d and %d more, to be scaled from %d to %d", a.Group, n, len(a.Spare), a.Policy.Min, a.Policy.Max)
		}
	}
	return nil
}

// scaled reports whether a server is an autoscaler's.
func (m *Model) scaled(id int) bool {
	for i := range m.Autoscalers {
		if slices.Contains(m.Autoscalers[i].Servers, id) {
			return true
		}
	}
	return id >= len(m.Servers) && id < m.firstAdded()
}
