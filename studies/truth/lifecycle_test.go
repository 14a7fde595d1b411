package truth

import (
	"math"
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

// Every row about slow start is asked of a balancer, every one about draining of a
// simulated server that is drained.
func TestKnownAnswersAboutLifecycles(t *testing.T) {
	eachRow(t, "slowstart drain", 30, nil, func(t *testing.T, r row) verdict {
		t.Parallel()
		switch {
		case strings.HasPrefix(r.ID, "slowstart.load"):
			return r.judgeRampLoad(t)
		case r.Family() == "slowstart":
			return r.judgeFormula(r.rampWeight(t))
		}
		return r.judge(estimateOf(r.drainSample(t)), 0)
	})
}

// starter is a balancer before peers endpoints that have always been there.
func starter(t *testing.T, start *balancer.SlowStart, health *balancer.HealthCheck, peers int) (*balancer.Balancer, []balancer.Endpoint) {
	t.Helper()
	choice, err := algorithms.Parse("weighted_round_robin:schedule=smooth")
	if err != nil {
		t.Fatal(err)
	}
	lb, err := balancer.New(balancer.Config{Pools: []balancer.PoolConfig{{Algorithm: choice, SlowStart: start, Health: health}}}, random.NewIndex(1, "truth", 0))
	if err != nil {
		t.Fatal(err)
	}
	var eps []balancer.Endpoint
	for i := range peers {
		eps = append(eps, balancer.Endpoint{Name: string(rune('a' + i)), Weight: 1})
	}
	lb.SetEndpoints(0, 0, eps)
	return lb, eps
}

func (r row) envoyStart() *balancer.SlowStart {
	p := r.params
	return &balancer.SlowStart{Window: time.Duration(p.number("window_s") * 1e9), Aggression: p.number("aggression"), MinWeight: p.number("min_weight_percent")}
}

// rampWeight is an endpoint's weight so long after it has joined or, as HAProxy has it,
// is up again; HAProxy counts sixteenths of its weights.
func (r row) rampWeight(t *testing.T) float64 {
	p := r.params
	if strings.HasPrefix(r.ID, "slowstart.envoy") {
		lb, eps := starter(t, r.envoyStart(), nil, 1)
		lb.SetEndpoints(0, 0, append(eps, balancer.Endpoint{Name: "new", Weight: p.number("weight")}))
		lb.Wake(clock.FromSeconds(p.number("time_since_start_s")))
		return lb.Weight(0, 1)
	}
	lb, _ := starter(t, &balancer.SlowStart{Window: time.Duration(p.number("slowstart_s") * 1e9), Profile: balancer.RampHAProxy},
		&balancer.HealthCheck{Interval: time.Hour, Healthy: 1, Unhealthy: 1}, 0)
	lb.SetEndpoints(0, 0, []balancer.Endpoint{{Name: "a", Weight: p.number("user_weight")}})
	up := clock.FromSeconds(3600)
	lb.Wake(0)
	for _, e := range lb.AppendEvents(nil) {
		lb.ProbeDone(0, e.Probe, balancer.ProbeResult{Failed: true})
	}
	lb.Wake(up)
	for _, e := range lb.AppendEvents(nil) {
		if e.Kind == balancer.ProbeDue {
			lb.ProbeDone(up, e.Probe, balancer.ProbeResult{})
		}
	}
	lb.Wake(up + clock.FromSeconds(p.number("elapsed_s")))
	return 16 * lb.Weight(0, 0)
}

// judgeRampLoad counts the requests that an endpoint gets while it ramps, of regular
// ones. Its weight is that of up to a five-hundredth of the window ago, so it gets less
// by half of that share of what the rate changes in the window, and one more or less by
// rounding; twice that is the tolerance.
func (r row) judgeRampLoad(t *testing.T) verdict {
	p := r.params
	peers, rate := p.number("peers"), p.number("lambda")
	lb, eps := starter(t, r.envoyStart(), nil, int(peers))
	lb.SetEndpoints(0, 0, append(eps, balancer.Endpoint{Name: "new", Weight: 1}))
	slot, _ := lb.Slot(0, "new")
	got := 0.0
	for i := range int(rate * p.number("window_s")) {
		var q balancer.Request
		now := clock.FromSeconds((float64(i) + 0.5) / rate)
		d := lb.Start(now, &q)
		if d.Ticket.Slot == slot {
			got++
		}
		lb.Finish(now, &q, d.Ticket, balancer.OK)
	}
	share := func(w float64) float64 { return w / (w + peers) }
	late := rate * p.number("window_s") / 500 / 2 * (share(1) - share(p.number("min_weight_percent")))
	return within(got, r.Value(), 2*late+1)
}

// drainSample is what a drain cuts, or how often it cuts nothing: of many drains of one
// server. Nearly all of the time would go into getting it into its steady state again,
// so what it has at such an instant is drawn instead: a geometric number of requests
// where it serves one at a time (M/M/1), a Poisson number where it serves all, each with
// the rest of a service before it.
func (r row) drainSample(t *testing.T) (sample []float64) {
	timeout := r.params.number("drain_timeout")
	drains, replications := 2000, uint64(30)
	switch {
	case strings.HasPrefix(r.ID, "drain.mm1") || r.Value() < 1:
		replications = 200
	case r.Value() > 10:
		drains = 200 // of many requests each
	}
	for replication := range replications {
		m := fleet(t, 1, 1, "round_robin")
		m.Balancer.Pools[0].Drain = &balancer.Drain{Timeout: time.Duration(timeout * 1e9)}
		m.Arrivals, m.Trace = nil, &workloads.Trace{Classes: []string{"request"}}
		if !strings.HasPrefix(r.ID, "drain.mm1") {
			m.Servers[0].Workers = 600 // more than are ever busy
		}
		draws := random.New(6, "steady state", replication)
		cycle := clock.FromSeconds(timeout + 1)
		for i := range clock.Time(drains) {
			for range r.steadyNumber(&draws) {
				m.Trace.Records = append(m.Trace.Records, workloads.Record{At: i * cycle, Service: r.residual(&draws)})
			}
			m.Acts = append(m.Acts, sim.Act{At: i*cycle + 1, Kind: sim.Drain, Servers: []int{0}},
				sim.Act{At: (i+1)*cycle - 1, Kind: sim.Restore, Servers: []int{0}})
		}
		m.Horizon = clock.Time(drains) * cycle
		x, err := sim.Run(m, sim.Options{})
		if err != nil {
			t.Fatal(err)
		}
		figure := float64(x.Cut)
		if strings.Contains(r.ID, ".clean.") {
			clean := 0
			for _, h := range x.Happened {
				if h.Kind == balancer.Drained {
					clean++
				}
			}
			figure = float64(clean)
		}
		sample = append(sample, figure/float64(drains))
	}
	return sample
}

// steadyNumber draws how many requests the server has.
func (r row) steadyNumber(draws *random.Source) (n int) {
	p := r.params
	if strings.HasPrefix(r.ID, "drain.mm1") {
		for draws.Float64() < p.number("rho") {
			n++
		}
		return n
	}
	mean := p.number("lambda") * r.meanService()
	for sum := draws.Exponential(); sum < mean; sum += draws.Exponential() {
		n++
	}
	return n
}

func (r row) meanService() float64 {
	p := r.params
	switch {
	case strings.HasPrefix(r.ID, "drain.det"):
		return p.number("service")
	case strings.HasPrefix(r.ID, "drain.logn"):
		return p.number("mean")
	}
	return 1 / p.number("mu")
}

// residual draws the rest of a service that is met at any instant: a uniform part of one
// that is drawn in proportion to its length. Of a lognormal one that is lognormal, with
// exp(σ²) times the median.
func (r row) residual(draws *random.Source) float64 {
	p := r.params
	switch {
	case strings.HasPrefix(r.ID, "drain.det"):
		return draws.Float64() * p.number("service")
	case strings.HasPrefix(r.ID, "drain.logn"):
		variance := math.Log1p(p.number("cv2"))
		median := p.number("mean") * math.Exp(-variance/2)
		return draws.Float64() * median * math.Exp(variance+math.Sqrt(variance)*draws.Normal())
	}
	return draws.Exponential() / p.number("mu")
}
