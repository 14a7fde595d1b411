package sim

import "slices"

// ranked is how a server orders requests by their priority: in one queue, by rank and
// then by arrival; and, where it is preemptive, by whom a newcomer of a higher rank
// displaces. Whoever is displaced goes on where it stopped, before all others of its
// rank, who came later. Everything is O(1), whatever the number of workers.
type ranked struct {
	preemptive bool
	first      int32 // of the server's workers
	last       [ranks]int32
	begun      [ranks]int32 // the worker at work on the one that came last; none
	spells     []spell      // by worker
}

// spell is a worker's place in the list of those at work for a rank, by who began
// last, which is who came last.
type spell struct {
	before, after int32 // workers; none
	rank          int8  // -1: in no list
}

// ranks is how many ranks there are; 0 goes first.
const ranks = 3

func newRanked(first int32, workers int, preemptive bool) *ranked {
	x := &ranked{preemptive: preemptive, first: first, begun: [ranks]int32{none, none, none}, spells: make([]spell, workers)}
	for i := range x.spells {
		x.spells[i].rank = -1
	}
	return x
}

func (e *engine) rank(r *request) int {
	if r.flags&aCheck != 0 {
		return e.servers[r.server].extra.checking.rank
	}
	return e.m.Classes[r.class].Priority.Rank()
}

// lineUp puts a request into the queue: at the end of its rank, or at its beginning.
func (e *engine) lineUp(ref int32, r *request, s *server, atEnd bool) {
	x, own := s.extra.ranked, e.rank(r)
	before := int32(noRequest)
	for i := own; i >= 0 && before == noRequest; i-- {
		if i < own || atEnd {
			before = x.last[i]
		}
	}
	after := s.head
	if before != noRequest {
		after = e.slab[before].next
		e.slab[before].next = ref
	} else {
		s.head = ref
	}
	if after != noRequest {
		e.slab[after].place = ref
	} else {
		s.tail = ref
	}
	r.state, r.place, r.next = waiting, before, after
	if atEnd || x.last[own] == noRequest {
		x.last[own] = ref
	}
	s.waiting++
}

// stepOut notes that a request leaves the queue, in which before was ahead of it.
func (e *engine) stepOut(ref int32, r *request, s *server, before int32) {
	x, own := s.extra.ranked, e.rank(r)
	if x.last[own] != ref {
		return
	}
	x.last[own] = noRequest
	if before != noRequest && e.rank(&e.slab[before]) == own {
		x.last[own] = before
	}
}

// startSpell notes that a worker begins with a request, which may come from the queue,
// and returns the demand that is left of it, and whether that is all of it.
func (e *engine) startSpell(w, ref int32, r *request, s *server) (demand float64, anew bool) {
	x, own := s.extra.ranked, e.rank(r)
	e.stepOut(ref, r, s, noRequest)
	x.endSpell(w)
	next := x.begun[own]
	x.spells[w-x.first] = spell{before: none, after: next, rank: int8(own)}
	if next != none {
		x.spells[next-x.first].before = w
	}
	x.begun[own] = w
	if x.preemptive && e.stories[ref].left > 0 {
		return e.stories[ref].left, false
	}
	return r.demand, true
}

// endSpell notes that a worker is done with what it did, if it did something.
func (x *ranked) endSpell(w int32) {
	p := &x.spells[w-x.first]
	if p.rank < 0 {
		return
	}
	if p.before != none {
		x.spells[p.before-x.first].after = p.after
	} else {
		x.begun[p.rank] = p.after
	}
	if p.after != none {
		x.spells[p.after-x.first].before = p.before
	}
	p.rank = -1
}

// displace lets a request that finds no idle worker take the one of whoever came last
// of the lowest rank at work, if that is below its own.
func (e *engine) displace(ref int32, r *request, s *server) bool {
	x := s.extra.ranked
	if s.waiting >= s.room {
		return false
	}
	for rank := ranks - 1; rank > e.rank(r); rank-- {
		w := x.begun[rank]
		if w == none {
			continue
		}
		victim := e.workers[w].ref
		v, story := &e.slab[victim], &e.stories[victim]
		e.charge(s, v.begun)
		if v.flags&aCheck != 0 {
			s.extra.checking.busy += e.within(v.begun)
		}
		story.worked += e.now - v.begun
		story.left = max(float64(e.agenda.pending(w)-e.now)/s.slowness, leastLeft)
		e.lineUp(victim, v, s, false)
		e.begin(w, ref, r, s)
		return true
	}
	return false
}

// leastLeft is the demand left, nanoseconds, of who is displaced at its very end.
const leastLeft = 1e-9

// preempts reports whether any server does.
func (m *Model) preempts() bool {
	is := func(s Server) bool { return s.Discipline == PriorityPreemptive }
	return slices.ContainsFunc(m.Servers, is) ||
		slices.ContainsFunc(m.Acts, func(a Act) bool { return slices.ContainsFunc(a.Add, is) })
}

// reachRanked lets an attempt displace another, if it may.
func (e *engine) reachRanked(ref int32, r *request, s *server) bool {
	if !s.extra.ranked.preemptive {
		return false
	}
	e.stories[ref].left, e.stories[ref].worked = 0, 0
	return s.free < 0 && e.displace(ref, r, s)
}
