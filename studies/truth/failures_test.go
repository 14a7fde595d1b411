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

// Every row about retries and their budgets, ejection after failures in a row, health
// checks, crashes and servers that fail at once, is asked of the balancer's state
// machine or of a simulated world. Left out are gRPC's throttle, whose tokens package
// balancer shows itself, and the deviations of counts over repetitions (.sd), which
// TestDeviationsOfCrashes asks for.
func TestKnownAnswersAboutFailures(t *testing.T) {
	eachRow(t, "retry budget consec detect crash blackhole", 62, func(r row) bool { return !strings.HasSuffix(r.ID, ".sd") }, failureVerdict)
}

func failureVerdict(t *testing.T, r row) verdict {
	switch r.Family() {
	case "retry":
		return r.judgeFormula(retryFigure(t, r))
	case "budget":
		return r.judge(estimateOf(budgetSample(t, r)), 0)
	case "consec":
		return r.judge(estimateOf(tripSample(t, r)), 0)
	case "detect":
		return r.judgeDetection(t)
	case "crash":
		return r.judgeCrash(t)
	}
	return r.judge(estimateOf(blackholeSample(t, r)), 0)
}

// retrier returns a balancer before n endpoints that tries again.
func retrier(t *testing.T, n, attempts int, budget *balancer.Budget) *balancer.Balancer {
	t.Helper()
	choice, err := algorithms.Parse("random")
	if err != nil {
		t.Fatal(err)
	}
	lb, err := balancer.New(balancer.Config{Pools: []balancer.PoolConfig{{Algorithm: choice,
		Retries: &balancer.Retries{Attempts: attempts, Statuses: []int{500}, Budget: budget}}}}, random.NewIndex(1, "truth", 0))
	if err != nil {
		t.Fatal(err)
	}
	var eps []balancer.Endpoint
	for i := range n {
		eps = append(eps, balancer.Endpoint{Name: string(rune('a' + i)), Weight: 1})
	}
	lb.SetEndpoints(0, 0, eps)
	return lb
}

// ask sends a request through layers of balancers; at the bottom an attempt ends as
// bottom says.
func ask(layers []*balancer.Balancer, bottom func() bool) bool {
	if len(layers) == 0 {
		return bottom()
	}
	r := balancer.Request{Idempotent: true}
	d, ok := layers[0].Start(0, &r), false
	for d.Kind == balancer.Send {
		o := balancer.Error
		if ok = ask(layers[1:], bottom); ok {
			o = balancer.OK
		}
		d = layers[0].Finish(0, &r, d.Ticket, o)
	}
	return ok
}

// retryFigure sums over all ways in which attempts can end, each with its probability:
// the expectation without chance.
func retryFigure(t *testing.T, r row) float64 {
	p, depth := r.params.numberOr("failure_prob", 1), int(r.params.numberOr("layers", 1))
	attempts := 1 + int(r.params.number("max_retries", "max_retries_per_layer"))
	var layers []*balancer.Balancer
	for range depth {
		layers = append(layers, retrier(t, 9, attempts, nil))
	}
	most := int(math.Pow(float64(attempts), float64(depth)))
	if p == 1 {
		count := 0
		ok := ask(layers, func() bool { count++; return false })
		if strings.HasPrefix(r.ID, "retry.fail") {
			return map[bool]float64{false: 1}[ok]
		}
		return float64(count)
	}
	sum := 0.0
	for ways := range 1 << most { // bit i: attempt i fails
		count, weight := 0, 1.0
		ok := ask(layers, func() bool {
			fails := ways>>count&1 != 0
			count++
			weight *= map[bool]float64{true: p, false: 1 - p}[fails]
			return !fails
		})
		if ways>>count != 0 {
			continue // this way was counted with no failure after its end
		}
		switch {
		case !strings.HasPrefix(r.ID, "retry.fail"):
			sum += weight * float64(count)
		case !ok:
			sum += weight
		}
	}
	return sum
}

func budgetSample(t *testing.T, r row) (sample []float64) {
	const requests = 25_000
	p := r.params
	for replication := range uint64(30) {
		lb := retrier(t, 5, 1+p.whole("max_retries"), &balancer.Budget{Kind: balancer.TokenBucket, Ratio: p.number("budget_fraction"), TTL: 24 * time.Hour})
		draws := random.New(1, "attempts", replication)
		attempts, answered := 0, 0
		for range requests {
			if ask([]*balancer.Balancer{lb}, func() bool { attempts++; return draws.Float64() >= p.number("failure_prob") }) {
				answered++
			}
		}
		if strings.HasPrefix(r.ID, "budget.ok") {
			attempts = answered
		}
		sample = append(sample, float64(attempts)/requests)
	}
	return sample
}

