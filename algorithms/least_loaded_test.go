package algorithms

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lbsim/random"
	"lbsim/random/drawn"
)

// loadOracle scans for the least (in_flight + extra) / weight; of equals it takes
// the one that has had its load for longest, whose stamp is the least.
type loadOracle struct {
	extra float64
	stamp []int
	clock int
}

func (o *loadOracle) renew(slot int32) {
	for int(slot) >= len(o.stamp) {
		o.stamp = append(o.stamp, 0)
	}
	o.clock++
	o.stamp[slot] = o.clock
}

func (o *loadOracle) key(s *Set, slot int32) float64 {
	return (float64(s.InFlight[slot]) + o.extra) / s.Weight[slot]
}

// least returns the slots of least load that may be picked, the oldest first.
func (o *loadOracle) least(s *Set, r *Request) (slots []int32) {
	best, avoid := math.Inf(1), r.Tried.Untried(s)
	for _, slot := range s.Ready {
		if avoid && r.Tried.Has(slot) {
			continue
		}
		switch key := o.key(s, slot); {
		case key < best:
			best, slots = key, []int32{slot}
		case key == best:
			slots = append(slots, slot)
		}
	}
	slices.SortFunc(slots, func(a, b int32) int { return o.stamp[a] - o.stamp[b] })
	return slots
}

// TestLeastLoadedAgainstScan checks every pick of both rules with every way of
// breaking ties, while weights pass between equal and unequal, members come, go
// and change readiness, and requests are in flight.
func TestLeastLoadedAgainstScan(t *testing.T) {
	for _, c := range []struct {
		name  string
		extra float64
	}{{"least_connections", 0}, {"shortest_expected_delay", 1}} {
		for _, ties := range []string{"rotation", "random", "first"} {
			t.Run(c.name+"/"+ties, func(t *testing.T) {
				var level, ratio, tied, retried int
				drawn.Until(t, func(rt *rapid.T) {
					m := newMachine(t, rt, c.name+":ties="+ties)
					o := &loadOracle{extra: c.extra}
					for slot := range m.Members {
						o.renew(int32(slot))
					}
					for range 150 {
						m.disturb(o)
						if len(m.Ready) == 0 {
							continue
						}
						r := &Request{}
						for range m.rnd.IntN(3) * m.rnd.IntN(3) {
							r.Tried.Add(m.anyone())
							retried++
						}
						want := o.least(m.Set, r)
						slot := m.pick(r)
						switch {
						case ties == "rotation" && slot != want[0],
							ties == "first" && slot != slices.Min(want),
							!slices.Contains(want, slot):
							rt.Fatalf("picked %d of %v (in flight %v, weights %v, ready %v, tried %v)", slot, want, m.InFlight, m.Weight, m.Ready, r.Tried.Slots())
						}
						if len(want) > 1 {
							tied++
						}
						o.renew(slot)
						if m.rnd.IntN(5) > 0 {
							m.start(slot)
							m.open = append(m.open, slot)
						}
						if p := m.picker.(*leastLoaded); p.index == p.ratio {
							ratio++
						} else {
							level++
						}
					}
				}, func(t drawn.Missing) {
					if ratio < 1000 || level < 1000 && ties != "first" || tied < 1000 || retried < 1000 {
						t.Errorf("only %d picks with equal weights, %d with unequal, %d ties, %d tried", level, ratio, tied, retried)
					}
				})
			})
		}
	}
}

// disturb changes something now and then and finishes about as many requests as
// are started.
func (m *machine) disturb(o *loadOracle) {
	slot := m.anyone()
	present := m.Members[slot].Key != ""
	switch m.rnd.IntN(24) {
	case 0:
		if present {
			m.ready(slot, !m.IsReady(slot))
			o.renew(slot)
		}
	case 1, 2: // to another weight or, more often, to the one of the first
		if present {
			w := []float64{1, 1, 1, 2}[m.rnd.IntN(4)]
			if w != m.Weight[slot] {
				o.renew(slot)
			}
			m.reweigh(slot, w)
		}
	case 3:
		o.renew(m.join(1, true))
	case 4:
		m.leave()
	}
	if len(m.open) > 0 && m.rnd.IntN(9) < 4 {
		i := m.rnd.IntN(len(m.open))
		slot := m.open[i]
		m.open = slices.Delete(m.open, i, i+1)
		m.finish(slot)
		o.renew(slot)
	}
}

