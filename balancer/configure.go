package balancer

import (
	"fmt"
	"reflect"
	"slices"

	"lbsim/algorithms"
	"lbsim/clock"
	"lbsim/random"
)

// Configure gives a balancer other settings while it works: what a reload of its file
// does. The layer and the pools' names must stay the same: attempts under way, endpoints and
// requests that wait belong to a pool.
//
// Endpoints keep their in-flight counts and, as far as the settings still know of it,
// their standing: one that was in use stays so until a check says otherwise, one that
// was down or ejected stays out, unless nobody checks or ejects any more. Attempts under
// way end as those of before; their tickets hold. A picker goes on where its algorithm
// and parameters stay; with anew, and where they change, one begins that knows the
// in-flight counts and nothing else, as after NGINX's reload. A budget whose settings stay
// is not filled again. What limits, rates and hedges keep, configureLimits, carry and
// configureHedges say.
func (b *Balancer) Configure(now clock.Time, cfg Config, anew bool) error {
	if cfg.Layer != b.cfg.Layer {
		return fmt.Errorf("balancer: the layer can't be changed while it works: what is under way is requests, or connections")
	}
	if !slices.EqualFunc(b.cfg.Pools, cfg.Pools, func(was, is PoolConfig) bool { return was.Name == is.Name }) {
		return fmt.Errorf("balancer: pools can't be added, taken out or renamed while it works: endpoints and what is under way belong to theirs")
	}
	if err := cfg.checkRoutes(); err != nil {
		return err
	}
	routes, err := newRoutes(cfg.Routes, cfg.InOrder, b.rnd)
	if err != nil {
		return err
	}
	b.advance(now)
	b.times++
	parts, rnd := make([]parts, len(cfg.Pools)), b.rnd.Sub("configured", b.times)
	for i, pc := range cfg.Pools {
		if parts[i], err = b.partsFor(&cfg, i, anew || !b.picksAlike(&cfg, i), rnd); err != nil {
			return fmt.Errorf("balancer: pool %s: %w", pc.Name, err)
		}
	}
	routes.carry(now, b.routes)
	b.routes = routes
	for i := range cfg.Pools {
		b.configurePool(now, b.pools[i], &cfg.Pools[i], parts[i])
	}
	b.cfg = cfg
	b.arm()
	return nil
}

// parts is what is made anew for a pool before anything changes, as it may fail.
type parts struct {
	picker algorithms.Picker // nil: the pool keeps its own
	ramps  *ramps
	limits *limits
}

func (b *Balancer) partsFor(cfg *Config, i int, picks bool, rnd random.Index) (x parts, err error) {
	pc := &cfg.Pools[i]
	if pc.SlowStart != nil {
		if x.ramps, err = newRamps(pc.SlowStart, pc.Algorithm); err != nil {
			return x, err
		}
	}
	if pc.Limits != nil {
		if x.limits, err = newLimits(pc.Limits, b.rnd.Sub("gradient", uint64(i))); err != nil {
			return x, err
		}
	}
	if picks {
		x.picker, err = b.newPicker(cfg, b.pools[i], rnd)
	}
	return x, err
}

func (b *Balancer) configurePool(now clock.Time, p *pool, pc *PoolConfig, x parts) {
	if x.picker != nil {
		p.chooseBy(x.picker, pc.Algorithm.Spec)
	}
	p.affinity, p.subset.size, p.panicBelow = pc.Affinity, pc.Subset, pc.PanicBelow
	b.configureChecks(now, p, pc.Health)
	b.configureOutliers(now, p, pc.Outliers)
	p.configureRetries(b, pc)
	p.configureRamps(now, x.ramps)
	b.configureDrains(now, p, pc)
	freed := p.configureLimits(now, x.limits)
	if b.cfg.Layer == L7 {
		p.configureHedges(pc.Hedges)
	}
	p.routed = b.routes != nil
	p.judgePlain()
	p.rebuild()
	b.judgePanic(now, p)
	if x.picker != nil && p.prober != nil {
		b.probe(now, p, true) // its idle time begins now
	}
	b.letGo(now, p)
	if freed != nil {
		b.disband(now, p, freed)
	}
}

