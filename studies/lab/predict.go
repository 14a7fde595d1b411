package lab

import (
	"context"
	"errors"
	"slices"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random"
	"lbsim/sim"
)

// predictions is how often the simulator is asked: the requests are the same, and what
// balancers draw differs.
const predictions = 8

// story is how a request ended, here or in the simulator.
type story struct {
	latency clock.Time // of one that was completed
	server  int        // that answered; -1: none
	status  int        // HTTP; 499: the client gave up
}

func (s *story) good() bool { return s.status >= 200 && s.status < 400 }

// sample is the stories of the requests that came after the warm-up, and what balancers
// did about servers.
type sample struct {
	stories   []story
	happened  []happening
	latencies []clock.Time // of those that were completed, sorted
}

// happening is something that a balancer did about a server.
type happening struct {
	at     clock.Time
	kind   string
	server string // "": all
}

// predict asks the simulator what becomes of a trial's requests.
func predict(ctx context.Context, t *trial, seed uint64, cut clock.Time) (*sample, error) {
	m := *t.model
	m.WarmUp, m.Interval, m.Requests = 0, 0, 0
	x := &sample{}
	for replication := range uint64(predictions) {
		r, err := sim.Run(&m, sim.Options{Seed: seed, Replication: replication, Stop: func() bool { return ctx.Err() != nil },
			OnRequest: func(r *sim.Record) {
				if r.Arrival >= cut && r.Outcome != sim.Unfinished {
					x.stories = append(x.stories, story{r.Latency, r.Server, statusOf(r)})
				}
			}})
		if errors.Is(err, sim.ErrStopped) {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			return nil, err
		}
		if replication == 0 {
			x.happened = happenings(&m, r)
		}
	}
	x.sort()
	return x, nil
}

func statusOf(r *sim.Record) int {
	switch {
	case r.Outcome == sim.Completed:
		return 200
	case r.Outcome == sim.TimedOut:
		return balancer.TimedOut.Status()
	}
	return r.Status
}

func happenings(m *sim.Model, r *sim.Result) (all []happening) {
	for _, h := range r.Happened {
		x := happening{at: h.At, kind: h.Kind.String()}
		if h.Server >= 0 {
			x.server = m.Server(h.Server).Name
		}
		all = append(all, x)
	}
	return all
}

func (x *sample) sort() {
	x.latencies = x.latencies[:0]
	for i := range x.stories {
		if x.stories[i].good() {
			x.latencies = append(x.latencies, x.stories[i].latency)
		}
	}
	slices.Sort(x.latencies)
}

// with returns latencies to each of which what the machine itself needs was added: the
// one is independent of the other.
func with(latencies, overhead []clock.Time, seed uint64) []clock.Time {
	if len(overhead) == 0 {
		return latencies
	}
	draws, sum := random.New(seed, "lab overhead", 0), make([]clock.Time, len(latencies))
	for i, l := range latencies {
		sum[i] = l + overhead[draws.IntN(len(overhead))]
	}
	slices.Sort(sum)
	return sum
}
