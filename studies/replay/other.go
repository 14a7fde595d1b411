package replay

import (
	"cmp"
	"container/heap"
	"slices"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/config"
	"lbsim/proxy"
)

// other plays a recording's traffic to a balancer with another algorithm: the requests
// come when they came, and servers answer as they answered.
type other struct {
	*known
	choice  algorithms.Choice
	lb      *balancer.Balancer
	cast    *cast
	tally   tally
	servers []record // by the recording's number
	ours    []int32  // the same, by own number
	agenda  agenda
	seq     uint64
	left    int // on the agenda, health checks not among it
	live    map[uint64]*underway
	events  []balancer.Event
}

// due is something that will happen.
type due struct {
	at    clock.Time
	seq   uint64
	check bool // of health checks, which go on for ever
	do    func()
}

// agenda is a heap of them: by time, then in the order in which they were made.
type agenda []due

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(a[i].at, a[j].at), cmp.Compare(a[i].seq, a[j].seq)) < 0
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(due)) }
func (a *agenda) Pop() any {
	last := len(*a) - 1
	x := (*a)[last]
	(*a)[last] = due{}
	*a = (*a)[:last]
	return x
}

// playOther returns what another algorithm makes of a recording.
func playOther(k *known, choice algorithms.Choice, records []record) (Outcome, error) {
	cfg, err := k.recording.Header.Balancer()
	if err != nil {
		return Outcome{}, err
	}
	o := &other{known: k, choice: choice, cast: newCast(len(k.titles)), servers: records, live: map[uint64]*underway{}}
	o.swap(cfg)
	if o.lb, err = proxy.NewBalancer(proxy.Told(cfg), k.recording.Header.Seed); err != nil {
		return Outcome{}, err
	}
	if err := o.plan(); err != nil {
		return Outcome{}, err
	}
	o.run()
	return o.tally.outcome(choice.String(), o.cast, k.span()), nil
}

// swap puts the algorithm into a configuration.
func (o *other) swap(cfg *config.Balancer) {
	cfg.Algorithm = o.choice
	for i := range cfg.Pools {
		cfg.Pools[i].Algorithm = o.choice
	}
}

// plan puts on the agenda what does not depend on the algorithm.
func (o *other) plan() error {
	for _, e := range o.changes {
		call, err := e.Call()
		if err != nil {
			return err
		}
		if call.File != nil {
			o.swap(call.File)
			call.Config = proxy.Told(call.File)
		}
		o.when(e.At, func() { o.change(call, e.server) })
	}
	for _, s := range o.stories {
		r, err := s.asked.Balancers(s.handle)
		if err != nil {
			return err
		}
		o.when(s.at, func() { o.arrive(&underway{request: r, story: s}) })
	}
	return nil
}

func (o *other) when(at clock.Time, do func()) {
	o.left++
	o.seq++
	heap.Push(&o.agenda, due{at, o.seq, false, do})
}

// patience is how long after the recording's end a request may be in a queue.
const patience = clock.Time(3600e9)

// run goes on until every request is over.
func (o *other) run() {
	for o.left > 0 || len(o.live) > 0 && o.tally.last < o.known.tally.last+patience {
		at := clock.Never
		if len(o.agenda) > 0 {
			at = o.agenda[0].at
		}
		wake, ok := o.lb.NextWake()
		switch {
		case ok && wake < at:
			o.tally.now(wake)
			o.lb.Wake(wake)
		case at == clock.Never:
			return
		default:
			next := heap.Pop(&o.agenda).(due)
			if !next.check {
				o.left--
			}
			o.tally.now(next.at)
			next.do()
		}
		o.settle()
	}
}

// change makes a call that the recording has; that of a server, where the server is now.
func (o *other) change(c *proxy.Call, server int32) {
	if c.Kind == proxy.Drain || c.Kind == proxy.Undrain {
		slot, ok := o.lb.Slot(c.Pool, o.known.cast.servers[server].name)
		if !ok {
			return
		}
		c.Slot = slot
	}
	c.RepeatFor(o.lb, &balancer.Request{})
	if c.Kind == proxy.SetEndpoints {
		o.cast.set(o.lb, o.titles[c.Pool], c.Pool, c.Endpoints)
		for len(o.ours) < len(o.cast.servers) {
			m := o.cast.servers[len(o.ours)]
			o.ours = append(o.ours, o.known.cast.byName[[2]string{m.pool, m.name}])
		}
	}
}

func (o *other) arrive(x *underway) {
	o.tally.requests++
	o.live[x.story.handle] = x
	o.start(x)
}

func (o *other) start(x *underway) { o.decided(x, o.lb.Start(o.tally.last, x.request), balancer.OK) }

func (o *other) decided(x *underway, d balancer.Decision, was balancer.Outcome) {
	switch d.Kind {
	case balancer.Send:
		o.send(x, d.Ticket)
	case balancer.WaitUntil:
		o.when(d.Ticket.At, func() { o.start(x) })
	case balancer.Finished:
		o.tally.over(was)
		delete(o.live, x.story.handle)
	case balancer.Reject:
		o.tally.rejected++
		delete(o.live, x.story.handle)
	}
}

// send lets a server answer.
func (o *other) send(x *underway, t balancer.Ticket) {
	own := o.cast.at(t)
	o.tally.sent(own, x.tried)
	x.tried = true
	took, outcome := o.servers[o.ours[own]].answer(o.ours[own], o.tally.last, x.story)
	o.when(o.tally.last+took, func() {
		o.tally.ended(own)
		o.decided(x, o.lb.Finish(o.tally.last, x.request, t, outcome), outcome)
	})
}

// settle follows what the balancer wants.
func (o *other) settle() {
	if !o.lb.Events() {
		return
	}
	o.events = o.lb.AppendEvents(o.events[:0])
	for _, e := range o.events {
		o.tally.saw(&e)
		switch e.Kind {
		case balancer.ProbeDue:
			o.probe(e)
		case balancer.Rejected:
			o.tally.rejected++
			delete(o.live, e.Handle)
		case balancer.Granted:
			x := o.live[e.Handle]
			e.Note(x.request)
			o.send(x, e.Ticket)
		}
	}
}

// probe answers a health check as the next one was that the recording has.
func (o *other) probe(e balancer.Event) {
	server, result := o.ours[o.cast.at(e.Probe.Ticket)], balancer.ProbeResult{}
	if int(server) < len(o.checks) && len(o.checks[server]) > 0 {
		all := o.checks[server]
		i, _ := slices.BinarySearchFunc(all, e.At, func(c check, at clock.Time) int { return cmp.Compare(c.at, at) })
		result = all[min(i, len(all)-1)].result
	}
	o.seq++
	heap.Push(&o.agenda, due{o.tally.last.Add(max(result.Latency, 1)), o.seq, true, func() { o.lb.ProbeDone(o.tally.last, e.Probe, result) }})
}
