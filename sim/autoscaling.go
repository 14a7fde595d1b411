package sim

import (
	"lbsim/clock"
	"lbsim/sim/autoscale"
	"lbsim/sim/histogram"
)

// Autoscaler changes the number of servers of a group.
type Autoscaler struct {
	Group   string
	Servers []int    // those of the beginning, as many as there are then
	Spare   []Server // those that may be started, up to the policy's Max in all
	Policy  autoscale.Policy
}

// Scaling is a change of a group's number of servers that an autoscaler wanted.
type Scaling struct {
	At       clock.Time
	Group    int // index into the autoscalers
	From, To int // servers wanted
	Why      autoscale.Metric
}

// scaler is an autoscaler at work. Servers keep their names: one that has gone may
// be started again.
type scaler struct {
	policy   *autoscale.Policy
	control  *autoscale.Controller
	cpuShare float64
	slots    []int32  // all servers of the group
	here     []int32  // those that serve, the oldest first
	coming   []coming // those that are being provisioned, the first first
	syncAt   clock.Time

	latencies []histogram.Histogram // at servers, by sync of the window, in turn
	turn      int
	readings  []autoscale.Reading
}

type coming struct {
	id int32
	at clock.Time
}

// buildScalers makes meters of the servers that are scaled.
func (e *engine) buildScalers() {
	spare := int32(len(e.m.Servers))
	e.scalers = make([]scaler, len(e.m.Autoscalers))
	for i := range e.m.Autoscalers {
		a := &e.m.Autoscalers[i]
		g := &e.scalers[i]
		syncs := int(a.Policy.Window / a.Policy.Sync)
		*g = scaler{policy: &a.Policy, control: autoscale.NewController(&a.Policy, len(a.Servers)),
			cpuShare: e.m.Servers[a.Servers[0]].cpuShare(), syncAt: clock.Time(a.Policy.Sync), latencies: make([]histogram.Histogram, syncs)}
		for _, id := range a.Servers {
			g.slots = append(g.slots, int32(id))
			g.here = append(g.here, int32(id))
		}
		for range a.Spare {
			g.slots = append(g.slots, spare)
			spare++
		}
		for _, id := range g.slots {
			e.servers[id].more().meter = &meter{scaler: g, past: make([]usage, syncs)}
		}
		e.armScaler(i)
	}
}

// armScaler makes what an autoscaler does next an event.
func (e *engine) armScaler(i int) {
	g := &e.scalers[i]
	at := g.syncAt
	if len(g.coming) > 0 {
		at = min(at, g.coming[0].at)
	}
	e.schedule(e.sources.at[fromScaler]+int32(i), at)
}

// scalerDue lets the servers serve that are ready by now, and looks whether they are
// enough.
func (e *engine) scalerDue(i int) {
	g := &e.scalers[i]
	var ids []int32
	for len(g.coming) > 0 && g.coming[0].at <= e.now {
		ids = append(ids, g.coming[0].id)
		g.coming = g.coming[1:]
	}
	if len(ids) > 0 {
		e.open(g, ids)
	}
	if g.syncAt == e.now {
		g.syncAt = e.now.Add(g.policy.Sync)
		ready := e.read(g)
		wanted := len(g.here) + len(g.coming)
		d := g.control.Decide(e.now, autoscale.Fleet{Wanted: wanted, Ready: ready}, g.readings)
		if d.Servers != wanted {
			e.scale(g, d.Servers-wanted)
			if len(e.scalings) < maxHappened {
				e.scalings = append(e.scalings, Scaling{At: e.now, Group: i, From: wanted, To: d.Servers, Why: d.Why})
			}
		}
	}
	e.armScaler(i)
}

// scale starts servers, or lets some go.
func (e *engine) scale(g *scaler, more int) {
	if more < 0 {
		e.letGo(g, -more)
		return
	}
	var ids []int32
	for range more {
		id := e.vacant(g)
		if e.isLeaving(id) {
			e.takeBack(id)
			g.here = append(g.here, id)
			continue
		}
		atOnce := !e.gone(id) || g.policy.Provisioning == 0
		e.move(id, booting) // taken; open lets it serve
		if atOnce {
			ids = append(ids, id)
			continue
		}
		g.coming = append(g.coming, coming{id, e.now.Add(g.policy.Provisioning)})
	}
	if len(ids) > 0 {
		e.open(g, ids)
	}
}

// vacant returns a server of the group that can be started: the first that is gone
// or, where all others are there, the first that still drains, which is taken back.
func (e *engine) vacant(g *scaler) int32 {
	back := int32(none)
	for _, id := range g.slots {
		if e.gone(id) {
			return id
		}
		if back == none && (e.lives.lives[id].stage == draining || e.isLeaving(id)) {
			back = id
		}
	}
	return back
}

// open lets servers serve: sound and, but for those that still have work, with empty
// caches.
func (e *engine) open(g *scaler, ids []int32) {
	known := ids[:0]
	for _, id := range ids {
		s := &e.servers[id]
		e.repair(id)
		if s.busy+s.waiting > 0 || e.start(id) {
			known = append(known, id)
		}
		s.extra.meter.from = e.now
		g.here = append(g.here, id)
	}
	if len(known) > 0 {
		e.welcome(known)
	}
}

// letGo lets the youngest servers go, those first that do not serve yet.
func (e *engine) letGo(g *scaler, n int) {
	for ; n > 0 && len(g.coming) > 0; n-- {
		last := len(g.coming) - 1
		e.move(g.coming[last].id, absent)
		g.coming = g.coming[:last]
	}
	if n == 0 {
		return
	}
	going := g.here[len(g.here)-n:]
	g.here = g.here[:len(g.here)-n]
	e.retire(going)
}
