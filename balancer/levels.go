package balancer

import "lbsim/clock"

// defaultOverprovisioning is Envoy's, percent.
const defaultOverprovisioning = 140

// level is the members of a priority. A level gets requests where the better ones are not
// well enough, after Envoy's priority levels. Percentages are whole numbers, rounded down,
// as there.
//
// A level's health is the share of its members that are fit, times the overprovisioning,
// 100% at most. Each level gets its health of the requests, from the best level on,
// until there is nothing left; where all together have less than 100% each gets its part
// of their sum. What rounding leaves goes to the first level that is not wholly unfit.
//
// With several levels one is in panic where fewer than PanicBelow of its members are fit
// and all levels together have a health below 100%. Where all are in panic, levels get
// requests by how many members they have.
//
// Source: Envoy, load_balancer_impl.cc (recalculatePerPriorityState,
// recalculatePerPriorityPanic, recalculateLoadInTotalPanic).
type level struct {
	all    *cell
	zones  []*cell // in order of their names; nil where zones do not matter
	load   int     // percent of the requests
	panics bool
	rule   zoneRule // by which a zone is chosen
}

// health is the level's share of what it may take, percent.
func (l *level) health(overprovisioning int) int {
	if l.all.judged == 0 {
		return 0
	}
	return min(100, overprovisioning*l.all.fit/l.all.judged)
}

// health is that of all levels together, 100 at most.
func (x *localities) health() int {
	sum := 0
	for i := range x.levels {
		sum += x.levels[i].health(x.overprovisioning)
	}
	return min(100, sum)
}

// distribute says anew which level gets how much.
func (x *localities) distribute() {
	total, panic := x.health(), x.panicBelow > 0
	for i := range x.levels {
		l := &x.levels[i]
		l.load = 0
		panic = panic && (l.panics || l.all.judged == 0)
	}
	members := 0
	for i := range x.levels {
		members += x.levels[i].all.judged
	}
	switch rest, first := 100, 0; {
	case panic && members > 0:
		for i := len(x.levels) - 1; i >= 0; i-- {
			l := &x.levels[i]
			l.load = 100 * l.all.judged / members
			if rest -= l.load; l.all.judged > 0 {
				first = i
			}
		}
		x.levels[first].load += rest
	case total == 0:
		x.levels[0].load = 100
	default:
		for i := len(x.levels) - 1; i >= 0; i-- {
			if x.levels[i].health(x.overprovisioning) > 0 {
				first = i
			}
		}
		for i := range x.levels {
			l := &x.levels[i]
			l.load = min(rest, 100*l.health(x.overprovisioning)/total)
			rest -= l.load
		}
		x.levels[first].load += rest
	}
}

// judgeLevels begins or ends the panic of each level. It costs O(levels) but for the
// moments when it does.
func (b *Balancer) judgeLevels(now clock.Time, p *pool) {
	x := p.local
	x.panicBelow = p.panicBelow
	total := x.health()
	for i := range x.levels {
		l := &x.levels[i]
		panics := total < 100 && float64(l.all.fit) < float64(p.panicBelow*float64(l.all.judged))
		if panics == l.panics {
			continue
		}
		l.panics, x.stale = panics, true
		kind := PanicEnded
		if panics {
			kind = PanicBegan
		}
		b.events = append(b.events, Event{At: now, Kind: kind, Pool: p.id, Level: int32(i)})
		for slot := range p.set.Members {
			if p.set.Members[slot].Key != "" && x.levelOf(int32(slot)) == l {
				p.allow(int32(slot))
			}
		}
	}
}

// usable is how many members might be picked, if they were not full.
func (p *pool) usable() int {
	if p.local == nil || !p.local.leveled {
		if p.panics {
			return p.judged
		}
		return p.fit
	}
	n := 0
	for i := range p.local.levels {
		l := &p.local.levels[i]
		if l.panics {
			n += l.all.judged
		} else {
			n += l.all.fit
		}
	}
	return n
}

// LevelLoads appends the percentage of a pool's requests that each priority level gets.
// It changes nothing that anybody sees.
func (b *Balancer) LevelLoads(pool PoolID, dst []int) []int {
	x := b.pools[pool].local
	if x == nil {
		return append(dst, 100)
	}
	x.refresh()
	for i := range x.levels {
		dst = append(dst, x.levels[i].load)
	}
	return dst
}
