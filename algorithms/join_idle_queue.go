package algorithms

import (
	"lbsim/clock"
	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:        "join_idle_queue",
		Aliases:     []string{"jiq"},
		Title:       "Join idle queue",
		Summary:     "An endpoint known to be idle if there is one, else any at random.",
		Use:         "Large pools at moderate load: hardly any request waits and a pick costs nothing. With reports, many balancers share the knowledge of who is idle at one message a job.",
		Avoid:       "Loads near saturation: when nobody is idle it is the random pick.",
		Cost:        "O(1)",
		Source:      "Lu, Xie, Kliot, Geller, Larus & Greenberg, Performance Evaluation 68 (2011); Stolyar, Queueing Systems 80 (2015)",
		WatchesLoad: true,
		Params: []Param{{
			Name: "reports", Type: Bool, Default: "false",
			Doc: "false: idle is who has nothing in flight from this balancer, chosen at random; true: idle is who has reported so to this balancer and was not picked since, first come first served (Lu et al.)",
		}},
		New: func(v Values, rnd random.Source) (Picker, error) {
			if v.Bool("reports") {
				return &reportedIdle{rnd: rnd, first: -1, last: -1}, nil
			}
			return &joinIdle{rnd: rnd}, nil
		},
	})
}

// joinIdle knows who is idle from its own counts: a dense array of the ready
// members with nothing in flight, in no order.
type joinIdle struct {
	idle  []int32
	place []int32 // in idle, by slot; -1 outside
	rnd   random.Source
}

func (p *joinIdle) Rebuilt(s *Set) {
	p.idle = make([]int32, 0, s.Len())
	p.place = make([]int32, s.Len())
	for slot := range p.place {
		p.place[slot] = -1
		p.sync(s, int32(slot))
	}
}

func (p *joinIdle) Changed(s *Set, slot int32, _ Change) { p.sync(s, slot) }

func (p *joinIdle) sync(s *Set, slot int32) {
	idle := s.InFlight[slot] == 0 && s.IsReady(slot)
	at := p.place[slot]
	switch {
	case idle && at < 0:
		p.place[slot] = int32(len(p.idle))
		p.idle = append(p.idle, slot)
	case !idle && at >= 0:
		last := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		p.idle[:at+1][at] = last
		p.place[last] = at
		p.place[slot] = -1
	}
}

func (p *joinIdle) Pick(_ clock.Time, s *Set, r *Request) int32 {
	if r.Tried.Len() == 0 {
		if n := len(p.idle); n > 0 {
			return p.idle[p.rnd.IntN(n)]
		}
		return s.Ready[p.rnd.IntN(len(s.Ready))]
	}
	var h holes
	if r.Tried.Untried(s) {
		for _, slot := range r.Tried.Slots() {
			if int(slot) < len(p.place) && p.place[slot] >= 0 {
				h.add(p.place[slot])
			}
		}
	}
	if left := len(p.idle) - h.n; left > 0 {
		return p.idle[h.nth(int32(p.rnd.IntN(left)))]
	}
	return drawReady(&p.rnd, s, r)
}

// reportedIdle keeps the members that reported to be idle in a queue, linked
// through arrays. A pick takes the first; a member that was sent a request some
// other way withdraws its report (Busy). A report outlives a time of not being
// ready, during which the member is not in the queue.
type reportedIdle struct {
	who         tenants
	members     []idleReport
	first, last int32 // -1: none
	rnd         random.Source
}

type idleReport struct {
	next, prev int32 // -1: none
	reported   bool
	queued     bool
}

// WantsReports tells that this picker lives on idle reports.
func (p *reportedIdle) WantsReports() bool { return true }

func (p *reportedIdle) Rebuilt(s *Set) {
	for len(p.members) < s.Len() {
		p.members = append(p.members, idleReport{})
	}
	p.who.update(s, func(slot int32) {
		p.leave(slot)
		p.members[slot].reported = false
	})
	for slot := range s.Members {
		p.sync(s, int32(slot))
	}
}

func (p *reportedIdle) Changed(s *Set, slot int32, what Change) {
	if what == Readied || what == Unreadied {
		p.sync(s, slot)
	}
}

// Observe takes an idle report or its withdrawal.
func (p *reportedIdle) Observe(_ clock.Time, s *Set, slot int32, o Observation) {
	switch o.Kind {
	case Idle:
		p.members[slot].reported = true
	case Busy:
		p.members[slot].reported = false
	default:
		return
	}
	p.sync(s, slot)
}

func (p *reportedIdle) sync(s *Set, slot int32) {
	if p.members[slot].reported && s.IsReady(slot) {
		p.join(slot)
	} else {
		p.leave(slot)
	}
}

func (p *reportedIdle) join(slot int32) {
	m := &p.members[slot]
	if m.queued {
		return
	}
	m.queued, m.next, m.prev = true, -1, p.last
	if p.last >= 0 {
		p.members[p.last].next = slot
	} else {
		p.first = slot
	}
	p.last = slot
}

func (p *reportedIdle) leave(slot int32) {
	m := &p.members[slot]
	if !m.queued {
		return
	}
	m.queued = false
	if m.prev >= 0 {
		p.members[m.prev].next = m.next
	} else {
		p.first = m.next
	}
	if m.next >= 0 {
		p.members[m.next].prev = m.prev
	} else {
		p.last = m.prev
	}
}

func (p *reportedIdle) Pick(_ clock.Time, s *Set, r *Request) int32 {
	slot := p.first
	if r.Tried.Len() > 0 && r.Tried.Untried(s) {
		for slot >= 0 && r.Tried.Has(slot) {
			slot = p.members[slot].next
		}
	}
	if slot < 0 {
		return drawReady(&p.rnd, s, r)
	}
	p.leave(slot)
	p.members[slot].reported = false
	return slot
}
