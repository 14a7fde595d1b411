package truth

import (
	"fmt"
	"math"
	"time"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/sim"
	"lbsim/workloads"
)

// A world is what a row describes, with everything that a simulation needs but its
// length. Rows with equal worlds share one simulation.
type world struct {
	arrivals arrivals
	service  workloads.Distribution
	speeds   []float64 // a server each
	weights  []float64 // nil: all 1
	workers  int       // of each server
	places   int       // to wait at each server; sim.Unlimited
	sharing  bool
	patience float64 // mean of an exponential patience in the queue; 0: for ever
	deadline float64 // of clients, whose work goes on though; 0: none

	algorithm string
	frontends int

	// at is the instant at which a transient is looked at; 0 for a steady state.
	at float64
}

// arrivals are one of: a process of a rate, phases of bursts, a swinging rate, or
// users who think.
type arrivals struct {
	rate          float64 // a second, in the long run
	cv2           float64 // of renewal gaps: 1 Poisson, 0 regular, above 1 balanced H2
	phases        [2]workloads.BurstPhase
	swing, period float64
	users         int
	think         float64
}

// farm is n equal servers of one worker.
func farm(n int, rate, mean float64, algorithm string) world {
	speeds := make([]float64, n)
	for i := range speeds {
		speeds[i] = 1
	}
	return world{
		arrivals: arrivals{rate: rate, cv2: 1}, service: must(workloads.NewExponential(mean)), speeds: speeds,
		workers: 1, places: sim.Unlimited, algorithm: algorithm, frontends: 1,
	}
}

// key tells worlds apart.
func (w *world) key() string { return fmt.Sprintf("%+v", *w) }

// rate is the arrivals a second: an upper bound in a closed loop.
func (w *world) rate() float64 {
	if w.arrivals.users > 0 {
		return min(float64(w.arrivals.users)/(w.arrivals.think+w.service.Mean()), w.capacity())
	}
	return w.arrivals.rate
}

// capacity is how many requests a second all servers together can do.
func (w *world) capacity() float64 {
	sum := 0.0
	for _, s := range w.speeds {
		sum += s
	}
	return sum * float64(w.workers) / w.service.Mean()
}

// load is offered work over capacity.
func (w *world) load() float64 { return w.rate() / w.capacity() }

// bounded tells that the number in system can't grow far, whatever the load.
func (w *world) bounded() bool {
	return w.places != sim.Unlimited || w.patience > 0 || w.arrivals.users > 0 || w.at > 0
}

// model is the world for the engine, over some seconds after a warm-up.
func (w *world) model(warmUp, window float64) *sim.Model {
	m := &sim.Model{
		Arrivals:  w.process(),
		Classes:   []sim.Class{{Name: "all", Share: 1, Service: w.service}},
		Balancer:  balancer.Config{Pools: []balancer.PoolConfig{{Name: "servers", Algorithm: must(algorithms.Parse(w.algorithm))}}},
		Frontends: w.frontends,
		WarmUp:    clock.FromSeconds(warmUp), Horizon: clock.FromSeconds(warmUp + window),
		Stationary: w.at == 0,
	}
	if w.arrivals.users > 0 {
		m.Closed = &sim.Closed{Users: w.arrivals.users, Think: must(workloads.NewExponential(w.arrivals.think))}
	}
	if w.at > 0 {
		m.Drain = time.Nanosecond // what comes after the look does not matter
	}
	if w.patience > 0 {
		m.Clients = &workloads.Clients{Count: 1, Connections: 1, Patience: must(workloads.NewExponential(w.patience))}
	}
	if w.deadline > 0 {
		m.Clients = &workloads.Clients{Count: 1, Connections: 1, Timeout: w.deadline, OnTimeout: workloads.Abandon}
	}
	for i, speed := range w.speeds {
		s := sim.Server{Name: fmt.Sprintf("s%d", i), Workers: w.workers, Queue: w.places, Speed: speed, Weight: 1}
		if w.weights != nil {
			s.Weight = w.weights[i]
		}
		if w.sharing {
			s.Discipline = sim.PS
		}
		m.Servers = append(m.Servers, s)
	}
	return m
}

// process makes the open loop's arrivals, nil for a closed one.
func (w *world) process() func() workloads.Process {
	a := w.arrivals
	switch {
	case a.users > 0:
		return nil
	case a.phases[0].Mean > 0:
		return func() workloads.Process { return must(workloads.NewBursts(a.phases[:])) }
	case a.swing > 0:
		return func() workloads.Process { return must(workloads.NewDiurnal(a.rate, a.swing, a.period, 0)) }
	case a.cv2 == 0:
		return func() workloads.Process { return must(workloads.NewRegular(a.rate)) }
	case a.cv2 == 1:
		return func() workloads.Process { return must(workloads.NewPoisson(a.rate)) }
	}
	return func() workloads.Process { return must(workloads.NewRenewal(balanced(1/a.rate, a.cv2))) }
}

// relaxation is about the time in which the memory of an empty start fades by e.
//
// For one station M/M/1 has 1/(μ(1-√ρ)²) exactly (Kleinrock 1975, section 2.12);
// service and arrivals that vary by cv² multiply it by (1+cv²)/2 each, c workers or
// servers that are chosen by their load divide it by c. Where servers choose among
// some, there is also the time of the mean field of d choices, which by its slope at
// the equilibrium is at most 1/((1-ρ)·ln d) services.
func (w *world) relaxation() float64 {
	mean, cv := w.service.Mean(), w.service.CV()
	if w.bounded() {
		// Never slower than the wait of who fills it, or the users' own cycle.
		depth := float64(max(w.places, 0)) + 1
		return mean*(1+cv*cv)/2*depth + w.arrivals.think + w.patience
	}
	load := min(w.load(), 0.999)
	variable := (1 + cv*cv) / 2 * (1 + max(w.arrivals.cv2, 1)) / 2
	station := mean * variable / math.Pow(1-math.Sqrt(load), 2)
	if p := w.arrivals.phases; p[0].Mean > 0 {
		station *= 1 + (p[0].Mean+p[1].Mean)/mean/4
	}
	switch n := float64(len(w.speeds)); {
	case n == 1:
		return station / float64(w.workers)
	case w.algorithm == "random" || w.algorithm == "round_robin":
		return station
	default:
		return min(station, station/n+2*mean/(1-load))
	}
}
