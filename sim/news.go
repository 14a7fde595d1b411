package sim

import (
	"slices"

	"lbsim/balancer"
	"lbsim/clock"
)

// Announcement says when balancers hear of a server that starts.
type Announcement uint8

const (
	Listening Announcement = iota // when it takes requests: whoever announces it has looked (Kubernetes' readiness)
	Started                       // at once: health checks have to find out (a target group)
)

// String returns the word of the scenario language.
func (a Announcement) String() string { return [...]string{"listening", "started"}[a] }

// news is a change of servers, which balancers hear of after the delay of discovery.
type news struct {
	at      clock.Time
	what    newsKind
	server  int32               // of drains and undrains
	members []balancer.Endpoint // of members: all
	ids     []int32             // parallel to members
	fresh   []int32             // of members: who has come
	lost    []bool              // of losses: frontends
}

type newsKind uint8

const (
	members newsKind = iota
	drains
	undrains
	losses // of frontends
)

// spread sends news on their way, or tells them at once where nothing delays them.
func (e *engine) spread(n news) {
	e.newsMade++
	delay := e.m.Network.Discovery
	if delay == 0 {
		e.tell(n)
		return
	}
	n.at = e.now.Add(delay)
	n.members, n.ids = slices.Clone(n.members), slices.Clone(n.ids)
	if e.news = append(e.news, n); len(e.news) == 1 {
		e.schedule(e.sources.at[fromNews], n.at)
	}
}

// newsDue tells the first news, and those of the same instant.
func (e *engine) newsDue() {
	for len(e.news) > 0 && e.news[0].at <= e.now {
		n := e.news[0]
		e.news = e.news[1:]
		e.tell(n)
	}
	at := clock.Never
	if len(e.news) > 0 {
		at = e.news[0].at
	}
	e.schedule(e.sources.at[fromNews], at)
}

// tell lets every balancer know.
func (e *engine) tell(n news) {
	e.newsTold++
	switch n.what {
	case members:
		e.tellMembers(n)
	case losses:
		e.tellLosses(n.lost)
	case drains:
		e.tellDrain(n.server)
	case undrains:
		first, end, pool := e.frontsOf(e.edgeOf(n.server))
		for f := first; f < end; f++ {
			if slot := e.slotOf[n.server]; slot >= 0 {
				e.frontends[f].Undrain(e.now, pool, slot)
				e.followUp(int32(f))
			}
		}
	}
	e.proceed()
}

// tellMembers makes who is in the news the endpoints.
func (e *engine) tellMembers(n news) {
	if e.switchboard != nil {
		e.hangUpOnLeavers(n.ids)
	}
	for i := range e.pools {
		own := e.inPool(i, n.members, n.ids)
		first, end, pool := e.frontsOf(i)
		for _, lb := range e.frontends[first:end] {
			lb.SetEndpoints(e.now, pool, own)
		}
	}
	e.learnSlots(&n)
	for f := range e.frontends {
		e.followUp(int32(f)) // a server that is new may take who waits
	}
	for _, id := range n.fresh {
		if s := &e.servers[id]; e.reports && s.busy == 0 {
			e.tellIdle(id, s)
		}
	}
}

// publish announces who the endpoints are; fresh have just come.
func (e *engine) publish(fresh []int32) {
	e.spread(news{what: members, members: e.members, ids: e.memberIDs, fresh: fresh})
}

// welcome takes servers into the membership.
func (e *engine) welcome(ids []int32) {
	for _, id := range ids {
		e.move(id, inService)
		e.members = append(e.members, e.m.endpoint(int(id)))
		e.memberIDs = append(e.memberIDs, id)
		e.processOf(id).known = e.newsMade + 1
		if s := &e.servers[id]; s.extra != nil && s.extra.fault == closed {
			s.extra.fault = sound
		}
	}
	e.publish(ids)
}

// dismiss takes servers out of the membership. Where discovery takes its time they
// take no more requests from now on, whoever still sends some.
func (e *engine) dismiss(ids ...int32) {
	for _, id := range ids {
		if s := &e.servers[id]; s.extra != nil && s.extra.fault == starting {
			e.processOf(id).gen++ // it never listens
		}
		i := slices.Index(e.memberIDs, id)
		if i < 0 {
			if e.lives.lives[id].stage == booting {
				e.move(id, absent)
			}
			continue
		}
		e.move(id, draining)
		e.members = slices.Delete(e.members, i, i+1)
		e.memberIDs = slices.Delete(e.memberIDs, i, i+1)
		e.processOf(id).drains = false
		if s := &e.servers[id]; e.m.Network.Discovery > 0 && (s.extra == nil || s.extra.fault == sound) {
			s.more().fault = closed
		}
	}
	e.publish(nil)
}
