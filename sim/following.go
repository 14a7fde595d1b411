package sim

import (
	"slices"

	"lbsim/balancer"
	"lbsim/clock"
)

// followUp carries out what a frontend wants besides: probes and copies to send, a
// deadline to keep. What else it did is noted. A deadline that moves without an event, the
// sweep of an outlier detection, is kept by the next call instead: a late one changes
// nothing. That of a copy is kept by hasten.
func (e *engine) followUp(f int32) {
	if e.following {
		return // a probe that is answered at once: whoever sent it goes on with what follows
	}
	e.following = true
	for lb := e.frontends[f]; lb.Events(); {
		e.events = lb.AppendEvents(e.events[:0])
		for _, x := range e.events {
			switch x.Kind {
			case balancer.ProbeDue:
				e.probe(f, x.Probe)
			case balancer.Granted, balancer.Rejected:
				e.endWait(f, &x)
			case balancer.HedgeDue:
				e.hedge(x.Handle)
			default:
				e.drainEvent(f, &x)
				e.note(f, &x)
			}
		}
	}
	e.following = false
	e.armWake(f)
	e.aftermath()
}

// armWake makes a frontend's next deadline an event.
func (e *engine) armWake(f int32) {
	at, _ := e.frontends[f].NextWake()
	e.schedule(e.sources.at[fromWake]+f, at)
}

// hasten keeps a deadline that has come nearer without an event: that of a copy.
func (e *engine) hasten(f int32) {
	source := e.sources.at[fromWake] + f
	if at, _ := e.frontends[f].NextWake(); at < e.agenda.pending(source) {
		e.schedule(source, at)
	}
}

func (e *engine) wakeDue(f int32) {
	e.frontends[f].Wake(e.now)
	e.followUp(f)
}

// Happening is something that a balancer did about its endpoints.
type Happening struct {
	At       clock.Time
	Kind     balancer.EventKind
	Frontend int // 0 where servers that call have only one
	Pool     int // of the clients' balancers, or after these the i-th of Tiers
	Server   int // -1: all of them
}

// PoolName returns the name of a Happening's pool: of those that servers call, of the group
// that is called.
func (m *Model) PoolName(pool int) string {
	if tier := pool - len(m.Balancer.Pools); tier >= 0 {
		return m.Tiers[tier].To
	}
	return m.Balancer.Pools[pool].Name
}

// Concerns reports whether something that a balancer did is about what an act broke: one of
// its servers or, of a partition, one that the balancer does not reach.
func (m *Model) Concerns(a *Act, h *Happening) bool {
	if a.Kind != Partition {
		return slices.Contains(a.Servers, h.Server)
	}
	if h.Server < 0 {
		return false
	}
	from := m.Network.home(h.Frontend)
	if tier := h.Pool - len(m.Balancer.Pools); tier >= 0 {
		from = m.zoneOf(m.Tiers[tier].From)
	}
	to := m.Server(h.Server).Zone
	return from == a.Zone && to == a.From || from == a.From && to == a.Zone
}

// maxHappened is how many happenings a run keeps, so that flapping does not fill the
// memory.
const maxHappened = 10_000

// note keeps what a balancer did, but for the first check of a server that is well.
func (e *engine) note(f int32, x *balancer.Event) {
	switch {
	case x.Kind == balancer.Up && x.First:
		return
	case e.topology.torn && e.topology.lost[f]:
		return // nobody is there to whom it happens
	case len(e.happened) == maxHappened:
		e.dropped++
		return
	}
	h := Happening{At: x.At, Kind: x.Kind, Frontend: int(f), Pool: int(x.Pool), Server: -1}
	if tier := int(f) - e.fronts; tier >= 0 {
		h.Frontend, h.Pool = 0, len(e.m.Balancer.Pools)+tier
	}
	pool := e.edgeTo(f, x.Pool)
	if x.Kind != balancer.PanicBegan && x.Kind != balancer.PanicEnded {
		h.Server = int(pool.serverOf[x.Slot])
	}
	e.happened = append(e.happened, h)
}

// keeping reports whether balancers try requests again, hedge them, route them or let
// them wait, or servers call others, and notes with which classes they may do so.
// Balancers of connections see no requests, so they do not.
func (e *engine) keeping() bool {
	if len(e.m.Tiers) == 0 && !slices.ContainsFunc(e.m.settings(), tries) && !e.m.limiting() && len(e.m.Balancer.Routes) == 0 || e.m.Balancer.Layer == balancer.L4 {
		return false
	}
	for _, c := range e.m.Classes {
		e.repeats = append(e.repeats, slices.Contains(idempotent, c.Method))
	}
	return true
}

// idempotent is the methods that may be repeated without harm (RFC 9110, 9.2.2). A
// class without a method is a GET.
var idempotent = []string{"", "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}