// picksAlike reports whether a pool's picker is to choose as it does.
func (b *Balancer) picksAlike(cfg *Config, i int) bool {
	was, is := &b.cfg.Pools[i], &cfg.Pools[i]
	return was.Algorithm.String() == is.Algorithm.String() && was.Levels == is.Levels && was.Overprovisioning == is.Overprovisioning && reflect.DeepEqual(was.Zones, is.Zones) &&
		b.cfg.Zone == cfg.Zone && slices.Equal(b.cfg.Callers, cfg.Callers)
}

// eachMember calls f with the slot of every member.
func (p *pool) eachMember(f func(slot int32)) {
	for slot := range p.set.Members {
		if p.set.Members[slot].Key != "" {
			f(int32(slot))
		}
	}
}

// configureChecks puts health checks in, takes them out or changes them. Checks under
// way end under the new thresholds.
func (b *Balancer) configureChecks(now clock.Time, p *pool, cfg *HealthCheck) {
	was := p.checks
	switch {
	case cfg == nil && was == nil:
	case cfg == nil:
		p.checks = nil
		p.eachMember(func(slot int32) {
			if p.standing[slot]&down != 0 {
				b.events = append(b.events, Event{At: now, Kind: Up, Pool: p.id, Slot: slot})
			}
			p.standing[slot] &^= unchecked | down
		})
	case was == nil:
		p.checks = newChecks(cfg, b.rnd.Sub("health", uint64(p.id)))
		p.eachMember(func(slot int32) { p.checks.begin(now, slot) }) // and stays in use meanwhile
	default:
		p.checks = newChecks(cfg, was.draws)
		p.checks.slots, p.checks.due = was.slots, was.due
	}
}

func (b *Balancer) configureOutliers(now clock.Time, p *pool, cfg *OutlierDetection) {
	was := p.outliers
	if was != nil && (cfg == nil || cfg.Rule != was.Rule) {
		p.eachMember(func(slot int32) {
			if p.standing[slot]&ejected != 0 || was.windows != nil && was.windows.slots[slot].out {
				b.events = append(b.events, Event{At: now, Kind: Restored, Pool: p.id, Slot: slot})
				p.standing[slot] &^= ejected
			}
		})
		p.outliers, was = nil, nil
	}
	switch {
	case cfg == nil:
	case was == nil:
		p.outliers = newOutliers(cfg)
		for slot := range p.set.Members {
			p.outliers.begin(int32(slot), 0)
		}
	default:
		p.outliers = newOutliers(cfg)
		p.outliers.slots, p.outliers.ejected, p.outliers.next, p.outliers.windows = was.slots, was.ejected, was.next, was.windows
	}
}

// configureRamps lets who is in use have its full weight where slow start is put in or
// taken out; ramps under way go on under other settings.
func (p *pool) configureRamps(now clock.Time, slow *ramps) {
	was := p.ramps
	p.ramps = slow
	if was != nil && slow != nil {
		slow.fresh, slow.since, slow.share, slow.due = was.fresh, was.since, was.share, was.due
	}
	p.eachMember(func(slot int32) {
		if slow != nil && was == nil {
			slow.join(now, slot, true, false)
		}
		p.set.Weight[slot] = p.weightOf(slot)
	})
}

// configureDrains keeps who drains draining, until the time that was given; where no
// time is given any more it is over.
func (b *Balancer) configureDrains(now clock.Time, p *pool, pc *PoolConfig) {
	was := p.drains
	if pc.Drain != nil {
		p.drains = &drains{Drain: *pc.Drain, sticky: pc.Drain.Keep && pc.Affinity != nil}
		if was != nil {
			p.drains.due = was.due
		}
		return
	}
	if was != nil {
		p.eachMember(func(slot int32) {
			if was.due.has(slot) {
				b.drainDue(now, p, slot)
			}
		})
	}
	p.drains = nil
}

func (p *pool) configureRetries(b *Balancer, pc *PoolConfig) {
	was, cfg := p.retries, pc.Retries
	if cfg == nil {
		p.retries = nil
		return
	}
	p.retries = newRetries(cfg, b.rnd.Sub("back-off", uint64(p.id)))
	x := p.retries
	if pc.Limits != nil {
		x.most = pc.Limits.Retries
	}
	if was == nil {
		p.timesRetried++
		x.gen = p.timesRetried
		return
	}
	x.gen, x.attempts, x.active = was.gen, was.attempts, was.active
	if cfg.Budget != nil && was.budget != nil && *cfg.Budget == was.budget.Budget {
		x.budget = was.budget
	}
}
