package balancer

import "strings"

// Zones says what zones have to do with where a request goes.
type Zones struct {
	Mode ZoneMode
	// MinEndpoints is of ZoneAware: with fewer ready endpoints zones do not matter.
	// Envoy's default is 6.
	MinEndpoints int
	// Enabled is of ZoneAware: the share of the requests for which zones matter, [0, 1]
	// (Envoy's routing_enabled).
	Enabled float64
	// Weights is of ZoneWeighted: a zone that is not named has 1.
	Weights []ZoneWeight
}

// ZoneWeight is how much of the requests a zone is to have, relative to others.
type ZoneWeight struct {
	Zone   string
	Weight float64 // >= 0
}

// Callers is how many balancers there are in a zone.
type Callers struct {
	Zone string
	N    int
}

// ZoneMode is the way to choose a zone.
type ZoneMode uint8

const (
	// ZoneAware keeps requests in the balancer's own zone as far as that zone's
	// endpoints are not fewer than its share of the callers: with u and c the zone's
	// shares of the ready endpoints and of the balancers, all where u >= c, else u/c of
	// them. The rest goes to zones that have endpoints to spare, in proportion to u - c.
	// Shares are in ten-thousandths, rounded down. It counts endpoints, not weights, and
	// is of the best priority level alone; in a panic zones do not matter.
	//
	// Source: Envoy, load_balancer_impl.cc (ZoneAwareLoadBalancerBase,
	// regenerateLocalityRoutingStructures, tryChooseLocalLocalityHosts). Where nobody has
	// anything to spare Envoy draws a zone, and this chooses among all endpoints.
	ZoneAware ZoneMode = iota
	// ZoneOnly keeps all requests in the balancer's own zone while anybody is ready
	// there, whatever the load.
	ZoneOnly
	// ZoneWeighted gives each zone requests in proportion to its weight times its
	// health: the fit share of its members times the pool's overprovisioning, 1 at most
	// (Envoy's locality weighted load balancing).
	ZoneWeighted
)

// String returns the word of the configuration.
func (m ZoneMode) String() string { return [...]string{"aware", "only", "weighted"}[m] }

// tenThousand is the scale of shares in zone-aware choices.
const tenThousand = 10_000

// zoneRule is what was found out for choosing a zone.
type zoneRule struct {
	own    *cell   // gets the first stay of tenThousand; nil: none
	stay   uint64  // of tenThousand
	spread bool    // the rest is drawn among zones by their shares; else among all endpoints
	sum    float64 // of the zones' shares
}

// refreshZones says anew how a level's requests are spread over zones.
func (x *localities) refreshZones(i int) {
	l := &x.levels[i]
	l.rule = zoneRule{}
	panics := l.panics || !x.leveled && x.pool.panics
	if x.zones == nil || panics || len(l.all.set.Ready) == 0 {
		return
	}
	switch x.zones.Mode {
	case ZoneOnly:
		if own := l.zone(x.zone); own != nil && len(own.set.Ready) > 0 {
			l.rule = zoneRule{own: own, stay: tenThousand}
		}
	case ZoneWeighted:
		for _, c := range l.zones {
			c.share = 0
			if c.judged > 0 && len(c.set.Ready) > 0 {
				c.share = float64(x.weightOf(c.name) * float64(min(100, x.overprovisioning*c.fit/c.judged)))
			}
			l.rule.sum += c.share
		}
		l.rule.spread = l.rule.sum > 0
	case ZoneAware:
		if i == 0 {
			x.refreshAware(l)
		}
	}
}

// refreshAware follows Envoy's regenerateLocalityRoutingStructures.
func (x *localities) refreshAware(l *level) {
	ready, callers, used := uint64(len(l.all.set.Ready)), uint64(0), 0
	for _, c := range x.callers {
		callers += uint64(c.N)
	}
	for _, c := range l.zones {
		used += weigh(len(c.set.Ready) > 0)
	}
	if used < 2 || callers == 0 || x.zone == "" || ready < uint64(x.zones.MinEndpoints) {
		return
	}
	for _, c := range l.zones {
		up, from := tenThousand*uint64(len(c.set.Ready))/ready, tenThousand*x.callersIn(c.name)/callers
		c.share = 0
		if c.name != x.zone {
			if up > from {
				c.share = float64(up - from)
			}
			l.rule.sum += c.share
			continue
		}
		if up == 0 {
			continue
		}
		l.rule.own, l.rule.stay = c, tenThousand
		if up < from {
			l.rule.stay = up * tenThousand / from
		}
	}
	l.rule.spread = l.rule.sum > 0
}

// SetCallers says anew how many balancers there are in each zone: those that are well, as
// far as this one knows. Envoy's are the healthy hosts of the local cluster
// (load_balancer_impl.cc, regenerateLocalityRoutingStructures).
func (b *Balancer) SetCallers(callers []Callers) {
	b.cfg.Callers = callers
	for _, p := range b.pools {
		if p.local != nil {
			p.local.callers, p.local.stale = callers, true
		}
	}
}

func (x *localities) callersIn(zone string) uint64 {
	for _, c := range x.callers {
		if c.Zone == zone {
			return uint64(c.N)
		}
	}
	return 0
}

func (x *localities) weightOf(zone string) float64 {
	for _, w := range x.zones.Weights {
		if w.Zone == zone {
			return w.Weight
		}
	}
	return 1
}

// zone returns a level's cell of a zone, nil where it has none.
func (l *level) zone(name string) *cell {
	for _, c := range l.zones {
		if c.name == name {
			return c
		}
	}
	return nil
}

// byName orders cells.
func byName(a, b *cell) int { return strings.Compare(a.name, b.name) }

// ZoneShare is a zone's share of the requests of a priority level.
type ZoneShare struct {
	Zone  string
	Share float64
}

// ZoneShares appends which share of the requests of a pool's priority level goes to
// each zone, in order of their names, and under "" what goes to any. It changes nothing
// that anybody sees.
func (b *Balancer) ZoneShares(pool PoolID, lv int, dst []ZoneShare) []ZoneShare {
	x := b.pools[pool].local
	if x == nil || lv >= len(x.levels) {
		return append(dst, ZoneShare{"", 1})
	}
	x.refresh()
	l, enabled := &x.levels[lv], x.enabled()
	stay := float64(l.rule.stay) / tenThousand
	if !l.rule.spread && l.rule.own == nil {
		enabled = 0
	}
	rest := float64(tenThousand-l.rule.stay) / tenThousand
	for _, c := range l.zones {
		share := 0.0
		if c == l.rule.own {
			share = stay
		}
		if l.rule.spread {
			share += float64(rest * c.share / l.rule.sum)
		}
		dst = append(dst, ZoneShare{c.name, float64(enabled * share)})
	}
	any := 1 - enabled
	if !l.rule.spread {
		any += float64(enabled * rest)
	}
	return append(dst, ZoneShare{"", any})
}
