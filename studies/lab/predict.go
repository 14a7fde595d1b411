package lab

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random"
	"lbsim/sim"
	"lbsim/workloads"
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

// departures is a trace's requests in the order in which they left, late or not.
type departures struct {
	trace *workloads.Trace
	order []int        // by departure: the number in the trace that was drawn
	late  []clock.Time // by number
}

// onTime lets every request leave when it is due.
func onTime(t *workloads.Trace) departures {
	d := departures{trace: t, order: make([]int, len(t.Records)), late: make([]clock.Time, len(t.Records))}
	for i := range d.order {
		d.order[i] = i
	}
	return d
}

// asSent lets requests leave when they left here.
func asSent(t *workloads.Trace, late []clock.Time) departures {
	d := onTime(t)
	d.late = late
	left := func(i int) clock.Time { return t.Records[i].At + late[i] }
	slices.SortStableFunc(d.order, func(a, b int) int { return cmp.Compare(left(a), left(b)) })
	sent := *t
	sent.Records = make([]workloads.Record, len(t.Records))
	for to, from := range d.order {
		sent.Records[to] = t.Records[from]
		sent.Records[to].At = left(from)
	}
	d.trace = &sent
	return d
}

// predict asks the simulator what becomes of a trial's requests that are due from cut on.
// Latencies count from when a request was due.
func predict(ctx context.Context, t *trial, seed uint64, cut clock.Time, d departures) (*sample, error) {
	m := *t.model
	m.WarmUp, m.Interval, m.Requests, m.Trace = 0, 0, 0, d.trace
	m.Horizon = max(m.Horizon, d.trace.Records[len(d.trace.Records)-1].At+1)
	x := &sample{}
	for replication := range uint64(predictions) {
		r, err := sim.Run(&m, sim.Options{Seed: seed, Replication: replication, Stop: func() bool { return ctx.Err() != nil },
			OnRequest: func(r *sim.Record) {
				i := d.order[r.ID]
				if r.Arrival-d.late[i] >= cut && r.Outcome != sim.Unfinished {
					x.stories = append(x.stories, story{r.Latency + d.late[i], r.Server, statusOf(r)})
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