// tripSample is how many requests it takes until an endpoint is ejected.
func tripSample(t *testing.T, r row) (sample []float64) {
	const trips = 2600
	choice, _ := algorithms.Parse("random")
	for replication := range uint64(30) {
		lb, err := balancer.New(balancer.Config{Pools: []balancer.PoolConfig{{Algorithm: choice, Outliers: &balancer.OutlierDetection{
			ConsecutiveFailures: r.params.whole("threshold"), Interval: time.Second, EjectionTime: time.Second, MaxEjected: 1}}}}, random.NewIndex(1, "", 0))
		if err != nil {
			t.Fatal(err)
		}
		draws := random.New(2, "attempts", replication)
		requests := 0
		for range trips {
			lb.SetEndpoints(0, 0, nil)
			lb.SetEndpoints(0, 0, []balancer.Endpoint{{Name: "a", Weight: 1}})
			for !lb.Events() {
				var q balancer.Request
				o := balancer.OK
				if draws.Float64() < r.params.number("failure_prob") {
					o = balancer.Error
				}
				requests++
				lb.Finish(0, &q, lb.Start(0, &q).Ticket, o)
			}
			lb.AppendEvents(nil)
		}
		sample = append(sample, float64(requests)/trips)
	}
	return sample
}

// fleet is n servers that take no time worth mentioning, under regular arrivals.
func fleet(t *testing.T, n int, rate float64, algorithm string) *sim.Model {
	t.Helper()
	choice, err := algorithms.Parse(algorithm)
	if err != nil {
		t.Fatal(err)
	}
	service, _ := workloads.NewConstant(1e-6)
	m := &sim.Model{
		Arrivals: func() workloads.Process { p, _ := workloads.NewRegular(rate); return p },
		Classes:  []sim.Class{{Name: "request", Share: 1, Service: service}},
		Balancer: balancer.Config{Pools: []balancer.PoolConfig{{Algorithm: choice}}}, Frontends: 1,
	}
	for i := range n {
		m.Servers = append(m.Servers, sim.Server{Name: string(rune('a' + i)), Workers: 1, Queue: sim.Unlimited, Speed: 1, Weight: 1})
	}
	return m
}

