package sim

import (
	"lbsim/clock"
	"lbsim/sim/autoscale"
	"lbsim/sim/histogram"
)

// meter is what an autoscaler is told of one server. It counts what has ended, all
// through the run; what is under way is looked at when it is read.
type meter struct {
	scaler *scaler
	busy   clock.Time // workers at work, worker-nanoseconds
	active clock.Time // requests at the server, request-nanoseconds
	from   clock.Time // since when it serves
	past   []usage    // at the last syncs, in turn
}

// usage is a meter's state at an instant.
type usage struct{ busy, active clock.Time }

// worked counts the work on what a server has finished.
func (m *meter) worked(r *request, s *server, now clock.Time) {
	m.active += now - r.reached
	if s.extra.sharing == nil {
		m.busy += now - r.begun
	}
}

// metered counts a request that a server has finished.
func (m *meter) metered(r *request, s *server, now clock.Time) {
	m.worked(r, s, now)
	m.scaler.latencies[m.scaler.turn].Add(histogram.Index(now.Sub(r.reached)))
}

// charge adds the work on a request that ends before its service does.
func (e *engine) charge(s *server, begun clock.Time) {
	s.busyTime += e.within(begun)
	if s.extra != nil && s.extra.meter != nil {
		s.extra.meter.busy += e.now - begun
	}
}

// usage returns a server's state now, what is under way included.
func (e *engine) usage(id int32) usage {
	s := &e.servers[id]
	m := s.extra.meter
	u := usage{m.busy, m.active}
	if x := s.extra.sharing; x != nil {
		u.busy += clock.Time(min(s.busy, x.workers)) * (e.now - x.at)
		for _, j := range x.jobs {
			u.active += e.now - e.slab[j.ref].reached
		}
		return u
	}
	e.eachBusy(id, func(_ int32, w *worker) {
		u.busy += e.now - e.slab[w.ref].begun
		u.active += e.now - e.slab[w.ref].reached
	})
	for ref := s.head; ref != noRequest; ref = e.slab[ref].next {
		u.active += e.now - e.slab[ref].reached
	}
	return u
}

// read measures a group over the window that ends now, and begins the next sync's
// share of it. Ready is who has served for all of the window and is not silent.
func (e *engine) read(g *scaler) (ready int) {
	window := min(e.now, clock.Time(g.policy.Window))
	var busy, queued float64
	idle := true
	for _, id := range g.slots {
		s := &e.servers[id]
		m, u := s.extra.meter, e.usage(id)
		idle = idle && s.busy+s.waiting == 0
		if e.lives.lives[id].stage == inService && m.from <= e.now-window && !s.silent() {
			ready++
			before := m.past[g.turn] // the oldest
			busy += float64(u.busy-before.busy) / float64(e.records[id].workers)
			queued += float64((u.active - u.busy) - (before.active - before.busy))
		}
		m.past[g.turn] = u
	}
	per := float64(window) * float64(ready)
	g.readings = g.readings[:0]
	for _, t := range g.policy.Targets {
		x := autoscale.Reading{Known: ready > 0}
		switch t.Metric {
		case autoscale.CPU:
			x.Value = busy / per * g.cpuShare
		case autoscale.Queue:
			x.Value = queued / per
		case autoscale.Latency:
			x = g.latency(t.Quantile, idle)
		}
		g.readings = append(g.readings, x)
	}
	g.turn = (g.turn + 1) % len(g.latencies)
	g.latencies[g.turn].Reset()
	return ready
}

// latency returns a quantile of the times at servers in the window, or their mean. It
// is 0 where nobody asked for anything, and not known where nobody was answered.
func (g *scaler) latency(q float64, idle bool) autoscale.Reading {
	all := &histogram.Histogram{}
	for i := range g.latencies {
		all.Merge(&g.latencies[i])
	}
	switch {
	case all.Count() == 0:
		return autoscale.Reading{Known: idle}
	case q == 0:
		return autoscale.Reading{Value: all.Mean(), Known: true}
	}
	return autoscale.Reading{Value: all.Quantile(q), Known: true}
}
