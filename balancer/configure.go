package balancer

import (
	"fmt"
	"reflect"
	"slices"

	"lbsim/algorithms"
	"lbsim/clock"
)

// Configure gives a balancer other settings while it works: what a reload of its file
// does. Layer, limits, hedges and the pools' number and order must stay the same.
//
// Endpoints keep their in-flight counts and, as far as the settings still know of it,
// their standing: one that was in use stays so until a check says otherwise, one that
// was down or ejected stays out, unless nobody checks or ejects any more. Attempts under
// way end as those of before; their tickets hold. A picker goes on where its algorithm
// and parameters stay; with anew, and where they change, one begins that knows the
// in-flight counts and nothing else, as after NGINX's reload. A retry budget whose
// settings stay is not filled again.
func (b *Balancer) Configure(now clock.Time, cfg Config, anew bool) error {
	if cfg.Layer != b.cfg.Layer || len(cfg.Pools) != len(b.cfg.Pools) {
		return fmt.Errorf("balancer: layer and pools can't be changed while it works")
	}
	for i, pc := range cfg.Pools {
		if !reflect.DeepEqual(pc.Limits, b.cfg.Pools[i].Limits) {
			return fmt.Errorf("balancer: pool %s: limits can't be changed while it works", pc.Name)
		}
		if !reflect.DeepEqual(pc.Hedges, b.cfg.Pools[i].Hedges) {
			return fmt.Errorf("balancer: pool %s: hedges can't be changed while it works", pc.Name)
		}
	}
	if err := cfg.checkRoutes(); err != nil {
		return err
	}
	routes, err := newRoutes(cfg.Routes, b.rnd)
	if err != nil {
		return err
	}
	b.advance(now)
	b.times++
	rnd := b.rnd.Sub("configured", b.times)
	pickers, slow := make([]algorithms.Picker, len(cfg.Pools)), make([]*ramps, len(cfg.Pools))
	for i, pc := range cfg.Pools {
		var err error
		if pc.SlowStart != nil {
			if slow[i], err = newRamps(pc.SlowStart, pc.Algorithm); err != nil {
				return fmt.Errorf("balancer: pool %s: %w", pc.Name, err)
			}
		}
		if !anew && b.picksAlike(&cfg, i) {
			continue
		}
		if pickers[i], err = b.newPicker(&cfg, b.pools[i], rnd); err != nil {
			return fmt.Errorf("balancer: pool %s: %w", pc.Name, err)
		}
	}
	b.routes = routes
	for i := range cfg.Pools {
		p, pc := b.pools[i], &cfg.Pools[i]
		if pickers[i] != nil {
			p.chooseBy(pickers[i], pc.Algorithm.Spec)
		}
		p.affinity, p.subset.size, p.panicBelow = pc.Affinity, pc.Subset, pc.PanicBelow
		b.configureChecks(now, p, pc.Health)
		b.configureOutliers(now, p, pc.Outliers)
		p.configureRetries(b, pc)
		p.configureRamps(now, slow[i])
		b.configureDrains(now, p, pc)
		p.routed = b.routes != nil
		p.judgePlain()
		p.rebuild()
		b.judgePanic(now, p)
		if pickers[i] != nil && p.prober != nil {
			b.probe(now, p, true) // its idle time begins now
		}
		b.letGo(now, p)
	}
	b.cfg = cfg
	b.arm()
	return nil
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
	switch {
	case cfg == nil && was == nil:
	case cfg == nil:
		p.outliers = nil
		p.eachMember(func(slot int32) {
			if p.standing[slot]&ejected != 0 {
				b.events = append(b.events, Event{At: now, Kind: Restored, Pool: p.id, Slot: slot})
				p.standing[slot] &^= ejected
			}
		})
	case was == nil:
		p.outliers = newOutliers(cfg)
		for slot := range p.set.Members {
			p.outliers.begin(int32(slot), 0)
		}
	default:
		p.outliers = newOutliers(cfg)
		p.outliers.slots, p.outliers.ejected, p.outliers.next = was.slots, was.ejected, was.next
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
