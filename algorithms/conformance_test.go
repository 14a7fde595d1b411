package algorithms

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lbsim/random"
	"lbsim/random/drawn"
)

// variants returns every algorithm with its defaults, with each word and truth
// value of each parameter alone, and with some combinations.
func variants(t testing.TB) []string {
	var texts []string
	for _, s := range All() {
		texts = append(texts, s.Name)
		for _, p := range s.Params {
			words := p.Words
			if p.Type == Bool {
				words = []string{"true", "false"}
			}
			for _, w := range words {
				if w != p.Default {
					texts = append(texts, fmt.Sprintf("%s:%s=%s", s.Name, p.Name, w))
				}
			}
		}
	}
	texts = append(texts,
		"weighted_round_robin:schedule=edf,ties=original",
		"weighted_round_robin:schedule=edf,prepicks=random",
		"power_of_two:choices=3", "power_of_two:choices=5,replacement=true",
		"power_of_two:choices=4,left=true", "power_of_two:choices=3,metric=peak_ewma",
		"ring_hash:points=7", "ring_hash:profile=envoy,min_ring_size=50,max_ring_size=64", "ring_hash:profile=envoy,hash=murmur2",
		"maglev:table_size=251", "multi_probe:probes=3", "anchor_hash:capacity=2",
		"bounded_load:over=maglev,rule=envoy", "bounded_load:over=rendezvous,rule=haproxy,factor=1.05", "bounded_load:rule=fixed,limit=1",
		"prequal:pool=4,probe_rate=0.5,remove_rate=0.25",
		"ip_hash:profile=haproxy,table=ring", "ring_hash:profile=haproxy,function=wt6,avalanche=false", "power_of_two:profile=haproxy,choices=3")
	kept := texts[:0]
	for _, text := range texts {
		choice, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		// A parameter alone may need another one, which the list above gives.
		if _, err := choice.New(random.New(1, "", 0)); err == nil {
			kept = append(kept, text)
		}
	}
	if len(kept) < 2*len(All()) {
		t.Fatalf("only %d variants", len(kept))
	}
	return kept
}

// TestPicksOnlyReadyAndUntried drives each picker with random picks, retries,
// finishes, observations, changes of readiness, weight and members, in-flight
// requests kept, and checks the two promises of Pick after each.
func TestPicksOnlyReadyAndUntried(t *testing.T) {
	for _, text := range variants(t) {
		t.Run(text, func(t *testing.T) {
			var retries, forced, unready, joined, removed int
			drawn.Until(t, func(rt *rapid.T) {
				m := newMachine(t, rt, text)
				m.run(rapid.IntRange(20, 120).Draw(rt, "steps"))
				retries, forced, unready = retries+m.retries, forced+m.forced, unready+m.unready
				joined, removed = joined+m.joined, removed+m.removed
			}, func(t drawn.Missing) {
				for what, n := range map[string]int{"retry": retries, "retry with all tried": forced, "unready": unready, "join": joined, "removal": removed} {
					if n == 0 {
						t.Errorf("no %s was exercised", what)
					}
				}
			})
		})
	}
}

type machine struct {
	*pool
	rt                                        *rapid.T
	rnd                                       random.Source
	open                                      []int32 // slots of requests in flight
	retries, forced, unready, joined, removed int
}

func newMachine(t *testing.T, rt *rapid.T, text string) *machine {
	weights := rapid.SliceOfN(rapid.SampledFrom([]float64{1, 1, 1, 2, 3, 0.5}), 1, 9).Draw(rt, "weights")
	seed := rapid.Uint64().Draw(rt, "seed")
	return &machine{
		pool: newPoolFrom(t, text, random.New(seed, "picker", 0), weights...),
		rt:   rt, rnd: random.New(seed, "machine", 0),
	}
}

func (m *machine) run(steps int) {
	for range steps {
		m.now = m.now.Add(time.Duration(m.rnd.IntN(200)) * time.Millisecond)
		switch k := m.rnd.IntN(20); {
		case k < 9:
			m.serve()
		case k < 13 && len(m.open) > 0:
			m.end()
		case k < 16:
			m.toggle()
		case k < 17:
			if slot := m.anyone(); m.Members[slot].Key != "" {
				m.reweigh(slot, []float64{1, 2, 0.25, 5}[m.rnd.IntN(4)])
			}
		case k < 18:
			m.join([]float64{1, 2, 4}[m.rnd.IntN(3)], m.rnd.IntN(2) == 0)
			m.joined++
		case k < 19:
			m.leave()
		default:
			m.learn()
		}
	}
}

func (m *machine) anyone() int32 { return int32(m.rnd.IntN(m.Len())) }

func (m *machine) toggle() {
	if slot := m.anyone(); m.Members[slot].Key != "" {
		m.ready(slot, !m.IsReady(slot))
		m.unready++
	}
}

