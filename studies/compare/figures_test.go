package compare_test

import (
	"math"
	"slices"
	"testing"

	"lbsim/clock"
	"lbsim/scenarios"
	"lbsim/sim"
	"lbsim/studies/compare"
	"lbsim/studies/result"
	"lbsim/studies/statistics"
)

// TestTotalsAddUp: every request offered has one outcome, in all and in each class,
// and what is not answered is told apart.
func TestTotalsAddUp(t *testing.T) {
	for _, c := range []struct {
		name, text string
		settings   []string
		met        func(result.Requests) bool
	}{
		{"all answered", plain, nil, func(r result.Requests) bool { return r.Completed == r.Offered && r.Offered > 0 }},
		{"refused and timed out", lossy, nil, func(r result.Requests) bool { return r.Rejected > 0 && r.TimedOut > 0 }},
		{"unfinished", plain, []string{"run.drain=0s", "workload.arrivals.load=95%"}, func(r result.Requests) bool { return r.Unfinished > 0 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := ask(t, compare.Question{}, c.text, c.settings...).Results[0]
			all := result.Requests{}
			parts := []result.Requests{x.Requests}
			for _, class := range x.Classes {
				r := class.Requests
				parts = append(parts, r)
				all.Offered += r.Offered
				all.Completed += r.Completed
				all.Failed += r.Failed
				all.Rejected += r.Rejected
				all.TimedOut += r.TimedOut
				all.Unfinished += r.Unfinished
			}
			for _, r := range parts {
				if r.Offered != r.Completed+r.Failed+r.Rejected+r.TimedOut+r.Unfinished {
					t.Errorf("%+v do not add up", r)
				}
			}
			if all != x.Requests {
				t.Errorf("the classes sum to %+v, not %+v", all, x.Requests)
			}
			if !c.met(x.Requests) {
				t.Errorf("%+v: not the world that was meant", x.Requests)
			}
			atServers := uint64(0)
			for _, s := range x.Servers {
				atServers += s.Requests
			}
			if atServers != x.Requests.Offered {
				t.Errorf("%d requests at the servers, %d offered: each is sent once, to be refused perhaps", atServers, x.Requests.Offered)
			}
			if got := x.Status["200"]; got != x.Requests.Completed {
				t.Errorf("%d answers of 200, %d completed", got, x.Requests.Completed)
			}
		})
	}
}

// tally is the second computation: one replication's figures from its records.
type tally struct {
	latencies, waits       []float64 // seconds, ascending once sorted
	offered, answered, bad float64   // answered: within the window
	demand, busy, present  float64   // seconds
}

func (x *tally) mean() float64 {
	sum := 0.0
	for _, l := range x.latencies {
		sum += l
	}
	return sum / float64(len(x.latencies))
}

func (x *tally) quantile(q float64) float64 {
	slices.Sort(x.latencies)
	return x.latencies[int(math.Ceil(q*float64(len(x.latencies))))-1]
}

// count tallies the records that keep wants. There is no network, so a request is
// at its server from its arrival on.
func count(records []sim.Record, from, to clock.Time, keep func(*sim.Record) bool) *tally {
	x := &tally{}
	within := func(a, b clock.Time) float64 { return max(0, (min(b, to) - max(a, from)).Seconds()) }
	for i := range records {
		r := &records[i]
		if !keep(r) {
			continue
		}
		over := r.Arrival + r.Latency
		x.present += within(r.Arrival, over)
		if r.Outcome == sim.Completed {
			x.busy += within(r.Arrival+r.Wait, over)
			if from < over && over <= to {
				x.answered++
			}
		}
		if !r.Measured {
			continue
		}
		x.offered++
		x.demand += r.Demand
		if r.Outcome == sim.Completed {
			x.latencies = append(x.latencies, r.Latency.Seconds())
			x.waits = append(x.waits, r.Wait.Seconds())
		} else {
			x.bad++
		}
	}
	return x
}

// bucket is the width of the histogram's buckets, of which quantiles are made.
const bucket = 0.004