// broken is a fleet whose first server breaks, and the run's result.
func (r row) broken(t *testing.T, n int, rate float64, at clock.Time) *sim.Result {
	t.Helper()
	x, err := sim.Run(r.breaking(t, n, rate, at), sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// breaking is a fleet under a row's health checks whose first server breaks at an
// instant.
func (r row) breaking(t *testing.T, n int, rate float64, at clock.Time) *sim.Model {
	t.Helper()
	p := r.params
	m := fleet(t, n, rate, "round_robin")
	seconds := func(name string) time.Duration { return time.Duration(p.number(name) * 1e9) }
	fault := sim.Crash
	m.Balancer.Pools[0].Health = &balancer.HealthCheck{Interval: seconds("interval"), TransitionInterval: seconds("interval_between_failing_probes"),
		Timeout: seconds("probe_failure_time"), Healthy: 1, Unhealthy: p.whole("threshold")}
	if p.number("probe_failure_time") > 0 {
		fault = sim.Hang
		m.Clients = &workloads.Clients{Count: 1, Timeout: 0.01}
	}
	m.Acts = []sim.Act{{At: at, Kind: fault, Servers: []int{0}}}
	m.Horizon = at.Add(time.Duration(p.whole("threshold")+2) * (seconds("interval") + seconds("probe_failure_time")))
	return m
}

// judgeDetection lets servers break at the two ends of a cycle of checks, and at
// instants spread over it evenly, so that the mean is that of a uniform one.
func (r row) judgeDetection(t *testing.T) verdict {
	if strings.HasPrefix(r.ID, "detect.up") {
		return within(r.meanRise(t), r.Value(), 1e-6)
	}
	interval := r.params.number("interval")
	detection := func(u float64) float64 {
		at := clock.FromSeconds(2*interval + u*interval)
		x := r.broken(t, 1, 1, at)
		if len(x.Happened) == 0 {
			return math.NaN()
		}
		return x.Happened[0].At.Sub(at).Seconds()
	}
	const instant = 1e-6
	switch {
	case strings.HasSuffix(r.ID, ".min"):
		return within(detection(1-instant), r.Value(), 2*instant*interval)
	case strings.HasSuffix(r.ID, ".max"):
		if got := detection(instant); got > r.Value() {
			return within(got, r.Value(), 0)
		}
		return within(detection(instant), r.Value(), 2*instant*interval)
	}
	const spread = 50
	sum := 0.0
	for i := range spread {
		sum += detection((float64(i) + 0.5) / spread)
	}
	return within(sum/spread, r.Value(), 1e-6)
}

// meanRise is how long a server that is back is taken for down.
func (r row) meanRise(t *testing.T) float64 {
	const spread = 50
	p, sum := r.params, 0.0
	for i := range spread {
		m := fleet(t, 1, 1, "round_robin")
		m.Balancer.Pools[0].Health = &balancer.HealthCheck{Interval: 2 * time.Second, Unhealthy: 1, Healthy: p.whole("rise"),
			DownInterval: time.Duration(p.number("interval_while_down") * 1e9), TransitionInterval: time.Duration(p.number("interval_while_rising") * 1e9)}
		back := clock.FromSeconds(20 + 2*(float64(i)+0.5)/spread)
		m.Acts = []sim.Act{{At: 1, Kind: sim.Crash, Servers: []int{0}}, {At: back, Kind: sim.Restore, Servers: []int{0}}}
		m.Horizon = clock.FromSeconds(40)
		x, err := sim.Run(m, sim.Options{})
		if err != nil || len(x.Happened) != 2 {
			t.Fatal(err, x.Happened)
		}
		sum += x.Happened[1].At.Sub(back).Seconds()
	}
	return sum / spread
}

// judgeCrash counts the requests that a crash costs.
func (r row) judgeCrash(t *testing.T) verdict {
	p := r.params
	if strings.HasPrefix(r.ID, "crash.retry") {
		return r.judge(estimateOf(r.retriedCrash(t)), 0)
	}
	const spread = 20
	sum, interval := 0.0, p.number("interval")
	for i := range spread {
		x := r.broken(t, p.whole("n"), p.number("lambda"), clock.FromSeconds(interval*(2+(float64(i)+0.5)/spread)))
		sum += float64(x.Classes[0].Failed + x.Classes[0].TimedOut)
	}
	return within(sum/spread, r.Value(), 1) // a count of regular arrivals is off by less than one
}

// retriedCrash is what is lost where requests are tried again.
func (r row) retriedCrash(t *testing.T) (sample []float64) {
	p := r.params
	for replication := range uint64(1500) {
		m := fleet(t, p.whole("n"), p.number("lambda"), "random")
		m.Arrivals = func() workloads.Process { x, _ := workloads.NewPoisson(p.number("lambda")); return x }
		m.Balancer.Pools[0].Retries = &balancer.Retries{Attempts: 1 + p.whole("max_retries"), ConnectFailure: true, Reset: true, AnyServer: p.text("retry_host") == "any"}
		m.Acts = []sim.Act{{At: 0, Kind: sim.Crash, Servers: []int{0}}}
		m.Horizon = clock.FromSeconds(p.number("detection"))
		x, err := sim.Run(m, sim.Options{Replication: replication})
		if err != nil {
			t.Fatal(err)
		}
		sample = append(sample, float64(x.Classes[0].Failed))
	}
	return sample
}

// blackholeSample is the share of errors where one of the servers fails everything at
// once.
func blackholeSample(t *testing.T, r row) (sample []float64) {
	p := r.params
	good, rate := p.whole("good_servers"), p.number("lambda_total")
	algorithm := map[string]string{"lc": "least_connections:ties=random", "rr": "round_robin"}[strings.Split(r.ID, ".")[1]]
	for replication := range uint64(30) {
		m := fleet(t, 1+good, rate, algorithm)
		m.Arrivals = func() workloads.Process { x, _ := workloads.NewPoisson(rate); return x }
		m.Classes[0].Service, _ = workloads.NewExponential(1)
		m.Acts = []sim.Act{{At: 0, Kind: sim.Errors, Servers: []int{0}, Ratio: 1, Status: 500}}
		m.WarmUp, m.Horizon = clock.FromSeconds(300), clock.FromSeconds(300+40_000/rate)
		x, err := sim.Run(m, sim.Options{Seed: 3, Replication: replication})
		if err != nil {
			t.Fatal(err)
		}
		sample = append(sample, float64(x.Classes[0].Failed)/float64(x.Classes[0].Offered))
	}
	return sample
}
