package truth

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"lbsim/clock"
	"lbsim/sim"
	"lbsim/studies/theory"
	"lbsim/workloads"
)

// Every row about clients who try again by themselves is asked of a simulated world, but
// for the number of fixed points, the critical rate, and the rare time-outs of the healthy
// state, which are formulas. Those that take many requests are left to LBSIM_TRUTH=1.
func TestKnownAnswersAboutClientsWhoTryAgain(t *testing.T) {
	queues := map[string][]retrialRun{}
	asks := func(r row) bool { return all() || !r.takesLong() }
	eachRow(t, "retrial rfp meta", among(17, 27), asks, func(t *testing.T, r row) verdict { return insistence(t, r, queues) })
}

// takesLong reports whether a row needs many requests.
func (r row) takesLong() bool {
	return r.Family() == "rfp" || strings.HasSuffix(r.ID, ".low") || strings.HasPrefix(r.ID, "retrial.c1.l0.7")
}

func insistence(t *testing.T, r row, queues map[string][]retrialRun) verdict {
	p := r.params
	switch {
	case r.Family() == "retrial":
		return r.judge(estimateOf(r.retrial(t, queues)), 0)
	case r.Family() == "rfp":
		return r.judge(estimateOf(r.fixedPoint(t)), 0)
	}
	formula := theory.TimeoutRetries{Lambda: p.numberOr("lambda_per_server", 0), Mu: p.number("mu"), Timeout: p.number("client_timeout"), Retries: p.whole("max_retries")}
	switch {
	case strings.HasSuffix(r.ID, ".nroots"):
		return r.judgeFormula(float64(len(formula.FixedPoints())))
	case strings.HasSuffix(r.ID, ".lcrit"):
		return r.judgeFormula(formula.CriticalRate())
	case strings.HasSuffix(r.ID, ".q"):
		return r.judgeFormula(formula.TimeoutProbability(formula.FixedPoints()[0]))
	}
	return r.judge(estimateOf(r.timingOut(t)), 0)
}

// insistent is servers at which clients try again after an exponential time.
func insistent(t *testing.T, servers, workers, queue int, rate, backoff float64, retries workloads.ClientRetries) *sim.Model {
	m := fleet(t, servers, rate, "random")
	m.Arrivals = func() workloads.Process { x, _ := workloads.NewPoisson(rate); return x }
	m.Classes[0].Service, _ = workloads.NewExponential(1)
	for i := range m.Servers {
		m.Servers[i].Workers, m.Servers[i].Queue = workers, queue
	}
	retries.Backoff, _ = workloads.NewExponential(backoff)
	m.Clients = &workloads.Clients{Count: 1, Retries: &retries}
	return m
}

