package truth

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random"
	"lbsim/sim"
	"lbsim/workloads"
)

// Every row about hedged requests, redundancy, and what the survivors of lost servers
// bear is asked of a simulated world, and the error-rate breaker of the balancer's
// outlier detection. Five rows take as long as all others ten times, and are left to
// LBSIM_TRUTH=1.
func TestKnownAnswersAboutCopies(t *testing.T) {
	long := []string{"redund.k2.d2.r80", "redund.k5.d3.r90", "window.n20.p0.3.t0.5", "window.n50.p0.1.t0.2", "window.n100.p0.45.t0.5"}
	asks := func(r row) bool { return all() || !slices.Contains(long, r.ID) }
	eachRow(t, "hedge redund nminusk window", among(14, 19), asks, func(t *testing.T, r row) verdict {
		return r.judge(estimateOf(copiesSample(t, r)), 0)
	})
}

func copiesSample(t *testing.T, r row) []float64 {
	switch r.Family() {
	case "hedge":
		return hedgeSample(t, r)
	case "redund":
		return redundancySample(t, r)
	case "nminusk":
		return survivorSample(t, r)
	}
	return breakerSample(t, r)
}

// copied is n servers for requests that are copied to others, each copy with a demand
// of its own.
func copied(t *testing.T, n int, rate float64, service workloads.Distribution, hedges balancer.Hedges) *sim.Model {
	t.Helper()
	m := fleet(t, n, rate, "random")
	m.Arrivals = func() workloads.Process { return must(workloads.NewPoisson(rate)) }
	m.Classes[0].Service, m.Classes[0].Copies = service, sim.Independent
	m.Balancer.Pools[0].Hedges = &hedges
	return m
}

// replicated is a figure of 30 runs.
func replicated(t *testing.T, m *sim.Model, figure func(x *sim.Result) float64) (sample []float64) {
	t.Helper()
	for replication := range uint64(30) {
		sample = append(sample, figure(runOnce(t, m, replication)))
	}
	return sample
}

// hedgeSample lets two servers with a worker for everybody answer requests. A share q of
// n requests has the relative deviation sqrt((1-q)/(qn)): of the rarest, 5%, in 30 runs of
// 55,000 together 0.4%, of which the interval is 4.6 to each side.
func hedgeSample(t *testing.T, r row) []float64 {
	p := r.params
	service, requests := workloads.Distribution(must(workloads.NewExponential(1))), 55_000.0
	if strings.HasPrefix(r.ID, "hedge.logn4") {
		service = must(workloads.NewLognormal(1, 2))
		requests = 60_000
	}
	m := copied(t, 2, 10, service, balancer.Hedges{Attempts: int(p.numberOr("copies", 2)), Delay: time.Duration(p.number("hedge_delay") * 1e9)})
	for i := range m.Servers {
		m.Servers[i].Workers = 200
	}
	m.Horizon = clock.FromSeconds(requests / 10)
	return replicated(t, m, func(x *sim.Result) float64 {
		c := x.Classes[0]
		switch r.Metric {
		case "mean_T":
			return c.Latency.Mean()
		case "p99_T":
			return c.Latency.Histogram.Quantile(0.99)
		case "p999_T":
			return c.Latency.Histogram.Quantile(0.999)
		case "fraction of requests hedged":
			return float64(x.Hedged.Requests) / float64(c.Offered)
		}
		return math.NaN()
	})
}

// redundantRequests is how many requests a run takes so that the interval of 30 is within
// 2%: a run of 40,000 left 4.6, 7.7 and 2.4% at 80, 90 and 80% load, and it narrows with
// the root.
var redundantRequests = map[string]float64{"redund.k2.d2.r80": 280_000, "redund.k5.d3.r90": 760_000, "redund.k10.d2.r80": 80_000}

