package balancer

import (
	"lbsim/algorithms"
	"lbsim/clock"
)

// PoolID is the index of a pool in Config.Pools.
type PoolID uint16

// pool is a group of endpoints with its picker.
type pool struct {
	id       PoolID
	affinity *Affinity
	picker   algorithms.Picker
	plain    bool                 // nothing but the picker has a say when a request starts or an attempt ends
	routed   bool                 // requests have to be asked where they go
	watches  bool                 // the picker wants to see every start and finish
	observer algorithms.Observer  // nil when the picker does not learn
	prober   algorithms.Prober    // nil when the picker does not probe
	outliers *outliers            // nil: no passive health checks
	retries  *retries             // nil: none
	ramps    *ramps               // nil: no slow start
	drains   *drains              // nil: no draining
	limits   *limits              // nil: none
	hedges   *hedges              // nil: none
	hasher   algorithms.KeyHasher // nil when keys are hashed with xxhash64
	local    *localities          // the picker, where priorities or zones matter; else nil
	subset   subset

	timesRetried uint32 // how often retries were put in
	gone         int    // attempts in flight whose endpoints have left
	emptied      *queue // of limits that were taken out: the places stay known, for requests remember theirs
	set          algorithms.Set
	gen          []uint32 // by slot: moves when the slot gets another endpoint
	homes        []home   // by slot: where its endpoint belongs
	byName       map[string]int32

	readiness
	checks *checks // nil: no active health checks
}

// chooseBy makes a picker the pool's.
func (p *pool) chooseBy(picker algorithms.Picker, spec *algorithms.Spec) {
	p.picker, p.watches = picker, spec.WatchesLoad
	p.observer, _ = picker.(algorithms.Observer)
	p.prober, _ = picker.(algorithms.Prober)
	p.hasher, _ = picker.(algorithms.KeyHasher)
	if p.local, _ = picker.(*localities); p.local == nil {
		return
	}
	first := p.local.cells[0]
	p.watches = true // it keeps several sets
	if first.observer == nil {
		p.observer = nil
	}
	if first.prober == nil {
		p.prober = nil
	}
	p.hasher, _ = first.picker.(algorithms.KeyHasher)
}

func (p *pool) judgePlain() {
	p.plain = p.retries == nil && p.hedges == nil && p.limits == nil && p.outliers == nil && p.affinity == nil && p.prober == nil && p.drains == nil && !p.routed
}

// choose returns the slot for r: under affinity the one its cookie names, or else the
// picker's, which it then writes into a new cookie. A retry may stay where it was. Where there is none it says why.
func (p *pool) choose(now clock.Time, r *Request) (slot int32, why Reason) {
	if p.retries != nil && p.retries.stays(r) {
		tried := r.Tried.Slots()
		if slot = tried[len(tried)-1]; int(slot) < p.set.Len() && p.set.IsReady(slot) {
			return slot, NoReason
		}
		if p.retries.Redispatch == Never {
			return 0, NoEndpoint
		}
	}
	if p.affinity != nil && r.Cookie.inForce(now) {
		if slot, ok := p.sticky(r); ok {
			return slot, NoReason
		}
		if p.affinity.Strict {
			if slot, ok := p.byName[r.Cookie.Endpoint]; ok && p.standing[slot] == full {
				return 0, Overflow
			}
			return 0, AffinityLost
		}
	}
	if len(p.set.Ready) == 0 {
		return 0, NoEndpoint
	}
	slot = p.picker.Pick(now, &p.set, &r.Request)
	if p.affinity == nil {
		return slot, NoReason
	}
	r.Cookie = Cookie{Endpoint: p.set.Members[slot].Key, Expires: clock.Never}
	if p.affinity.TTL > 0 {
		r.Cookie.Expires = now.Add(p.affinity.TTL)
	}
	r.SetCookie = true
	return slot, NoReason
}

// sticky returns the slot that r's cookie names, if it may be used: its endpoint is
// ready or keeps its clients and, unless affinity is strict, is not one that this
// request has tried while there are others.
func (p *pool) sticky(r *Request) (int32, bool) {
	slot, ok := p.byName[r.Cookie.Endpoint]
	if !ok || !p.set.IsReady(slot) && !p.keeps(slot) || !p.affinity.Strict && r.Tried.Has(slot) && r.Tried.Untried(&p.set) {
		return 0, false
	}
	return slot, true
}

