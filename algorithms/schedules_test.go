package algorithms

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lbsim/random"
	"lbsim/random/drawn"
)

func numbers(slots []int32) string { return strings.Trim(fmt.Sprint(slots), "[]") }

func letters(slots []int32, between string) string {
	words := make([]string, len(slots))
	for i, slot := range slots {
		words[i] = string(rune('a' + slot))
	}
	return strings.Join(words, between)
}

// scheduled makes a picker over endpoints of the given weights; a weight of 0,
// which no balancer sets, stands for an unknown one.
func scheduled(t *testing.T, text string, weights []float64) *pool {
	p := newPool(t, text, equalWeights(len(weights))...)
	copy(p.Weight, weights)
	p.picker.(interface{ Rebuilt(*Set) }).Rebuilt(p.Set)
	for slot := range weights {
		p.picker.Changed(p.Set, int32(slot), Reweighted)
	}
	return p
}

// TestScheduleVectors reproduces the published sequences.
func TestScheduleVectors(t *testing.T) {
	texts := map[string]string{
		"swrr":       "weighted_round_robin",
		"edf.envoy":  "weighted_round_robin:schedule=edf",
		"edf.grpcgo": "weighted_round_robin:schedule=edf,ties=original",
		"edf.share":  "weighted_round_robin:schedule=edf",
		"stride":     "weighted_round_robin:schedule=stride",
		"lvswrr":     "weighted_round_robin:schedule=lvs",
	}
	for _, family := range []string{"swrr", "edf", "stride", "lvswrr"} {
		for _, r := range truthRows(t, family) {
			rule := r.ID[:strings.LastIndex(r.ID, ".")]
			text, ok := texts[rule]
			if !ok {
				t.Fatalf("%s: no such rule", r.ID)
			}
			var p *pool
			if family == "stride" {
				p = scheduled(t, text, r.params.Weights)
			} else {
				p = newPool(t, text, r.params.Weights...)
			}
			slots := p.sequence(r.params.Picks)
			var got string
			switch r.Metric {
			case "sequence":
				got = letters(slots, " ")
			case "sequence (index)", "sequence (host index)":
				got = numbers(slots)
			case "picks per host":
				count := make([]int32, len(r.params.Weights))
				for _, slot := range slots {
					count[slot]++
				}
				got = numbers(count)
			}
			if got == "" || got != r.Expected {
				t.Errorf("%s: got  %s\nwant %s", r.ID, got, r.Expected)
			}
		}
	}
}

// TestScheduleOfTwoCycles checks the sequences of 5,1,1 and 3,2,1.
func TestScheduleOfTwoCycles(t *testing.T) {
	for _, c := range []struct {
		schedule string
		weights  []float64
		want     string
	}{
		{"smooth", []float64{5, 1, 1}, "AABACAA AABACAA"},
		{"edf", []float64{5, 1, 1}, "AAAABCA AAAAABC"},
		{"stride", []float64{5, 1, 1}, "ACAABAA ACAABAA"},
		{"smooth", []float64{3, 2, 1}, "ABACBA ABACBA"},
		{"edf", []float64{3, 2, 1}, "ABACBA ABAACB"},
		{"stride", []float64{3, 2, 1}, "ABCAAB ABCAAB"},
		{"lvs", []float64{4, 3, 2}, "AABABCABC AABABCABC"},
	} {
		p := newPool(t, "weighted_round_robin:schedule="+c.schedule, c.weights...)
		got := strings.ToUpper(letters(p.sequence(len(c.want)-1), ""))
		if want := strings.ReplaceAll(c.want, " ", ""); got != want {
			t.Errorf("%s %v: got %s, want %s", c.schedule, c.weights, got, want)
		}
	}
}

// scheduleOracle is a schedule by plain scans.
type scheduleOracle interface {
	joined(slot int32) // a new tenant, not yet ready
	changed(s *Set, slot int32)
	pick(s *Set, r *Request) int32
}

// smoothOracle is NGINX's loop.
type smoothOracle struct{ cw []float64 }

func (o *smoothOracle) joined(slot int32) {
	o.cw = append(o.cw, make([]float64, max(0, int(slot)+1-len(o.cw)))...)
	o.cw[slot] = 0
}

func (o *smoothOracle) changed(*Set, int32) {}

func (o *smoothOracle) pick(s *Set, r *Request) int32 {
	best, total := int32(-1), 0.0
	avoid := r.Tried.Untried(s)
	for _, slot := range s.Ready {
		if avoid && r.Tried.Has(slot) {
			continue
		}
		o.cw[slot] += s.Weight[slot]
		total += s.Weight[slot]
		if best < 0 || o.cw[slot] > o.cw[best] {
			best = slot
		}
	}
	o.cw[best] -= total
	return best
}