func (m *machine) leave() {
	slot := m.anyone()
	if m.Members[slot].Key == "" {
		return
	}
	kept := m.open[:0]
	for _, s := range m.open {
		if s != slot {
			kept = append(kept, s)
		}
	}
	m.open = kept
	m.remove(slot)
	m.removed++
}

func (m *machine) learn() {
	slot := m.anyone()
	m.observe(slot, Observation{
		Kind: Kind(m.rnd.IntN(4)), Failed: m.rnd.IntN(5) == 0,
		Latency:  time.Duration(m.rnd.IntN(300)) * time.Millisecond,
		InFlight: int32(m.rnd.IntN(9)),
	})
}

func (m *machine) serve() {
	if len(m.Ready) == 0 {
		return
	}
	r := aRequest(&m.rnd)
	r.HasKey = m.rnd.IntN(8) > 0
	for range m.rnd.IntN(4) * m.rnd.IntN(4) {
		r.Attempt++
		r.Tried.Add(m.anyone()) // a slot that has left by now, too
	}
	slot := m.pick(r)
	if slot < 0 || int(slot) >= m.Len() || !m.IsReady(slot) {
		m.rt.Fatalf("picked %d, which is not ready; ready %v", slot, m.Ready)
	}
	if r.Tried.Len() > 0 {
		if !r.Tried.Untried(m.Set) {
			m.forced++
		} else if m.retries++; r.Tried.Has(slot) {
			m.rt.Fatalf("picked %d again; tried %v, ready %v", slot, r.Tried.Slots(), m.Ready)
		}
	}
	m.start(slot)
	m.open = append(m.open, slot)
	if prober, ok := m.picker.(Prober); ok {
		for _, probed := range prober.AppendProbes(m.now, m.Set, false, nil) {
			m.observe(probed, Observation{Kind: Probe, InFlight: m.InFlight[probed], Latency: time.Duration(m.rnd.IntN(50)) * time.Millisecond})
		}
	}
}

func (m *machine) end() {
	i := m.rnd.IntN(len(m.open))
	slot := m.open[i]
	m.open[i] = m.open[len(m.open)-1]
	m.open = m.open[:len(m.open)-1]
	m.finish(slot)
	m.observe(slot, Observation{Kind: Answer, Failed: m.rnd.IntN(9) == 0, Latency: time.Duration(m.rnd.IntN(80)) * time.Millisecond})
}

// TestWeightsHonoured counts 40,000 picks, nothing of which finishes, over twelve
// members of weights 1 to 4 of which four are out, one of each weight. Each ready
// member's expected share is its weight's.
//
// Tolerance: five standard deviations of independent draws, 5 sqrt(K p (1-p)),
// which schedules and load-aware rules stay far below. A ring adds its own
// unevenness, whose shares have a relative deviation of about 1/sqrt(points of the
// member); a hash of few values adds one of them for each unit of weight, the
// remainder of its modulo; maglev a few entries of its table, and the unevenness of
// those that go to the next entry because theirs is out, a share of points like a
// ring's.
func TestWeightsHonoured(t *testing.T) {
	const picks = 40000
	for _, text := range variants(t) {
		choice, _ := Parse(text)
		if !choice.Spec.Weighted || choice.Values.Map()["left"] == "true" {
			continue
		}
		t.Run(text, func(t *testing.T) {
			p := newPool(t, text, mixedWeights(12)...)
			for _, slot := range []int32{0, 5, 6, 11} {
				p.ready(slot, false)
			}
			total := 0.0
			for _, slot := range p.Ready {
				total += p.Weight[slot]
			}
			rnd := random.New(7, "requests", 0)
			count := make([]float64, p.Len())
			for range picks {
				slot := p.pick(aRequest(&rnd))
				p.start(slot)
				count[slot]++
			}
			for slot, n := range count {
				if !p.IsReady(int32(slot)) {
					if n > 0 {
						t.Errorf("slot %d is not ready and was picked %v times", slot, n)
					}
					continue
				}
				w := p.Weight[slot]
				share := w / total
				tolerance := 5 * math.Sqrt(picks*share*(1-share))
				if points := pointsPerWeight(choice, 30); points > 0 {
					tolerance += 5 * picks * share / math.Sqrt(w*points)
				}
				switch choice.Spec.Name {
				case "ip_hash":
					tolerance += picks * w / 6271
				case "rendezvous":
					if choice.Values.Map()["profile"] == "traefik" { // as documented
						tolerance += picks * share * 0.25
					}
				case "modulo":
					tolerance += picks * w / 0x8000
				}
				near(t, fmt.Sprintf("picks of slot %d", slot), n, picks*share, tolerance)
			}
		})
	}
}

