package compare

import (
	"fmt"
	"math"
	"slices"

	"lbsim/clock"
	"lbsim/config"
	"lbsim/scenarios"
	"lbsim/sim"
	"lbsim/sim/histogram"
	"lbsim/studies/result"
)

// Figures of a part of a run are those of the intervals of the timeline that it touches,
// of what ended in them: an answer that came late counts where it came. A distribution
// over time is to 1.2%.

// overTime are the metrics that intervals know, by the names that objectives use.
var overTime = []string{"mean", "p50", "p90", "p95", "p99", "p999", "error_ratio", "throughput"}

// duringActs returns the acts of an objective's name, or says why it can't be judged.
func duringActs(o config.Objective, s *scenarios.Scenario) (acts []int, why string) {
	for i := range s.Timeline {
		if s.Timeline[i].Title() == o.During {
			acts = append(acts, i)
		}
	}
	switch {
	case len(acts) == 0:
		return nil, "no act of its timeline is called " + o.During
	case !slices.Contains(overTime, o.Metric):
		return nil, fmt.Sprintf("%s is not known of a part of a run", o.Metric)
	case o.Class != "":
		return nil, "what happens over time is known of all classes together"
	case s.Interval() == 0:
		return nil, "nothing is kept over time: give run.interval"
	}
	return acts, ""
}

// spanOf returns the time of an act: a deploy's from its beginning to its end, others'
// until the next act or the end.
func spanOf(m *sim.Model, r *sim.Result, act int) (from, to clock.Time) {
	if m.Acts[act].Kind == sim.Deploy {
		for _, x := range r.Spans {
			if x.Act == act {
				return x.From, x.To
			}
		}
		return clock.Never, clock.Never // it waits for another one
	}
	to = r.End
	if act+1 < len(m.Acts) {
		to = m.Acts[act+1].At
	}
	return m.Acts[act].At, to
}

// figuresDuring are those of the intervals that the acts touch.
func figuresDuring(m *sim.Model, r *sim.Result, acts []int) figures {
	h := &histogram.Histogram{}
	var x sim.Outcomes
	intervals := 0
	for i, interval := range r.Timeline {
		start := clock.Time(i) * r.Interval
		touched := slices.ContainsFunc(acts, func(act int) bool {
			from, to := spanOf(m, r, act)
			return start < to && start+r.Interval > from
		})
		if !touched {
			continue
		}
		intervals++
		x.Completed += interval.Completed
		x.Failed += interval.Failed
		for _, c := range interval.Latency {
			h.RecordIndex(int(c.Index), uint64(c.N))
		}
	}
	x.Offered = x.Completed + x.Failed
	latency := sim.Stats{N: x.Completed, Sum: float64(h.Mean() * float64(x.Completed)), Histogram: h}
	return classFigures(sim.ClassResult{Outcomes: x, Latency: latency, Wait: sim.Stats{Histogram: &histogram.Histogram{}}},
		float64(intervals)*r.Interval.Seconds())
}

// steps is what deploys did in the first replication, as events: other replications
// differ in their instants.
func steps(m *sim.Model, marks []sim.Mark) []result.Event {
	var events []result.Event
	for _, x := range marks[:min(len(marks), maxEvents)] {
		group := m.Server(m.Acts[x.Act].Servers[0]).Group
		e := result.Event{At: x.At.Seconds(), Kind: "batch", Detail: fmt.Sprintf("batch %d of %s", x.Number, group)}
		switch {
		case x.Number == 0:
			e.Kind, e.Detail = "deployed", "deployed "+group
		case m.Acts[x.Act].Deploy.Batch == 0:
			e.Kind, e.Detail = "switch", "switch "+group
		}
		events = append(events, e)
	}
	return events
}

// deployTime is how long a run's first deploy took, in seconds; NaN where there was none,
// or it did not end.
func deployTime(r *sim.Result) float64 {
	if len(r.Spans) == 0 || !r.Spans[0].Done {
		return math.NaN()
	}
	return r.Spans[0].To.Sub(r.Spans[0].From).Seconds()
}
