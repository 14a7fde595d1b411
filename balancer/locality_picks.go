package balancer

import (
	"lbsim/algorithms"
	"lbsim/clock"
	"lbsim/random"
)

// Pick implements algorithms.Picker. It costs O(levels + zones) beside the pick.
func (x *localities) Pick(now clock.Time, s *algorithms.Set, r *algorithms.Request) int32 {
	x.refresh()
	c := x.choose(r)
	if r.Tried.Len() > 0 && !r.Tried.Untried(&c.set) && r.Tried.Untried(s) {
		for i := range x.levels {
			if r.Tried.Untried(&x.levels[i].all.set) {
				c = x.levels[i].all
				break
			}
		}
	}
	x.last = c
	return c.picker.Pick(now, &c.set, r)
}

// refresh follows what has changed since the last pick.
func (x *localities) refresh() {
	if !x.stale {
		return
	}
	x.stale = false
	x.distribute()
	for i := range x.levels {
		x.refreshZones(i)
	}
}

// choose returns a cell with a ready member, of which there is one.
func (x *localities) choose(r *algorithms.Request) *cell {
	draws := &x.draws
	if x.choice.Spec.NeedsKey && r.HasKey {
		own := x.keyed.At(r.Key, 0)
		draws = &own
	}
	l := x.chooseLevel(draws)
	rule := &l.rule
	if enabled := x.enabled(); rule.own == nil && !rule.spread || enabled < 1 && draws.Float64() >= enabled {
		return l.all
	}
	if rule.own != nil && (rule.stay == tenThousand || draws.Uint64()%tenThousand < rule.stay) {
		return rule.own
	}
	if !rule.spread {
		return l.all
	}
	u, last := float64(draws.Float64()*rule.sum), l.all
	for _, c := range l.zones {
		if c.share == 0 || c == rule.own || len(c.set.Ready) == 0 {
			continue
		}
		last = c
		if u -= c.share; u < 0 {
			break
		}
	}
	return last
}

// chooseLevel returns a level with a ready member: the one drawn or, where nobody is
// ready there, the first.
func (x *localities) chooseLevel(draws *random.Source) *level {
	if len(x.levels) == 1 {
		return &x.levels[0]
	}
	u := int(draws.Uint64() % 100)
	for i := range x.levels {
		l := &x.levels[i]
		if u -= l.load; u < 0 {
			if len(l.all.set.Ready) > 0 {
				return l
			}
			break
		}
	}
	for i := range x.levels {
		if len(x.levels[i].all.set.Ready) > 0 {
			return &x.levels[i]
		}
	}
	return &x.levels[0]
}

// enabled is the share of the requests for which zones matter.
func (x *localities) enabled() float64 {
	if x.zones == nil || x.zones.Mode != ZoneAware {
		return 1
	}
	return x.zones.Enabled
}

// Observe implements algorithms.Observer: all pickers of an endpoint learn of it.
func (x *localities) Observe(now clock.Time, _ *algorithms.Set, slot int32, o algorithms.Observation) {
	for _, c := range x.pool.homes[slot].cells {
		if c != nil && c.observer != nil {
			c.observer.Observe(now, &c.set, slot, o)
		}
	}
}

// AppendProbes implements algorithms.Prober: with a pick for the picker that picked, else
// for those whose time has come.
func (x *localities) AppendProbes(now clock.Time, _ *algorithms.Set, idle bool, dst []int32) []int32 {
	if !idle {
		return x.last.prober.AppendProbes(now, &x.last.set, false, dst)
	}
	for _, c := range x.cells {
		if c.prober.NextProbe() <= now {
			dst = c.prober.AppendProbes(now, &c.set, true, dst)
		}
	}
	return dst
}

// NextProbe implements algorithms.Prober.
func (x *localities) NextProbe() clock.Time {
	at := clock.Never
	for _, c := range x.cells {
		at = min(at, c.prober.NextProbe())
	}
	return at
}

// WantsReports implements algorithms.Reported.
func (x *localities) WantsReports() bool {
	p, ok := x.cells[0].picker.(algorithms.Reported)
	return ok && p.WantsReports()
}