// pointsPerWeight returns how many points on a ring, or entries of a table, a unit
// of weight has when all members weigh total and are twelve; 0 when that is no
// matter.
func pointsPerWeight(choice Choice, total float64) float64 {
	given := choice.Values.Map()
	text := choice.Spec.Name + " " + given["profile"]
	if choice.Spec.Name == "bounded_load" {
		text = given["over"] + " lbsim"
		if given["over"] == "haproxy" {
			text = "ring_hash haproxy"
		}
	}
	switch text {
	case "ring_hash lbsim":
		if given["points"] != "" {
			return choice.Values.Float("points")
		}
		return 160
	case "ring_hash nginx":
		return 160
	case "ip_hash haproxy":
		if given["table"] == "ring" {
			return 16
		}
	case "ring_hash haproxy", "random haproxy":
		return 16
	case "ring_hash ketama":
		return 160 * 12 / total
	case "ring_hash envoy":
		return min(choice.Values.Float("min_ring_size"), choice.Values.Float("max_ring_size")) / total
	case "maglev ":
		return choice.Values.Float("table_size") / total
	}
	return 0
}

// TestUnweightedIgnoreWeights holds the others to what they declare.
func TestUnweightedIgnoreWeights(t *testing.T) {
	const picks = 40000
	seen := 0
	for _, spec := range All() {
		if spec.Weighted || spec.Name == "first" { // which gives all to one
			continue
		}
		seen++
		p := newPool(t, spec.Name, mixedWeights(8)...)
		count := make([]float64, 8)
		for range picks {
			slot := p.pick(&Request{})
			p.start(slot)
			count[slot]++
		}
		for slot, n := range count {
			near(t, fmt.Sprintf("%s: picks of slot %d", spec.Name, slot), n, picks/8, 5*math.Sqrt(picks*7./64))
		}
	}
	if seen == 0 {
		t.Error("every algorithm is weighted")
	}
}

// TestNoAllocation covers everything that is called for each request.
func TestNoAllocation(t *testing.T) {
	for _, text := range variants(t) {
		for _, weights := range [][]float64{equalWeights(100), mixedWeights(100)} {
			p := newPool(t, text, weights...)
			rnd := random.New(3, "requests", 0)
			first, again := aRequest(&rnd), aRequest(&rnd)
			probes := make([]int32, 0, 64)
			calls := 0
			allocations := testing.AllocsPerRun(500, func() {
				p.now = p.now.Add(time.Millisecond)
				first.Key, again.Key = rnd.Uint64(), rnd.Uint64()
				a := p.pick(first)
				p.start(a)
				again.Tried = Tried{}
				again.Tried.Add(a)
				b := p.pick(again)
				p.start(b)
				for kind := Answer; kind <= Busy; kind++ {
					p.observe(a, Observation{Kind: kind, Latency: time.Millisecond, InFlight: 3})
				}
				if prober, ok := p.picker.(Prober); ok {
					probes = prober.AppendProbes(p.now, p.Set, false, probes[:0])
				}
				p.finish(a)
				if calls++; calls%3 > 0 { // let the load grow
					p.finish(b)
				}
			})
			if allocations != 0 {
				t.Errorf("%s: %v allocations", text, allocations)
			}
		}
	}
}

// TestSameSeedSamePicks and, of those that draw, another seed other picks.
func TestSameSeedSamePicks(t *testing.T) {
	picks := func(text string, seed uint64) (slots []int32) {
		p := newPoolFrom(t, text, random.New(seed, "picker", 0), mixedWeights(20)...)
		rnd := random.New(9, "requests", 0)
		for range 300 {
			slot := p.pick(aRequest(&rnd))
			p.start(slot)
			slots = append(slots, slot)
		}
		return slots
	}
	for _, text := range variants(t) {
		a, b := picks(text, 5), picks(text, 5)
		if fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("%s: the same seed gave other picks", text)
		}
	}
	for _, text := range []string{"random", "power_of_two", "join_idle_queue", "peak_ewma", "prequal", "round_robin:start=random"} {
		if fmt.Sprint(picks(text, 5)) == fmt.Sprint(picks(text, 6)) {
			t.Errorf("%s: another seed gave the same picks", text)
		}
	}
}

// TestSpecsAreComplete: what is printed by `lbsim algorithms` has no gaps.
func TestSpecsAreComplete(t *testing.T) {
	for _, s := range All() {
		for what, text := range map[string]string{"Title": s.Title, "Summary": s.Summary, "Use": s.Use, "Avoid": s.Avoid, "Cost": s.Cost, "Source": s.Source} {
			if text == "" {
				t.Errorf("%s has no %s", s.Name, what)
			}
		}
		for _, p := range s.Params {
			if p.Doc == "" {
				t.Errorf("%s: parameter %s has no Doc", s.Name, p.Name)
			}
			if rule := p.check(p.Default); rule != "" {
				t.Errorf("%s: default %s = %q: %s", s.Name, p.Name, p.Default, rule)
			}
		}
	}
}