// deadlineOracle scans for the earliest deadline.
type deadlineOracle struct {
	due, order []float64 // due 0: not scheduled
	now, n     float64
	original   bool
}

func (o *deadlineOracle) joined(slot int32) {
	more := make([]float64, max(0, int(slot)+1-len(o.due)))
	o.due, o.order = append(o.due, more...), append(o.order, more...)
	o.due[slot] = 0
}

func (o *deadlineOracle) put(s *Set, slot int32) {
	o.due[slot] = o.now + 1/s.Weight[slot]
	o.n++
	o.order[slot] = o.n
	if o.original {
		o.order[slot] = float64(slot)
	}
}

func (o *deadlineOracle) changed(s *Set, slot int32) {
	if !s.IsReady(slot) {
		o.due[slot] = 0
	} else if o.due[slot] == 0 {
		o.put(s, slot)
	}
}

func (o *deadlineOracle) pick(s *Set, r *Request) int32 {
	best, avoid := int32(-1), r.Tried.Untried(s)
	for _, slot := range s.Ready {
		if avoid && r.Tried.Has(slot) {
			continue
		}
		if best < 0 || o.due[slot] < o.due[best] || o.due[slot] == o.due[best] && o.order[slot] < o.order[best] {
			best = slot
		}
	}
	o.now = o.due[best]
	o.put(s, best)
	return best
}

// interleavedOracle is the kernel's loop over the members. It knows no retries.
type interleavedOracle struct {
	i     int
	level float64
}

func (o *interleavedOracle) joined(int32) {}

func (o *interleavedOracle) changed(*Set, int32) {}

func (o *interleavedOracle) pick(s *Set, _ *Request) int32 {
	most, gcd := 0.0, 0.0
	for _, slot := range s.Ready {
		w := s.Weight[slot]
		most = max(most, w)
		for a := w; a != 0; {
			gcd, a = a, math.Mod(gcd, a)
		}
	}
	if o.level > most || o.level == 0 {
		o.i, o.level = -1, 0
	}
	for {
		if o.i = (o.i + 1) % s.Len(); o.i == 0 {
			if o.level -= gcd; o.level <= 0 {
				o.level = most
			}
		}
		if slot := int32(o.i); s.IsReady(slot) && s.Weight[slot] >= o.level {
			return slot
		}
	}
}

// turnOracle takes the next ready slot after the last.
type turnOracle struct{ last int32 }

func (o *turnOracle) joined(int32) {}

func (o *turnOracle) changed(*Set, int32) {}

func (o *turnOracle) pick(s *Set, r *Request) int32 {
	avoid := r.Tried.Untried(s)
	for {
		o.last = s.NextReady(o.last + 1)
		if !avoid || !r.Tried.Has(o.last) {
			return o.last
		}
	}
}

// TestSchedulesAgainstScans compares every pick with the scan's, under random
// changes of readiness, weight and members and random retries. Weights are multiples of a
// quarter, so that the sums of the smooth schedule are exact on both sides.
func TestSchedulesAgainstScans(t *testing.T) {
	for _, c := range []struct {
		text    string
		oracle  func() scheduleOracle
		retries bool
	}{
		{"round_robin", func() scheduleOracle { return &turnOracle{last: -1} }, true},
		{"weighted_round_robin", func() scheduleOracle { return &smoothOracle{} }, true},
		{"weighted_round_robin:schedule=edf", func() scheduleOracle { return &deadlineOracle{} }, true},
		{"weighted_round_robin:schedule=edf,ties=original", func() scheduleOracle { return &deadlineOracle{original: true} }, true},
		{"weighted_round_robin:schedule=lvs", func() scheduleOracle { return &interleavedOracle{} }, false},
	} {
		t.Run(c.text, func(t *testing.T) {
			picks, retries, changes, joins := 0, 0, 0, 0
			drawn.Until(t, func(rt *rapid.T) {
				quarter := rapid.Map(rapid.IntRange(1, 40), func(k int) float64 { return float64(k) / 4 })
				weights := rapid.SliceOfN(quarter, 1, 12).Draw(rt, "weights")
				p, oracle := newPool(t, c.text, weights...), c.oracle()
				for slot := range weights {
					oracle.joined(int32(slot))
					oracle.changed(p.Set, int32(slot))
				}
				rnd := random.New(rapid.Uint64().Draw(rt, "seed"), "test", 0)
				for range 200 {
					slot := int32(rnd.IntN(p.Len()))
					present := p.Members[slot].Key != ""
					switch k := rnd.IntN(24); {
					case k < 2 && present:
						p.ready(slot, !p.IsReady(slot))
						oracle.changed(p.Set, slot)
						changes++
					case k < 4 && present:
						p.reweigh(slot, float64(1+rnd.IntN(40))/4)
						changes++
					case k == 4:
						slot = p.join(float64(1+rnd.IntN(40))/4, true)
						oracle.joined(slot)
						oracle.changed(p.Set, slot)
						joins++
					case k == 5 && present:
						p.remove(slot)
						oracle.changed(p.Set, slot)
					}
					if len(p.Ready) == 0 {
						continue
					}
					r := &Request{}
					if c.retries && rnd.IntN(4) == 0 {
						for range 1 + rnd.IntN(3) {
							r.Tried.Add(int32(rnd.IntN(p.Len())))
						}
						retries++
					}
					if got, want := p.pick(r), oracle.pick(p.Set, r); got != want {
						rt.Fatalf("pick %d: got %d, want %d (weights %v, ready %v, tried %v)", picks, got, want, p.Weight, p.Ready, r.Tried.Slots())
					}
					picks++
				}
			}, func(t drawn.Missing) {
				if picks < 10000 || changes < 1000 || joins < 300 || c.retries && retries < 1000 {
					t.Errorf("only %d picks, %d changes, %d joins, %d retries", picks, changes, joins, retries)
				}
			})
		})
	}
}