// redundancySample sends each request to d of k servers at once.
func redundancySample(t *testing.T, r row) []float64 {
	p := r.params
	k := p.whole("k")
	m := copied(t, k, float64(k)*p.number("lambda_per_server"), must(workloads.NewExponential(1/p.number("mu"))),
		balancer.Hedges{Attempts: p.whole("d")})
	m.WarmUp, m.Horizon = clock.FromSeconds(200), clock.FromSeconds(200+redundantRequests[r.ID]/(float64(k)*p.number("lambda_per_server")))
	return replicated(t, m, func(x *sim.Result) float64 {
		if x.Hedged.Copies < uint64(p.whole("d")-1)*x.Classes[0].Offered/2 {
			t.Fatalf("%d copies of %d requests", x.Hedged.Copies, x.Classes[0].Offered)
		}
		return x.Classes[0].Latency.Mean()
	})
}

// survivorSample lets k of n servers crash, which health checks find out, and looks at
// how busy the others are.
func survivorSample(t *testing.T, r row) []float64 {
	p := r.params
	n, k := p.whole("n"), p.whole("k")
	rate := float64(n) * p.number("rho")
	m := fleet(t, n, rate, "least_connections")
	m.Arrivals = func() workloads.Process { return must(workloads.NewPoisson(rate)) }
	m.Classes[0].Service = must(workloads.NewExponential(1))
	m.Balancer.Pools[0].Health = &balancer.HealthCheck{Interval: time.Second, Healthy: 1, Unhealthy: 2}
	crash := sim.Act{At: clock.FromSeconds(10), Kind: sim.Crash}
	for i := range k {
		crash.Servers = append(crash.Servers, i)
	}
	m.Acts = []sim.Act{crash}
	m.WarmUp, m.Horizon = clock.FromSeconds(100), clock.FromSeconds(100+3e4/rate)
	return replicated(t, m, func(x *sim.Result) float64 {
		busy := 0.0
		for _, s := range x.Servers[k:] {
			busy += s.Busy
		}
		return busy / (x.End - x.Start).Seconds() / float64(n-k)
	})
}

// breakerSample is how often an endpoint is ejected after a window of requests. A share
// of p in n windows has the deviation sqrt(p(1-p)/n): at 2.5%, 2% of it at 4.6
// deviations takes 2.1 million windows, which the rarest row runs.
func breakerSample(t *testing.T, r row) (sample []float64) {
	p, q := r.params, r.Value()
	windows := int(math.Ceil((1 - q) / q * math.Pow(4.6/0.02, 2) / 30))
	n, fails := p.whole("n"), p.number("failure_prob")
	for replication := range uint64(30) {
		lb, err := balancer.New(balancer.Config{Pools: []balancer.PoolConfig{{Algorithm: must(algorithms.Parse("random")), Outliers: &balancer.OutlierDetection{
			Interval: time.Second, EjectionTime: time.Second, MaxEjected: 1, FailureRatio: &balancer.FailureRatio{Hosts: 1, Requests: n, Threshold: p.number("threshold")}}}}}, random.NewIndex(1, "", 0))
		if err != nil {
			t.Fatal(err)
		}
		draws := random.New(3, "attempts", replication)
		now, trips := clock.Time(0), 0
		lb.SetEndpoints(now, 0, []balancer.Endpoint{{Name: "a", Weight: 1}})
		for range windows {
			for range n {
				var q balancer.Request
				o := balancer.OK
				if draws.Float64() < fails {
					o = balancer.Error
				}
				lb.Finish(now, &q, lb.Start(now, &q).Ticket, o)
			}
			now = now.Add(time.Second)
			lb.Wake(now)
			if slot, _ := lb.Slot(0, "a"); !lb.Uses(0, slot) {
				trips++
			}
			for slot, _ := lb.Slot(0, "a"); !lb.Uses(0, slot); {
				now = now.Add(time.Second)
				lb.Wake(now)
			}
			lb.AppendEvents(nil)
		}
		sample = append(sample, float64(trips)/float64(windows))
	}
	return sample
}