// TestFiguresAreThoseOfTheRecords computes everything once more, slowly, from every
// request's record. Means and ratios are the same but for the order of adding;
// quantiles lie in the same bucket; intervals are Student's over replications.
func TestFiguresAreThoseOfTheRecords(t *testing.T) {
	for _, text := range []string{plain, lossy} {
		p := planOf(t, compare.Question{Sources: []*scenarios.Source{source(t, text)}})
		t.Run(p.Name, func(t *testing.T) {
			r, records := recorded(t, p)
			x, m := r.Results[0], p.Variants[0].Model
			span := (m.Horizon - m.WarmUp).Seconds()
			check := func(what string, got result.Estimate, tolerance float64, keep func(*sim.Record) bool, of func(*tally) float64) {
				t.Helper()
				var sample []float64
				for _, one := range records {
					sample = append(sample, of(count(one, m.WarmUp, m.Horizon, keep)))
				}
				want := statistics.Mean(sample, 0.95)
				near(t, what, got, want.Mean, tolerance)
				if got.Low != nil && math.Abs(halfWidth(t, got)-want.HalfWidth()) > tolerance*want.Mean {
					t.Errorf("%s: the interval's half is %v, want %v", what, halfWidth(t, got), want.HalfWidth())
				}
				if want.Bounded != (got.Low != nil) {
					t.Errorf("%s: has an interval: %v, want %v", what, got.Low != nil, want.Bounded)
				}
			}
			latency := func(what string, l result.Latency, mean float64, keep func(*sim.Record) bool) {
				t.Helper()
				check(what+" mean", l.Mean, mean, keep, (*tally).mean)
				for _, q := range []struct {
					e result.Estimate
					q float64
				}{{l.P50, 0.5}, {l.P90, 0.9}, {l.P95, 0.95}} {
					check(what+" quantile", q.e, bucket, keep, func(x *tally) float64 { return x.quantile(q.q) })
				}
			}
			every := func(*sim.Record) bool { return true }
			const exact = 1e-9
			latency("latency", x.Latency, exact, every)
			check("wait", x.Wait.Mean, exact, every, func(x *tally) float64 { return (&tally{latencies: x.waits}).mean() })
			check("throughput", x.Throughput, exact, every, func(x *tally) float64 { return x.answered / span })
			check("error ratio", x.ErrorRatio, exact, every, func(x *tally) float64 { return x.bad / x.offered })
			check("in system", x.InSystem, exact, every, func(x *tally) float64 { return x.present / span })
			capacity, workers := 0.0, 0.0
			for _, s := range m.Servers {
				capacity += float64(s.Workers) * s.Speed
				workers += float64(s.Workers)
			}
			check("offered load", x.OfferedLoad, exact, every, func(x *tally) float64 { return x.demand / span / capacity })
			for c := range m.Classes {
				latency("class "+m.Classes[c].Name, x.Classes[c].Latency, exact, func(r *sim.Record) bool { return r.Class == c })
			}
			for i := range m.Servers {
				latency("server "+x.Servers[i].Name, x.Servers[i].Latency, bucket, func(r *sim.Record) bool { return r.Server == i })
			}
			if m.Clients != nil {
				return // who gives up occupied a worker for a while, which no record tells
			}
			check("utilization", x.Utilization, exact, every, func(x *tally) float64 { return x.busy / span / workers })
			for i, s := range m.Servers {
				at := func(r *sim.Record) bool { return r.Server == i }
				check("utilization of "+s.Name, x.Servers[i].Utilization, exact, at, func(x *tally) float64 { return x.busy / span / float64(s.Workers) })
				check("active at "+s.Name, x.Servers[i].MeanActive, exact, at, func(x *tally) float64 { return x.present / span })
			}
			check("peak to mean", x.Imbalance.PeakToMean, exact, every, evenness(records, m, func(l []float64, mean float64) float64 { return slices.Max(l) / mean }))
			check("jain", x.Imbalance.Jain, exact, every, evenness(records, m, func(l []float64, mean float64) float64 {
				squares := 0.0
				for _, y := range l {
					squares += y * y
				}
				return mean * mean * float64(len(l)) / squares
			}))
		})
	}
}

// evenness returns a figure of how the measured requests lay on the servers, each
// server's number over its capacity. It is called once a replication, in order.
func evenness(records [][]sim.Record, m *sim.Model, of func(loads []float64, mean float64) float64) func(*tally) float64 {
	replication := 0
	return func(*tally) float64 {
		loads, mean := make([]float64, len(m.Servers)), 0.0
		for _, r := range records[replication] {
			if s := m.Servers[r.Server]; r.Measured {
				loads[r.Server] += 1 / (float64(s.Workers) * s.Speed)
			}
		}
		for _, l := range loads {
			mean += l / float64(len(loads))
		}
		replication++
		return of(loads, mean)
	}
}

// TestLittlesLaw: L = λ·W. The window's edges cut a few dozen requests of tens of
// thousands, so half a percent is ample.
func TestLittlesLaw(t *testing.T) {
	x := ask(t, compare.Question{}, plain, "run.duration=200s").Results[0]
	near(t, "mean in system", x.InSystem, value(t, x.Throughput)*value(t, x.Latency.Mean), 0.005)
}

// TestClassesAreApart: a class's figures are its own, and all requests' mean is the
// classes' mean weighted by their numbers.
func TestClassesAreApart(t *testing.T) {
	x := ask(t, compare.Question{}, plain, "run.replications=1").Results[0]
	read, report := x.Classes[0], x.Classes[1]
	if value(t, report.Latency.Mean) < 2*value(t, read.Latency.Mean) {
		t.Error("reports take four times the work of reads, and no longer than they do")
	}
	a, b := float64(read.Requests.Completed), float64(report.Requests.Completed)
	near(t, "mean", x.Latency.Mean, (a*value(t, read.Latency.Mean)+b*value(t, report.Latency.Mean))/(a+b), 1e-12)
	if x.Latency.Mean.Low != nil {
		t.Error("one replication has no interval")
	}
}