// TestRandomTiesAreUniform picks 60,000 times among six members of which four tie,
// with equal and with unequal weights, and once more with one of the four tried.
// The count of each is binomial; five standard deviations are allowed.
func TestRandomTiesAreUniform(t *testing.T) {
	const picks = 60000
	for _, weights := range [][]float64{equalWeights(6), {1, 2, 1, 2, 4, 2}} {
		for _, tried := range []bool{false, true} {
			p := newPool(t, "least_connections:ties=random", weights...)
			for slot := range p.InFlight { // load 1 for each, but 2 for slots 0 and 5
				n := int(weights[slot])
				if slot == 0 || slot == 5 {
					n *= 2
				}
				for range n {
					p.start(int32(slot))
				}
			}
			r, share := &Request{}, 1/4.
			if tried {
				r.Tried.Add(3)
				share = 1 / 3.
			}
			count := make([]float64, 6)
			for range picks {
				count[p.pick(r)]++
			}
			for slot, n := range count {
				want := picks * share
				if slot == 0 || slot == 5 || tried && slot == 3 {
					want = 0
				}
				near(t, fmt.Sprintf("%v: picks of slot %d", weights, slot), n, want, 5*math.Sqrt(want*(1-share)))
			}
		}
	}
}

// TestRotationFollowsTheLoadsAge is HAProxy's order by hand.
func TestRotationFollowsTheLoadsAge(t *testing.T) {
	p := newPool(t, "lc", equalWeights(3)...)
	for _, want := range []int32{0, 1, 2, 0} {
		if got := p.pick(&Request{}); got != want {
			t.Fatalf("nothing starts: picked %d, want %d", got, want)
		}
	}
	for _, want := range []int32{1, 2, 0} { // 1 is the oldest with load 0
		got := p.pick(&Request{})
		if got != want {
			t.Fatalf("picked %d, want %d", got, want)
		}
		p.start(got)
	}
	p.finish(0)
	p.finish(2) // 0 has been idle for longer than 2; 1 is busy
	for _, want := range []int32{0, 2, 1} {
		got := p.pick(&Request{})
		if got != want {
			t.Fatalf("after the finishes: picked %d, want %d", got, want)
		}
		p.start(got)
	}
}

// TestExpectedDelayLeavesTheSlowIdle: (0+1)/1 is not better than (1+1)/4.
func TestExpectedDelayLeavesTheSlowIdle(t *testing.T) {
	p := newPool(t, "sed", 4, 1)
	var got []int32
	for range 5 {
		slot := p.pick(&Request{})
		p.start(slot)
		got = append(got, slot)
	}
	// 1/4, 2/4, 3/4, then 4/4 ties with 1/1, which has waited longer, then 4/4.
	if want := []int32{0, 0, 0, 1, 0}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestWeightTreeIsExact compares the tree's laws with a count over many draws,
// excluded slots and heavy ones included.
func TestWeightTreeIsExact(t *testing.T) {
	s := NewSet([]Member{{"a", 1}, {"b", 1000}, {"c", 3}, {"d", 0.5}, {"e", 2}})
	s.SetReady(3, false)
	var tree weightTree
	tree.rebuild(s)
	rnd := random.New(4, "", 0)
	for _, c := range []struct {
		excluded []int32
		weights  [5]float64
	}{
		{nil, [5]float64{1, 1000, 3, 0, 2}},
		{[]int32{1}, [5]float64{1, 0, 3, 0, 2}}, // heavy: the draw is hardly ever right at once
		{[]int32{1, 2}, [5]float64{1, 0, 0, 0, 2}},
		{[]int32{0}, [5]float64{0, 1000, 3, 0, 2}},
	} {
		const draws = 200000
		count, total := [5]float64{}, 0.0
		for _, w := range c.weights {
			total += w
		}
		for range draws {
			count[tree.drawExcept(&rnd, c.excluded)]++
		}
		for slot, n := range count {
			p := c.weights[slot] / total
			near(t, fmt.Sprintf("without %v: slot %d", c.excluded, slot), n, draws*p, 5*math.Sqrt(draws*p*(1-p)))
		}
	}
}
