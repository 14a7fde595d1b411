package balancer

import (
	"lbsim/algorithms"
	"lbsim/clock"
)

// standing says why an endpoint is not to be used; 0: it is.
type standing uint8

const (
	unchecked standing = 1 << iota // no health check has ended yet
	down                           // its health checks fail
	ejected                        // its answers were too bad
	outside                        // it is not in this balancer's subset
	draining                       // it is about to leave
	full                           // it has as much in flight as it may; this alone says nothing of its health
	off                            // its configuration says that it is out
)

// judged reports whether a member counts where it is asked how many are fit.
func (s standing) judged() bool { return s&(unchecked|outside|draining|off) == 0 }

// fit reports whether nothing speaks against a member but that it is full.
func (s standing) fit() bool { return s&^full == 0 }

// readiness is who of a pool may be used.
//
// Where fewer than a share PanicBelow of the members are fit, all are used, fit or
// not: what is wrong is then more likely to be the checks than the endpoints, and the
// few that are left would be overwhelmed. Members that no check has looked at do not
// count, on either side, and stay unused (Envoy's
// ignore_new_hosts_until_first_hc); those that drain neither.
type readiness struct {
	standing   []standing // by slot
	fit        int        // members that are
	judged     int        // members but the unchecked, those outside, those that drain and those that are off
	panicBelow float64    // [0, 1]; 0: never
	panics     bool
}

// mark sets or clears a reason against a slot, and tells the picker what follows.
func (b *Balancer) mark(now clock.Time, p *pool, slot int32, why standing, on bool) {
	before := p.standing[slot]
	after := before &^ why
	if on {
		after |= why
	}
	if before == after {
		return
	}
	p.standing[slot] = after
	p.fit += weigh(after.fit()) - weigh(before.fit())
	p.judged += weigh(after.judged()) - weigh(before.judged())
	if p.local != nil {
		p.local.stood(slot, before, after)
	}
	p.allow(slot)
	b.judgePanic(now, p)
}

func weigh(counts bool) int {
	if counts {
		return 1
	}
	return 0
}

// allow lets a slot be picked, or not, as its standing says.
func (p *pool) allow(slot int32) {
	ready := p.mayUse(slot)
	if !p.set.SetReady(slot, ready) {
		return
	}
	change := algorithms.Unreadied
	if ready {
		change = algorithms.Readied
	}
	p.picker.Changed(&p.set, slot, change)
}

func (p *pool) mayUse(slot int32) bool {
	s := p.standing[slot]
	return s == 0 || p.panicsAt(slot) && s.judged() && s&full == 0
}

// panicsAt reports whether all are used where a slot's member is.
func (p *pool) panicsAt(slot int32) bool {
	if p.local != nil && p.local.leveled {
		return p.local.levelOf(slot).panics
	}
	return p.panics
}

// judgePanic begins or ends the panic. It costs O(1) but for the moments when it does.
func (b *Balancer) judgePanic(now clock.Time, p *pool) {
	if p.local != nil && p.local.leveled {
		b.judgeLevels(now, p)
		return
	}
	panics := float64(p.fit) < float64(p.panicBelow*float64(p.judged))
	if panics == p.panics {
		return
	}
	p.panics = panics
	kind := PanicEnded
	if panics {
		kind = PanicBegan
	}
	b.events = append(b.events, Event{At: now, Kind: kind, Pool: p.id})
	for slot := range p.set.Members {
		if p.set.Members[slot].Key != "" {
			p.allow(int32(slot))
		}
	}
}

// recount counts the members anew after they have changed.
func (p *pool) recount() {
	p.fit, p.judged = 0, 0
	for slot := range p.set.Members {
		if p.set.Members[slot].Key != "" {
			p.fit += weigh(p.standing[slot].fit())
			p.judged += weigh(p.standing[slot].judged())
		}
	}
}
