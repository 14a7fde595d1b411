package sim

import (
	"lbsim/balancer"
	"lbsim/workloads"
)

// CheckWork is what a health check asks of a server: it takes a worker as a request does
// and waits for one, or is refused where the queue is full, which fails it. What a balancer
// does not wait for any more the server does all the same. Checks that are a connection and
// no more take no work: the kernel answers them.
type CheckWork struct {
	Service  workloads.Distribution // seconds on a server of speed 1
	Priority balancer.Priority      // where requests have one
}

// checking is a server's work on health checks.
type checking struct {
	service workloads.Distribution
	rank    int
	came    uint32 // checks, modulo 2^32
	begun   uint32 // services of checks that have begun
	busy    uint64 // worker-nanoseconds in the window, of those that ended; demand, where workers are shared
}

// ChecksTakeWork reports whether they do on any server.
func (m *Model) ChecksTakeWork() bool {
	for i := range m.Total() {
		if s := m.Server(i); s.Checks != nil {
			return true
		}
	}
	return false
}

func (e *engine) newChecking(w *CheckWork) *checking {
	e.probes.work = e.index("work of health checks")
	return &checking{service: w.Service, rank: w.Priority.Rank()}
}

// workOnCheck lets a server work on a health check, which is answered when that is done. The
// check has a place in the slab, of a request that nobody waits for.
func (e *engine) workOnCheck(probe int32, s *server) {
	p, x := &e.probes.slab[probe], s.extra.checking
	e.own = e.probes.work.At(uint64(p.server)<<32|uint64(p.frontend), uint64(p.ticket.At))
	demand := x.service.Sample(&e.own) * 1e9
	ref := e.take()
	r := &e.slab[ref]
	*r = request{arrived: e.now, reached: e.now, begun: e.now, demand: demand, server: p.server, slot: probe, gen: r.gen,
		frontend: uint16(p.frontend), flags: orphan | aCheck, load: unseen}
	if e.tells {
		e.stories[ref] = story{client: nobody, user: nobody}
	}
	x.came++
	e.reach(ref, r)
}

// checkEnds ends a health check at its server, which has answered it or could not.
func (e *engine) checkEnds(ref int32, r *request, o balancer.Outcome) {
	probe := r.slot
	s := &e.servers[r.server]
	s.activeTime -= e.within(r.reached) // of requests alone
	e.probes.slab[probe].result.Failed = e.probes.slab[probe].result.Failed || o != balancer.OK
	e.release(ref, r)
	if !e.topology.torn || e.probeCrosses(probe) {
		e.probeAnswers(probe)
	}
}

// checksCame returns how many health checks that take work have come to a server, modulo 2^32.
func (s *server) checksCame() uint32 {
	if s.extra == nil || s.extra.checking == nil {
		return 0
	}
	return s.extra.checking.came
}

// checkBegins lets worker w begin with a health check, or go on with one that was displaced.
// It needs nothing that requests do.
func (e *engine) checkBegins(w int32, r *request, x *extra, anew bool) {
	if anew {
		x.checking.begun++
	}
	if x.lacks != nil {
		x.lacks[w-e.records[r.server].first] = balancer.OK
	}
}

// checkServed counts the work on a health check that is done.
func (e *engine) checkServed(r *request, s *server) {
	x := s.extra
	if x.sharing == nil {
		x.checking.busy += e.within(r.begun)
	} else {
		x.checking.busy += min(e.within(r.reached), uint64(r.demand*s.slowness))
	}
	if x.meter != nil {
		x.meter.worked(r, s, e.now)
	}
}
