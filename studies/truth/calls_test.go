package truth

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/sim"
	"lbsim/sim/histogram"
	"lbsim/workloads"
)

// Every row about fan-out, and those about layers of retries, are asked of servers that call
// others. Two rows take as long as all others three times, and are left to LBSIM_TRUTH=1.
func TestKnownAnswersAboutCalls(t *testing.T) {
	long := []string{"fanout.p99slow.n10", "fanout.p99slow.n50"}
	asks := func(r row) bool {
		return (r.Family() == "fanout" || strings.HasPrefix(r.ID, "retry.layers")) && (all() || !slices.Contains(long, r.ID))
	}
	eachRow(t, "fanout retry", among(6, 8), asks, func(t *testing.T, r row) verdict {
		if r.Family() == "retry" {
			return r.judgeFormula(bottomAttempts(t, r))
		}
		return r.judge(estimateOf(fanOutSample(t, r)), 0)
	})
}

// stacked is groups of two servers, each of which calls the next, with so many attempts at
// each layer.
func stacked(layers, attempts int) *sim.Model {
	cfg := balancer.Config{Pools: []balancer.PoolConfig{{Name: "servers", Algorithm: must(algorithms.Parse("least_connections"))}}}
	if attempts > 1 {
		cfg.Pools[0].Retries = &balancer.Retries{Attempts: attempts, Statuses: []int{503}}
	}
	none := must(workloads.NewConstant(0))
	m := &sim.Model{Classes: []sim.Class{{Name: "all", Share: 1, Service: none}}, Balancer: cfg, Frontends: 1}
	for i := range layers {
		group := fmt.Sprint("layer-", i)
		for k := range 2 {
			m.Servers = append(m.Servers, sim.Server{Name: fmt.Sprint(group, "-", k), Group: group, Workers: 3000, Queue: sim.Unlimited, Speed: 1, Weight: 1})
		}
		if i > 0 {
			m.Tiers = append(m.Tiers, sim.Tier{From: fmt.Sprint("layer-", i-1), To: group, Count: 1, Service: none, Balancer: cfg})
		}
	}
	return m
}

// bottomAttempts lets the last layer be down. Nothing is random in how often it is asked.
func bottomAttempts(t *testing.T, r row) float64 {
	layers := r.params.whole("layers")
	m := stacked(layers, 1+r.params.whole("max_retries_per_layer"))
	m.Arrivals = func() workloads.Process { return must(workloads.NewRegular(1)) }
	m.Acts = []sim.Act{{Kind: sim.Errors, Servers: []int{2*layers - 2, 2*layers - 1}, Ratio: 1, Status: 503}}
	m.Horizon = clock.FromSeconds(100.5)
	x, err := sim.Run(m, sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return float64(x.Tiers[layers-2].Attempts) / float64(x.Classes[0].Offered)
}

// fanOutSample calls n leaves at once, each of which is idle: there are workers for five times
// as many calls as are under way on average.
//
// The greatest of n exponentials has the deviation 1.3: of 30·n requests the interval is 1%
// to each side where they are 60,000 of n = 10 or 15,000 of n = 100. A share q of n requests
// has the relative deviation sqrt((1-q)/(qn)), of which 4.6 are to be within 2%.
func fanOutSample(t *testing.T, r row) []float64 {
	n, q := r.params.whole("n"), r.Value()
	m := stacked(2, 1)
	rate, requests := 1000/float64(n), 600_000/float64(n)/30
	leaf := workloads.Distribution(must(workloads.NewExponential(1)))
	if slow := r.params.numberOr("p_slow", 0); slow > 0 {
		leaf = must(workloads.NewBimodal(0.001, 1, slow))
		rate, requests = 50*rate, 1.15*(1-q)/q*math.Pow(4.6/0.02, 2)/30
	} else if n == 100 {
		requests = 500
	}
	m.Tiers[0].Count, m.Tiers[0].Service = n, leaf
	m.Arrivals = func() workloads.Process { return must(workloads.NewPoisson(rate)) }
	m.Horizon = clock.FromSeconds(requests / rate)
	return replicated(t, m, func(x *sim.Result) float64 {
		c := x.Classes[0]
		if r.Metric == "mean of max" {
			return c.Latency.Mean()
		}
		slow := uint64(0)
		c.Latency.Histogram.Each(func(i int, n uint64) {
			if low, _ := histogram.Bounds(i); low > 500_000_000 {
				slow += n
			}
		})
		return float64(slow) / float64(c.Completed)
	})
}
