package lab

import (
	"slices"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/sim"
	"lbsim/studies/compare"
)

// sides is what is known of a trial's requests.
type sides struct {
	simulated, sent *sample // as they were due, and as they left
	measured        *sample
	overhead, late  []clock.Time
}

// outcome puts beside each other what was measured and what was simulated.
func (t *trial) outcome(x sides, seed uint64) Outcome {
	live, simulated := x.measured, x.simulated
	slices.Sort(x.late)
	o := Outcome{Variant: t.choice.String(), Title: compare.Title(t.choice), Algorithm: t.choice.Spec.Name, Requests: len(live.stories),
		Simulated: figures(simulated.latencies), Overhead: figures(x.overhead), Measured: figures(live.latencies), Late: figures(x.late),
		Measurements: live.latencies, Predictions: with(x.sent.latencies, x.overhead, seed)}
	o.Predicted = figures(o.Predictions)
	if len(x.overhead) == 0 {
		o.Predicted = Figures{} // as nothing is known of the machine
	}
	o.Difference = o.Measured.over(o.Predicted)
	o.Errors = Both{simulated.errors(), live.errors()}
	o.Status = statuses(simulated, live)
	for i := range t.model.Servers {
		o.Servers = append(o.Servers, Server{t.model.Servers[i].Name, Both{simulated.share(i), live.share(i)}})
	}
	for _, h := range live.happened {
		o.Events = append(o.Events, Event{h.at.Seconds(), h.kind, h.server})
	}
	o.Detections = t.detections(live.happened, simulated.happened)
	return o
}

// errors is the share of requests that were not completed.
func (x *sample) errors() float64 {
	if len(x.stories) == 0 {
		return 0
	}
	return 1 - float64(len(x.latencies))/float64(len(x.stories))
}

// share is a server's of the requests that were completed.
func (x *sample) share(server int) float64 {
	n := 0
	for i := range x.stories {
		if x.stories[i].good() && x.stories[i].server == server {
			n++
		}
	}
	return float64(n) / float64(max(1, len(x.latencies)))
}

func statuses(simulated, live *sample) (all []Status) {
	counts := map[int]*[2]int{}
	for side, x := range []*sample{simulated, live} {
		for i := range x.stories {
			code := x.stories[i].status
			if counts[code] == nil {
				counts[code] = &[2]int{}
			}
			counts[code][side]++
		}
	}
	for code, n := range counts {
		all = append(all, Status{code, Both{float64(n[0]) / float64(max(1, len(simulated.stories))), float64(n[1]) / float64(max(1, len(live.stories)))}})
	}
	slices.SortFunc(all, func(a, b Status) int { return a.Status - b.Status })
	return all
}

// detections are of the servers that crash, hang or err.
func (t *trial) detections(live, simulated []happening) (all []Detection) {
	for i := range t.model.Acts {
		a := &t.model.Acts[i]
		switch a.Kind {
		case sim.Crash, sim.Hang, sim.Errors, sim.Flaky:
		default:
			continue
		}
		for _, id := range a.Servers {
			s := &t.model.Servers[id]
			all = append(all, Detection{At: a.At.Seconds(), Kind: a.Kind.String(), Server: s.Name,
				Measured: t.detected(live, i, id), Simulated: t.detected(simulated, i, id), Bound: bound(t.model.Balancer.Pools[s.Pool].Health, a.Kind)})
		}
	}
	return all
}

// detected is how long after an act a balancer took a server out, before the next act that
// is about it.
func (t *trial) detected(happened []happening, act, server int) *float64 {
	from, until := t.model.Acts[act].At, clock.Never
	for _, a := range t.model.Acts[act+1:] {
		if slices.Contains(a.Servers, server) {
			until = a.At
			break
		}
	}
	for _, h := range happened {
		if h.at >= from && h.at < until && h.server == t.model.Servers[server].Name &&
			(h.kind == balancer.Down.String() || h.kind == balancer.Ejected.String()) {
			return seconds(h.at.Sub(from))
		}
	}
	return nil
}

// bound is how long active checks take at most to notice: an interval, with jitter, until
// the first check that fails, and so on for each that must fail; one that hangs lasts as
// long as it may. The first may just have begun and pass. Nothing bounds passive checks, nor active ones where the server passes
// them.
func bound(h *balancer.HealthCheck, kind sim.ActKind) *float64 {
	if h == nil || kind != sim.Crash && kind != sim.Hang {
		return nil
	}
	longest := func(d time.Duration) time.Duration { return time.Duration(float64(d) * (1 + h.Jitter)) }
	again := h.Interval
	if h.TransitionInterval > 0 {
		again = h.TransitionInterval
	}
	total := longest(h.Interval) + time.Duration(h.Unhealthy-1)*longest(again)
	if kind == sim.Hang {
		each := h.Timeout
		if each == 0 {
			each = h.Interval
		}
		total += time.Duration(h.Unhealthy) * each
	}
	return seconds(total)
}
