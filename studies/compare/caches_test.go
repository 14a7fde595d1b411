package compare_test

import (
	"fmt"
	"slices"
	"testing"

	"lbsim/scenarios"
	"lbsim/studies/compare"
	"lbsim/studies/result"
)

// sharded has caches on one group and none on the other.
const sharded = `
name: sharded
workload:
  arrivals: {process: poisson, rate: 300/s}
  classes: [{name: read, service: 1ms}]
  keys: {dist: zipf, count: 500, exponent: 1}
servers:
  - {name: cache, count: 3, cache: {capacity: 60, miss_penalty: {dist: exponential, mean: 3ms}}}
  - {name: plain}
balancer: {algorithm: ring_hash}
timeline:
  - {at: 30s, do: remove, server: cache-2}
  - {at: 40s, do: add, server: cache-2}
run: {duration: 60s, warmup: 10s, replications: 4, seed: 3, interval: 1s}
slo: [hit_ratio > 10%, hit_ratio > 99%, "hit_ratio{class=read} > 10%"]
`

// TestCacheFigures: what all caches did is what each did, weighted by its requests;
// who has no cache has no hit ratio.
func TestCacheFigures(t *testing.T) {
	r := ask(t, compare.Question{Metrics: []string{"hit_ratio", "misses"}, Algorithms: []string{"ring_hash", "round_robin"}}, sharded)
	x := r.Results[0]
	hits, lookups := 0., 0.
	for _, s := range x.Servers[:3] {
		if !s.HitRatio.Known() || s.HitRatio.Low == nil {
			t.Fatalf("%s: hit ratio %v", s.Name, s.HitRatio)
		}
		hits += *s.HitRatio.Value * float64(s.Requests)
		lookups += float64(s.Requests)
	}
	if s := x.Servers[3]; s.HitRatio.Known() {
		t.Errorf("%s has no cache, and a hit ratio of %v", s.Name, *s.HitRatio.Value)
	}
	// A mean of ratios is not the ratio of means: to a few thousandths.
	near(t, "hit ratio", x.HitRatio, hits/lookups, 0.005)
	// The window is 50 s, the replications are 4.
	near(t, "misses", x.Misses, (lookups-hits)/200, 0.01)
	if len(r.Comparisons) != 2 || r.Comparisons[0].Metric != "hit_ratio" || r.Comparisons[0].Verdict != "worse" ||
		r.Comparisons[1].Metric != "misses_rps" || r.Comparisons[1].Verdict != "worse" {
		t.Errorf("round robin, which has every key in all caches, is %+v", r.Comparisons)
	}
	var verdicts []string
	for _, o := range r.SLO[:2] {
		verdicts = append(verdicts, o.Verdict)
	}
	if !slices.Equal(verdicts, []string{"met", "missed"}) || len(r.SLO) != 4 {
		t.Errorf("objectives %+v", r.SLO)
	}
	if len(x.Theory) > 0 {
		t.Errorf("theory does not know what misses add: %+v", x.Theory)
	}
}

// TestHitRatioOverTime: a value for each interval, lower while a node is away and
// right after it is back, cold.
func TestHitRatioOverTime(t *testing.T) {
	x := ask(t, compare.Question{}, sharded).Results[0].Timeline
	if len(x.HitRatio) != len(x.Offered) {
		t.Fatalf("%d hit ratios in %d intervals", len(x.HitRatio), len(x.Offered))
	}
	mean := func(from, to int) float64 {
		sum := 0.
		for _, h := range x.HitRatio[from:to] {
			sum += *h
		}
		return sum / float64(to-from)
	}
	cold, before, lost, back := mean(0, 1), mean(20, 30), mean(30, 31), mean(40, 41)
	if !(cold < before-0.1 && lost < before-0.03 && back < before-0.03) {
		t.Errorf("cold %v, before %v, when a node is lost %v, when it is back %v", cold, before, lost, back)
	}
	var kinds []string
	for _, e := range x.Events {
		kinds = append(kinds, e.Kind+" "+e.Server)
	}
	if !slices.Equal(kinds, []string{"remove cache-2", "add cache-2"}) {
		t.Errorf("events %v", kinds)
	}
}

// TestNoCacheNoHitRatio: without a cache there is nothing to say, nor to compare.
func TestNoCacheNoHitRatio(t *testing.T) {
	r := ask(t, compare.Question{Metrics: []string{"hit_ratio"}, Algorithms: []string{"rr", "lc"}}, plain)
	x := r.Results[0]
	if x.HitRatio != (result.Estimate{}) || x.Misses != (result.Estimate{}) || x.Servers[0].HitRatio != (result.Estimate{}) || len(x.Timeline.HitRatio) > 0 {
		t.Errorf("%+v, %+v, %+v, %v", x.HitRatio, x.Misses, x.Servers[0].HitRatio, x.Timeline.HitRatio)
	}
	if len(r.Comparisons) != 1 || r.Comparisons[0].Verdict != "undecided" {
		t.Errorf("%+v", r.Comparisons)
	}
}

