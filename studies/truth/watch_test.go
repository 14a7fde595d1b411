package truth

import (
	"sort"

	"lbsim/algorithms"
	"lbsim/clock"
	"lbsim/random"
	"lbsim/sim"
	"lbsim/workloads"
)

const (
	bands   = 5  // of sizes, each with as much of the work as the others
	maxLoad = 16 // the greatest number of requests whose share of servers is asked for
	looks   = 20000
)

// bandEdges cut a law into bands that carry equal parts of the work, so that each
// band's mean is about equally well known: by sampling, since only their being fixed
// matters. A constant has one band; the others are of the same size and so share it.
func bandEdges(law workloads.Distribution) (edges [bands - 1]float64) {
	src := random.New(1, "bands", 0)
	xs, total := make([]float64, 100_000), 0.0
	for i := range xs {
		xs[i] = law.Sample(&src)
		total += xs[i]
	}
	sort.Float64s(xs)
	sum, b := 0.0, 0
	for _, x := range xs {
		if sum += x; b < len(edges) && sum >= total*float64(b+1)/bands {
			edges[b] = x
			b++
		}
	}
	return edges
}

// watchSlowdown adds up time and size by band of size.
func watchSlowdown(x *replication, o *sim.Options, law workloads.Distribution) {
	edges := bandEdges(law)
	constant := law.CV() == 0
	o.OnRequest = func(r *sim.Record) {
		if !r.Measured || r.Outcome != sim.Completed {
			return
		}
		if constant {
			for b := range x.bands {
				x.bands[b].time += r.Latency.Seconds()
				x.bands[b].work += r.Demand
			}
			return
		}
		b := 0
		for b < len(edges) && r.Demand > edges[b] {
			b++
		}
		x.bands[b].time += r.Latency.Seconds()
		x.bands[b].work += r.Demand
	}
}

// watchLoads looks at all servers at equal distances of at least a second.
func watchLoads(x *replication, o *sim.Options, warmUp, window float64) {
	step := max(1, window/looks)
	for at := warmUp; at < warmUp+window; at += step {
		o.SampleAt = append(o.SampleAt, clock.FromSeconds(at))
	}
	o.Sample = func(v sim.View) {
		x.looks++
		for i := range v.Servers() {
			for k := min(v.AtServer(i), maxLoad-1); k > 0; k-- {
				x.atLeast[k]++
			}
		}
	}
}

// watchTransient looks once.
func watchTransient(x *replication, o *sim.Options, at float64) {
	o.SampleAt = []clock.Time{clock.FromSeconds(at)}
	o.Sample = func(v sim.View) { x.inSystem, x.arrived = float64(v.InSystem()), float64(v.Arrived()) }
}

// watchListed counts picks of servers that had reported to be idle.
func watchListed(x *replication, m *sim.Model, from clock.Time) {
	chosen := m.Balancer.Pools[0].Algorithm
	spec := *chosen.Spec
	spec.New = func(v algorithms.Values, rnd random.Source) (algorithms.Picker, error) {
		p, err := chosen.Spec.New(v, rnd)
		return &listWatch{Picker: p, seen: x, from: from, idle: map[int32]bool{}}, err
	}
	m.Balancer.Pools[0].Algorithm = algorithms.Choice{Spec: &spec, Values: chosen.Values}
}

// listWatch stands between a balancer and its picker and keeps the same list.
type listWatch struct {
	algorithms.Picker
	seen *replication
	from clock.Time
	idle map[int32]bool
}

func (l *listWatch) WantsReports() bool { return true }

func (l *listWatch) Observe(now clock.Time, s *algorithms.Set, slot int32, o algorithms.Observation) {
	switch o.Kind {
	case algorithms.Idle:
		l.idle[slot] = true
	case algorithms.Busy:
		delete(l.idle, slot)
	}
	l.Picker.(algorithms.Observer).Observe(now, s, slot, o)
}

func (l *listWatch) Pick(now clock.Time, s *algorithms.Set, r *algorithms.Request) int32 {
	some := len(l.idle) > 0
	slot := l.Picker.Pick(now, s, r)
	delete(l.idle, slot)
	if now >= l.from {
		l.seen.dispatched++
		if some {
			l.seen.listed++
		}
	}
	return slot
}
