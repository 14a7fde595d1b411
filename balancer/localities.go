package balancer

import (
	"slices"

	"github.com/cespare/xxhash/v2"

	"lbsim/algorithms"
	"lbsim/random"
)

// localities is the picker of a pool whose endpoints have priorities or zones that
// matter: it chooses a level and a zone, and each of these has a picker of its own that
// chooses in it. Levels and zones are drawn for each request; where the algorithm places
// keys the draw belongs to the key, so that a key stays where it is.
//
// The sets of cells have the pool's slots: what belongs elsewhere is vacant there. So
// tickets and the slots that a request has tried mean the same everywhere.
type localities struct {
	pool   *pool
	levels []level
	cells  []*cell // all of them

	zones            *Zones // nil: they do not matter
	leveled          bool   // priorities do
	overprovisioning int
	panicBelow       float64
	zone             string // of this balancer
	callers          []Callers

	choice algorithms.Choice
	rnd    random.Index // of the cells' pickers
	draws  random.Source
	keyed  random.Index
	stale  bool  // levels and zones have to be chosen among anew
	last   *cell // that was picked from
	probes bool  // pickers probe
	bad    error
}

// cell is a level, or a zone in it, with its picker.
type cell struct {
	name     string // of the zone; "": all of the level
	set      algorithms.Set
	picker   algorithms.Picker
	observer algorithms.Observer // nil when the picker does not learn
	prober   algorithms.Prober   // nil when it does not probe
	fit      int                 // members that are
	judged   int                 // members that count
	share    float64             // of what is spread over zones
}

// home is where a slot's member belongs.
type home struct {
	zone  string
	level int32
	cells [2]*cell // the level and, where zones matter, the zone in it
}

// newPicker makes a pool's picker, which where priorities or zones matter chooses
// among several.
func (b *Balancer) newPicker(cfg *Config, p *pool, rnd random.Index) (algorithms.Picker, error) {
	pc := &cfg.Pools[p.id]
	if !pc.Levels && pc.Zones == nil {
		return pc.Algorithm.New(rnd.At(uint64(p.id), 0))
	}
	own := rnd.Sub("localities", uint64(p.id))
	x := &localities{pool: p, zones: pc.Zones, leveled: pc.Levels, overprovisioning: defaultOverprovisioning, panicBelow: pc.PanicBelow,
		zone: cfg.Zone, callers: cfg.Callers, choice: pc.Algorithm, rnd: own, draws: own.At(0, 0), keyed: own.Sub("keys", 0), stale: true}
	if pc.Overprovisioning > 0 {
		x.overprovisioning = pc.Overprovisioning
	}
	x.grow(0)
	if x.bad != nil {
		return nil, x.bad
	}
	x.last = x.cells[0]
	return x, nil
}

// grow makes levels up to the i-th.
func (x *localities) grow(i int32) {
	for int(i) >= len(x.levels) {
		x.levels = append(x.levels, level{all: x.newCell(uint64(len(x.levels)), "")})
	}
}

func (x *localities) newCell(level uint64, zone string) *cell {
	c := &cell{name: zone}
	key := uint64(1)
	if zone != "" {
		key = xxhash.Sum64String(zone)
	}
	var err error
	if c.picker, err = x.choice.New(x.rnd.At(level+1, key)); err != nil {
		x.bad = err // of the first cell; others are made alike
		return c
	}
	c.observer, _ = c.picker.(algorithms.Observer)
	c.prober, _ = c.picker.(algorithms.Prober)
	x.probes = c.prober != nil
	c.picker.Rebuilt(&c.set)
	x.cells = append(x.cells, c)
	return c
}

// settle finds every member its cells, and counts who is fit in each.
func (x *localities) settle(p *pool) {
	for slot := range p.set.Members {
		h := &p.homes[slot]
		h.cells = [2]*cell{}
		if p.set.Members[slot].Key == "" {
			continue
		}
		lv := int32(0)
		if x.leveled {
			lv = h.level
		}
		x.grow(lv)
		l := &x.levels[lv]
		h.cells[0] = l.all
		if x.zones != nil {
			if h.cells[1] = l.zone(h.zone); h.cells[1] == nil {
				h.cells[1] = x.newCell(uint64(lv), h.zone)
				l.zones = append(l.zones, h.cells[1])
				slices.SortFunc(l.zones, byName)
			}
		}
	}
	for _, c := range x.cells {
		c.fit, c.judged = 0, 0
	}
	p.eachMember(func(slot int32) { x.stood(slot, unchecked, p.standing[slot]) })
}

// stood counts a member whose standing has changed.
func (x *localities) stood(slot int32, before, after standing) {
	x.stale = true
	for _, c := range x.pool.homes[slot].cells {
		if c != nil {
			c.fit += weigh(after.fit()) - weigh(before.fit())
			c.judged += weigh(after.judged()) - weigh(before.judged())
		}
	}
}

// levelOf returns a member's level.
func (x *localities) levelOf(slot int32) *level {
	if !x.leveled {
		return &x.levels[0]
	}
	return &x.levels[x.pool.homes[slot].level]
}

// Rebuilt implements algorithms.Picker.
func (x *localities) Rebuilt(s *algorithms.Set) {
	x.stale = true
	for _, c := range x.cells {
		for slot := range s.Members {
			i, m := int32(slot), s.Members[slot]
			belongs := m.Key != "" && (x.pool.homes[slot].cells[0] == c || x.pool.homes[slot].cells[1] == c)
			if slot < c.set.Len() && c.set.Members[slot].Key != "" && (!belongs || c.set.Members[slot].Key != m.Key) {
				c.set.Remove(i)
			}
			if !belongs {
				continue
			}
			if slot >= c.set.Len() || c.set.Members[slot].Key == "" {
				c.set.InsertAt(i, m)
			}
			c.set.Members[slot].Weight, c.set.Weight[slot], c.set.InFlight[slot] = m.Weight, s.Weight[slot], s.InFlight[slot]
			c.set.SetReady(i, s.IsReady(i))
		}
		c.picker.Rebuilt(&c.set)
	}
}

// Changed implements algorithms.Picker.
func (x *localities) Changed(s *algorithms.Set, slot int32, what algorithms.Change) {
	for _, c := range x.pool.homes[slot].cells {
		if c == nil {
			continue
		}
		switch what {
		case algorithms.Started, algorithms.Finished:
			c.set.InFlight[slot] = s.InFlight[slot]
			if !x.choice.Spec.WatchesLoad {
				continue
			}
		case algorithms.Reweighted:
			c.set.Weight[slot] = s.Weight[slot]
		case algorithms.Readied, algorithms.Unreadied:
			x.stale = true
			if !c.set.SetReady(slot, s.IsReady(slot)) {
				continue
			}
		}
		c.picker.Changed(&c.set, slot, what)
	}
}