// TestOneCacheByTheFormula: of two equally popular keys a cache for one has half the
// lookups, each a hit independently of the others: M/G/1 with a service of 1 or 4 ms.
func TestOneCacheByTheFormula(t *testing.T) {
	p := planOf(t, compare.Question{Sources: []*scenarios.Source{source(t, sharded, "timeline=[]", "slo=[]", "workload.keys={dist: uniform, count: 2}",
		"servers=[{name: one, cache: {capacity: 1, miss_penalty: 3ms}}]", "run.duration=200s", "workload.arrivals.rate=100/s")}})
	r, _ := recorded(t, p)
	x := r.Results[0]
	near(t, "hit ratio", x.HitRatio, 0.5, 0.02)
	near(t, "misses", x.Misses, 50, 0.04)
	near(t, "utilization", x.Utilization, 100*0.0025, 0.02)
	// M/G/1: E[S^2] = (1 + 16)/2 ms^2, W = lambda E[S^2] / (2 (1 - rho)).
	near(t, "mean wait", x.Wait.Mean, 100*8.5e-6/2/(1-0.25), 0.05)
}

// TestCacheShardingTeaches: what the shipped scenario says is what it shows. When ten
// nodes become eleven a ring loses a key in eleven; hash mod n keeps one in eleven.
func TestCacheShardingTeaches(t *testing.T) {
	for _, c := range []struct {
		algorithm   string
		least, most float64 // of the hit ratio right after, over the one before
	}{
		// A ring's share of the new node is uneven, and so is what keys are worth: 1/11
		// of the hits, give or take a half, less what the first half second brings back.
		{"ring_hash", 0.85, 0.98},
		{"modulo", 0.05, 0.4},
		{"power_of_two", 0.85, 1}, // 1/11 of the requests come to a cold node
	} {
		t.Run(c.algorithm, func(t *testing.T) {
			source, err := scenarios.Open("cache-sharding", nil)
			if err != nil {
				t.Fatal(err)
			}
			x := run(t, planOf(t, compare.Question{Sources: []*scenarios.Source{source}, Algorithms: []string{c.algorithm},
				Settings: []string{"run.replications=4", "run.interval=500ms"}})).Results[0].Timeline
			before := 0.
			for i := 160; i < 180; i++ {
				before += *x.HitRatio[i] / 20
			}
			if after := *x.HitRatio[180] / before; after < c.least || after > c.most {
				t.Errorf("the hit ratio is %v before, and %v of that right after", before, after)
			}
		})
	}
}

// TestTheoryOfCaches: where the balancer looks at no keys every cache meets the same
// popularity, and Che's approximation is within 1% of what is measured.
func TestTheoryOfCaches(t *testing.T) {
	for _, c := range []struct {
		settings []string
		known    bool
	}{
		{[]string{"balancer.algorithm=power_of_two"}, true},
		{[]string{"balancer.algorithm=random", "servers.cache.cache.policy=fifo"}, true},
		{[]string{"balancer.algorithm=rr", "servers.cache.cache.policy=random"}, true},
		{[]string{"servers.cache.count=1", "workload.arrivals.rate=100/s"}, true}, // one server has all keys
		{nil, false}, // a shard's keys are the hash's affair
		{[]string{"balancer.algorithm=rr", "timeline=[{at: 40s, do: remove, server: cache-1}]"}, false},
		{[]string{"balancer.algorithm=rr", "servers=[{name: a, cache: {capacity: 9, miss_penalty: 1ms}}, {name: b, cache: {capacity: 8, miss_penalty: 1ms}}]"}, false},
		{[]string{"balancer.algorithm=rr", "servers=[{name: a, cache: {capacity: 9, miss_penalty: 1ms}}, {name: b}]"}, false},
	} {
		settings := append([]string{"timeline=[]", "slo=[]", "servers=[{name: cache, count: 3, cache: {capacity: 60, miss_penalty: 3ms}}]", "run.duration=120s"}, c.settings...)
		x := ask(t, compare.Question{}, sharded, settings...).Results[0]
		if got := len(x.Theory) == 1; got != c.known {
			t.Errorf("%v: %+v", c.settings, x.Theory)
		} else if got {
			near(t, fmt.Sprint(c.settings), x.HitRatio, x.Theory[0].Expected, 0.01)
		}
	}
}
