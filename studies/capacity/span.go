package capacity

import (
	"math"
	"time"

	"lbsim/scenarios"
	"lbsim/sim"
	"lbsim/studies/compare"
	"lbsim/studies/statistics"
)

// A span is how long each replication is.
type span struct{ warmUp, window float64 } // seconds

const (
	// relaxations is how many relaxation times are cut off: e^-6, 0.25%, of an empty start
	// is left then.
	relaxations = 6
	// memory is how many a window has: a quantile of a run that is only a few long comes
	// out too low, and more such runs don't help.
	memory = 60
	// enough times what a quantile needs is the least that a window has.
	enough = 4
	// nearlyFull is the load for which the memory of a queue is reckoned at most: beyond, it
	// grows without bound.
	nearlyFull = 0.97
)

// plentyOf is up to how many requests a replication has for the scenario's own duration, or
// for the memory of a queue that is nearly full, of a line's budget: a position from which
// more would be needed is missed by far.
func plentyOf(budget float64) float64 { return min(max(budget/100, 100_000), 400_000) }

// spanOf is how long replications at a rate are: of a steady world as long as its figures
// need, and as its own run as far as that is no more than plenty; of one that changes, its
// own.
func spanOf(s *scenarios.Scenario, m *sim.Model, objectives []compare.Objective, rate, plenty float64) span {
	own := s.Run.Duration.Seconds()
	if own == 0 {
		own = float64(s.Run.Requests) / rate
	}
	if !m.Stationary {
		cut := s.Run.WarmUp.Cut.Seconds()
		return span{cut, own - cut}
	}
	relaxation := relaxationOf(m, rate)
	window := enough * samples(m, objectives) / rate
	window = max(window, min(max(own, memory*relaxation), plenty/rate))
	return span{max(s.Run.WarmUp.Cut.Seconds(), min(relaxations*relaxation, window)), window}
}

// apply makes a scenario last that long.
func (x span) apply(s *scenarios.Scenario) {
	s.Run.WarmUp = scenarios.WarmUp{Cut: seconds(x.warmUp)}
	s.Run.Duration, s.Run.Requests = seconds(x.warmUp+x.window), 0
}

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }

// samples is how many requests the rarest figure of the objectives needs.
func samples(m *sim.Model, objectives []compare.Objective) float64 {
	most := 2000.0
	for _, o := range objectives {
		n := 2000.0
		if q, ok := o.Metric.Quantile(); ok {
			n = float64(statistics.SamplesFor(q))
		}
		for _, c := range m.Classes {
			if c.Name == o.Metric.Class {
				n /= c.Share
			}
		}
		most = max(most, n)
	}
	return most
}

// relaxationOf is the time in which a queue forgets where it began, that of a server with
// its share of the requests:
//
//	(1 + cv²)/2 · mean / (workers · (1 - √load)²)
//
// exact for M/M/1 (Cohen, The Single Server Queue, 1982), and what its heavy-traffic limit
// says for other laws of service.
func relaxationOf(m *sim.Model, rate float64) float64 {
	load := min(rate/bound(m), nearlyFull)
	n, all := float64(len(inFront(m))), bound(m)
	service := n / all // of a server with one worker as fast as all of its own
	_, cv := demand(m)
	free := 1 - math.Sqrt(load)
	return (1 + cv*cv) / 2 * service / (free * free)
}