func runOnce(t *testing.T, m *sim.Model, replication uint64) *sim.Result {
	x, err := sim.Run(m, sim.Options{Seed: 5, Replication: replication})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// retrialRun is what the rows of one retrial queue want to know of a run.
type retrialRun struct{ orbit, attempts, blocked float64 }

// retrial is a station without a queue to which whoever was refused comes back.
func (r row) retrial(t *testing.T, queues map[string][]retrialRun) (sample []float64) {
	name := strings.TrimSuffix(r.ID, r.ID[strings.LastIndex(r.ID, "."):])
	if queues[name] == nil {
		queues[name] = r.retrialRuns(t)
	}
	for _, x := range queues[name] {
		switch {
		case strings.HasSuffix(r.ID, ".orbit"):
			sample = append(sample, x.orbit)
		case strings.HasSuffix(r.ID, ".attempts"):
			sample = append(sample, x.attempts)
		default:
			sample = append(sample, x.blocked)
		}
	}
	return sample
}

func (r row) retrialRuns(t *testing.T) (runs []retrialRun) {
	p := r.params
	var theta float64
	if _, err := fmt.Sscanf(p.text("retry_backoff"), "Exp(rate %f)", &theta); err != nil {
		t.Fatal(err)
	}
	for replication := range uint64(30) {
		m := insistent(t, 1, p.whole("c"), 0, p.number("lambda"), 1/theta, workloads.ClientRetries{Rejected: true})
		m.WarmUp, m.Horizon = clock.FromSeconds(500), clock.FromSeconds(150_500)
		x := runOnce(t, m, replication)
		c := x.Classes[0]
		sent := float64(c.Offered + c.Resent)
		runs = append(runs, retrialRun{x.InSystem - x.Servers[0].Busy/(x.End-x.Start).Seconds(), sent / float64(c.Offered), 1 - float64(c.Completed)/sent})
	}
	return runs
}

// lastInterval is what happens in so many seconds after others: while the world goes on,
// as after the horizon fewer and fewer attempts would meet each other.
func lastInterval(t *testing.T, m *sim.Model, after, span float64, replication uint64) sim.Interval {
	before := math.Ceil(after / span)
	m.Interval, m.Horizon = clock.FromSeconds(span).Sub(0), clock.FromSeconds((before+1)*span)
	m.Drain = 1
	return runOnce(t, m, replication).Timeline[int(before)]
}

// fixedPoint is many servers with a bounded queue. With 500 of them and a back-off of
// 200 services a retry meets a server that has forgotten the attempt: both biases are
// about 1/500, half of the histogram's 0.4%.
func (r row) fixedPoint(t *testing.T) (sample []float64) {
	p := r.params
	const servers, backoff = 500, 200
	span := 300.
	if strings.HasSuffix(r.ID, ".fail") {
		span = 12_000
		if p.number("lambda_per_server") > 0.9 { // failures come in clusters
			span = 36_000
		}
	}
	for replication := range uint64(30) {
		m := insistent(t, servers, 1, p.whole("K_per_server")-1, servers*p.number("lambda_per_server"), backoff,
			workloads.ClientRetries{Attempts: 1 + p.whole("max_retries"), Rejected: true})
		x := lastInterval(t, m, 6000, span, replication) // a rate that feeds itself takes many back-offs to settle
		if strings.HasSuffix(r.ID, ".fail") {
			sample = append(sample, float64(x.Failed)/float64(x.Completed+x.Failed))
		} else {
			sample = append(sample, p.number("lambda_per_server")*float64(x.Attempts)/float64(x.Offered))
		}
	}
	return sample
}

// timingOut is many servers that go on with what their clients gave up. For the collapsed
// state they all hang until a hundred services' worth of work waits at each: from there
// it grows for good, and every attempt times out.
func (r row) timingOut(t *testing.T) (sample []float64) {
	p := r.params
	collapsed := strings.HasSuffix(r.ID, ".collapsed")
	servers, backoff, warm, span := 400, 200., 1200., 300.
	if collapsed {
		servers, backoff, warm, span = 20, 20., 400, 200
	}
	for replication := range uint64(30) {
		m := insistent(t, servers, 1, sim.Unlimited, float64(servers)*p.number("lambda_per_server"), backoff,
			workloads.ClientRetries{Attempts: 1 + p.whole("max_retries"), TimedOut: true})
		m.Classes[0].Copies = sim.Independent // as the formula has it
		m.Clients.Timeout, m.Clients.OnTimeout = p.number("client_timeout"), workloads.Abandon
		m.WarmUp, m.Horizon = clock.FromSeconds(warm), clock.FromSeconds(warm+span)
		if collapsed {
			var everybody []int
			for i := range servers {
				everybody = append(everybody, i)
			}
			m.Acts = []sim.Act{{At: 0, Kind: sim.Hang, Servers: everybody}, {At: clock.FromSeconds(200), Kind: sim.Restore, Servers: everybody}}
		}
		if !collapsed {
			x := lastInterval(t, m, warm, span, replication)
			sample = append(sample, p.number("lambda_per_server")*float64(x.Attempts)/float64(x.Offered))
			continue
		}
		c := runOnce(t, m, replication).Classes[0]
		sample = append(sample, p.number("lambda_per_server")*float64(c.Offered+c.Resent)/float64(c.Offered))
	}
	if collapsed && math.Abs(sample[0]-r.Value()) > 1e-9 {
		t.Errorf("some attempts did not time out: %v", sample[0])
	}
	return sample
}