// send counts an attempt at slot in.
func (p *pool) send(now clock.Time, slot int32) Decision {
	p.set.InFlight[slot]++
	if p.watches {
		p.picker.Changed(&p.set, slot, algorithms.Started)
	}
	return Decision{Kind: Send, Ticket: Ticket{Pool: p.id, Slot: slot, Gen: p.gen[slot], At: now}}
}

func (p *pool) finish(slot int32) {
	p.set.InFlight[slot]--
	if p.watches {
		p.picker.Changed(&p.set, slot, algorithms.Finished)
	}
}

// learn lets the picker learn from an attempt that ended. What a failure is to NGINX is by its
// rule, which is the picker's too.
func (p *pool) learn(now clock.Time, t Ticket, o Outcome) {
	if o == Cancelled {
		return
	}
	failed := o != OK
	if p.outliers != nil && p.outliers.windows != nil {
		failed = o != TimedOut && p.failsFor(o)
	}
	p.observer.Observe(now, &p.set, t.Slot, algorithms.Observation{
		Kind: algorithms.Answer, Failed: failed, Latency: now.Sub(t.At)})
}

// replace makes eps the pool's members.
func (p *pool) replace(now clock.Time, eps []Endpoint) {
	old, alone := p.byName, len(p.byName) == 0
	p.byName = make(map[string]int32, len(eps))
	for _, e := range eps {
		if slot, ok := old[e.Name]; ok {
			p.byName[e.Name] = slot
		}
	}
	for slot := range p.set.Members {
		key := p.set.Members[slot].Key
		if _, stays := p.byName[key]; key != "" && !stays {
			p.gone += int(p.set.InFlight[slot])
			p.set.Remove(int32(slot))
			p.gen[slot]++
			p.forget(int32(slot))
		}
	}
	for _, e := range eps {
		slot, known := p.byName[e.Name]
		if !known {
			slot = p.set.Insert(algorithms.Member{Key: e.Name, Weight: e.Weight})
			p.byName[e.Name] = slot
			if int(slot) == len(p.gen) {
				p.gen = append(p.gen, 0)
				p.homes = append(p.homes, home{})
				p.standing = append(p.standing, 0)
			}
			p.begin(now, slot, alone)
		}
		p.standing[slot] &^= off
		if e.Down {
			p.standing[slot] |= off
		}
		p.homes[slot].zone, p.homes[slot].level = e.Zone, int32(e.Priority)
		p.set.Members[slot].Weight = e.Weight
		p.set.Weight[slot] = p.weightOf(slot)
	}
	p.rebuild()
}

// rebuild says anew who may be used.
func (p *pool) rebuild() {
	p.subset.apply(&p.set, p.standing)
	p.recount()
	if p.local != nil {
		p.local.settle(p)
	}
	for slot, m := range p.set.Members {
		if m.Key != "" {
			p.set.SetReady(int32(slot), p.mayUse(int32(slot)))
		}
	}
	p.picker.Rebuilt(&p.set)
}

// begin lets a new member be watched; alone says that the pool was empty.
func (p *pool) begin(now clock.Time, slot int32, alone bool) {
	if p.checks != nil {
		p.standing[slot] = p.checks.begin(now, slot)
	}
	if p.outliers != nil {
		p.outliers.begin(slot, 0)
	}
	if p.ramps != nil {
		p.ramps.join(now, slot, alone, p.standing[slot]&unchecked != 0)
	}
}

// forget drops what is known of a member that has left.
func (p *pool) forget(slot int32) {
	if p.checks != nil {
		p.checks.end(slot)
	}
	if p.outliers != nil {
		p.outliers.begin(slot, p.standing[slot])
	}
	if p.ramps != nil {
		p.ramps.end(slot)
	}
	if p.drains != nil {
		p.drains.due.set(slot, clock.Never)
	}
	p.standing[slot] = 0
}
