package sim

import (
	"math"

	"lbsim/clock"
)

// sharing is a processor-sharing server: with n requests in service each gets the
// rate min(1, workers/n) of the server's speed. It keeps virtual time v, the work
// that a request in service all along would have got, so that a request that
// joins at v with demand d ends when virtual time is v+d: a heap of these ends
// makes every event O(log n) however many share (Kleinrock, Queueing Systems vol.
// 2, ch. 4; the technique is that of fair queueing's virtual clock).
type sharing struct {
	workers int32
	first   int32   // the event source
	v       float64 // virtual time, nanoseconds of demand
	at      clock.Time
	jobs    []share // a binary heap by end, then by order of joining
	joined  uint64
}

type share struct {
	end float64
	seq uint64
	ref int32
}

func (a share) before(b share) bool { return a.end < b.end || a.end == b.end && a.seq < b.seq }

// rate is the virtual time that passes in a nanosecond.
func (s *server) rate() float64 {
	if s.hangs() {
		return 0
	}
	n := float64(s.busy)
	return min(1, float64(s.extra.sharing.workers)/n) / s.slowness
}

// catchUp moves virtual time to now and accounts for the work done since.
func (e *engine) catchUp(s *server) {
	x := s.extra.sharing
	if s.busy > 0 {
		s.busyTime += uint64(min(s.busy, x.workers)) * e.within(x.at)
		if m := s.extra.meter; m != nil {
			m.busy += clock.Time(min(s.busy, x.workers)) * (e.now - x.at)
		}
		x.v += float64(float64(e.now-x.at) * s.rate())
	} else {
		x.v = 0
	}
	x.at = e.now
}

// rearm schedules the end of the job that is nearest to it.
func (e *engine) rearm(s *server) {
	x := s.extra.sharing
	if len(x.jobs) == 0 || s.hangs() {
		e.schedule(x.first, clock.Never)
		return
	}
	left := max(x.jobs[0].end-x.v, 0)
	// Rounded up, so that the work is done when the event comes.
	ns := math.Ceil(left / s.rate())
	e.schedule(x.first, e.now+lasting(ns))
}

func (e *engine) join(ref int32, r *request, s *server) {
	x := s.extra.sharing
	e.catchUp(s)
	r.begun, r.state = e.now, serving
	if e.parties != nil {
		e.stories[ref].work = x.v
	}
	demand := r.demand
	if r.flags&aCheck != 0 {
		s.extra.checking.begun++
	} else if s.extra.prepares {
		demand += e.prepare(ref, r, s.extra)
	}
	s.busy++
	x.joined++
	x.jobs = append(x.jobs, share{end: x.v + demand, seq: x.joined, ref: ref})
	e.siftUp(x, len(x.jobs)-1)
	e.rearm(s)
}

// leaveShared ends the job whose end has come and returns its request.
func (e *engine) leaveShared(id int32, s *server) int32 {
	ref := s.extra.sharing.jobs[0].ref
	e.dropShared(id, s, 0)
	return ref
}

// dropShared takes job i out.
func (e *engine) dropShared(id int32, s *server, i int) {
	x := s.extra.sharing
	e.catchUp(s)
	last := len(x.jobs) - 1
	moved := x.jobs[last]
	x.jobs = x.jobs[:last]
	if i < last {
		x.jobs[i] = moved
		e.slab[moved.ref].place = int32(i)
		e.siftDown(x, i)
		e.siftUp(x, int(e.slab[moved.ref].place))
	}
	s.busy--
	e.rearm(s)
	if e.reports && s.busy == 0 {
		e.tellIdle(id, s)
	}
}

func (e *engine) siftUp(x *sharing, i int) {
	job := x.jobs[i]
	for i > 0 {
		parent := (i - 1) / 2
		if !job.before(x.jobs[parent]) {
			break
		}
		e.setShare(x, i, x.jobs[parent])
		i = parent
	}
	e.setShare(x, i, job)
}

func (e *engine) siftDown(x *sharing, i int) {
	job := x.jobs[i]
	for {
		c := 2*i + 1
		if c >= len(x.jobs) {
			break
		}
		if c+1 < len(x.jobs) && x.jobs[c+1].before(x.jobs[c]) {
			c++
		}
		if !x.jobs[c].before(job) {
			break
		}
		e.setShare(x, i, x.jobs[c])
		i = c
	}
	e.setShare(x, i, job)
}

func (e *engine) setShare(x *sharing, i int, j share) {
	x.jobs[i] = j
	e.slab[j.ref].place = int32(i)
}
