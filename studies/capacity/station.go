package capacity

import (
	"math"

	"lbsim/scenarios"
	"lbsim/sim"
	"lbsim/studies/compare"
	"lbsim/workloads"
)

// A station is what theory sees of a fleet: equal workers, and the law of the demands.
type station struct {
	objectives []compare.Objective
	workers    int     // of all servers
	own        int     // of one server, on average
	mu         float64 // requests a second of one worker
	bound      float64 // of all
	cv         float64 // of the demands
	arrivalCV2 float64
	demands    map[string][]float64 // by class, "" for all: equally likely ones, at the workers' mean speed
	lossy      bool                 // nobody waits: who finds all busy is refused
}

// points are how many demands stand for a law: a p999 needs some thousand.
const points = 4000

func stationOf(s *scenarios.Scenario, m *sim.Model, objectives []compare.Objective) station {
	front := inFront(m)
	x := station{objectives: objectives, workers: workers(m), bound: bound(m), arrivalCV2: 1, demands: map[string][]float64{}, lossy: true}
	x.own = max(1, x.workers/len(front))
	x.mu = x.bound / float64(x.workers)
	mean, cv := demand(m)
	x.cv = cv
	speed := x.mu * mean
	for _, c := range m.Classes {
		x.demands[c.Name] = demandsOf(c.Service, points, speed)
		x.demands[""] = append(x.demands[""], demandsOf(c.Service, int(math.Round(c.Share*points)), speed)...)
	}
	for _, i := range front {
		x.lossy = x.lossy && m.Servers[i].Queue == 0
	}
	switch a := &s.Workload.Arrivals; {
	case a.Process == "constant":
		x.arrivalCV2 = 0
	case a.Process == "renewal" && a.Interval.CV != nil:
		x.arrivalCV2 = *a.Interval.CV * *a.Interval.CV
	}
	return x
}

// demandsOf are n equally likely times that a law's demands take at a speed.
func demandsOf(law workloads.Distribution, n int, speed float64) (all []float64) {
	for i := range n {
		all = append(all, law.Quantile((float64(i)+0.5)/float64(n))/speed)
	}
	return all
}