// TestStrideFollowsItsFormula recomputes each turn from the published condition.
func TestStrideFollowsItsFormula(t *testing.T) {
	weights := []float64{3, 0.7, 12, 1, 12}
	p := newPool(t, "weighted_round_robin:schedule=stride", weights...)
	sequence := uint64(0)
	for pick := range 5000 {
		var want int32
		for {
			i, g := sequence%5, sequence/5
			sequence++
			w := uint64(math.Round(65535 / 12. * weights[i]))
			if (w*g+i*32767)%65535 >= 65535-w {
				want = int32(i)
				break
			}
		}
		if got := p.pick(&Request{}); got != want {
			t.Fatalf("pick %d: got %d, want %d", pick, got, want)
		}
	}
}

// TestRoundRobinAfterADeadEndpoint: the one after it gets no double share.
func TestRoundRobinAfterADeadEndpoint(t *testing.T) {
	p := newPool(t, "rr", equalWeights(4)...)
	if got := letters(p.sequence(6), ""); got != "abcdab" {
		t.Errorf("all ready: %s", got)
	}
	p.ready(2, false) // c
	if got := letters(p.sequence(6), ""); got != "dabdab" {
		t.Errorf("c is out: %s", got)
	}
	p.ready(2, true)
	if got := letters(p.sequence(4), ""); got != "cdab" {
		t.Errorf("c is back: %s", got)
	}
	r := &Request{}
	r.Tried.Add(2)
	if got := p.pick(r); got != 3 {
		t.Errorf("a retry of c went to %d", got)
	}
}

// TestOpenGapsDoubleTheNext: where gaps are open, it gets one.
func TestOpenGapsDoubleTheNext(t *testing.T) {
	p := newPool(t, "rr:gaps=open", equalWeights(4)...)
	if got := letters(p.sequence(6), ""); got != "abcdab" {
		t.Errorf("all ready: %s", got)
	}
	p.ready(2, false) // c
	if got := letters(p.sequence(8), ""); got != "ddabddab" {
		t.Errorf("c is out: %s", got)
	}
	p.ready(3, false) // d
	if got := letters(p.sequence(6), ""); got != "aaabaa" {
		t.Errorf("d is out too: %s", got)
	}
	r := &Request{}
	r.Tried.Add(0)
	if got := p.pick(r); got != 1 {
		t.Errorf("a retry of a went to %d", got)
	}
}

// TestPrepicksKeepTheSchedule: random pre-picks only shift the phase; every member
// still is picked within 1 of its share, and balancers start at different places.
func TestPrepicksKeepTheSchedule(t *testing.T) {
	starts := map[string]bool{}
	for seed := range uint64(20) {
		p := newPoolFrom(t, "wrr:schedule=edf,prepicks=random", random.New(seed, "", 0), 5, 3, 2)
		slots := p.sequence(100)
		starts[letters(slots[:10], "")] = true
		count := [3]float64{}
		for _, slot := range slots {
			count[slot]++
		}
		for i, w := range []float64{5, 3, 2} {
			near(t, "picks", count[i], 10*w, 1)
		}
	}
	if len(starts) < 5 {
		t.Errorf("20 balancers start in only %d ways", len(starts))
	}
}
