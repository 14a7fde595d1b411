package algorithms

import "lbsim/clock"

// smoothSchedule picks as NGINX's smooth weighted round robin:
//
//	for every eligible i: cw_i += w_i
//	pick the greatest cw_i, the first of equals
//	cw_pick -= sum of the eligible w
//
// without looking at all n. Between its own picks cw_i grows by w_i a pick, so
// cw_i = a_i + w_i t with t the number of picks. Members of one weight have one
// slope: their order by a_i never changes while they wait. So each distinct
// weight has a heap by (a descending, slot ascending), a pick compares only the
// heads of the heaps, and only the picked member's a changes.
//
// A member that is not ready, and on a retry one that was tried, keeps its cw as
// it is: NGINX skips such peers before it adds the weight. Weights are float64:
// whole weights give NGINX's picks exactly as long as weight x picks < 2^53.
//
// With max_fails a member that counts for less than its weight has no slope, so it is in no
// heap: every pick looks at each of those, until they have their weight again.
type smoothSchedule struct {
	who    tenants
	keys   slotKeys  // key -a, tie slot
	weight []float64 // by slot, 0 when not scheduled
	frozen []float64 // cw by slot, of those not scheduled
	group  []int32   // by slot
	groups []smoothGroup
	total  float64 // of the scheduled weights
	turn   float64 // t

	lowered *loweredWeights // nil: all keep their weights
}

type smoothGroup struct {
	weight float64
	heap   slotHeap
}

func (p *smoothSchedule) Rebuilt(s *Set) {
	p.keys.grow(s.Len())
	for len(p.weight) < s.Len() {
		p.weight = append(p.weight, 0)
		p.frozen = append(p.frozen, 0)
		p.group = append(p.group, 0)
	}
	p.who.update(s, func(slot int32) {
		p.leave(slot)
		p.frozen[slot] = 0
		if p.lowered != nil {
			p.lowered.renew(slot)
		}
	})
	for slot := range s.Members {
		p.sync(s, int32(slot))
	}
	p.addUp()
}

func (p *smoothSchedule) Changed(s *Set, slot int32, what Change) {
	if what == Started || what == Finished {
		return
	}
	p.sync(s, slot)
	p.addUp()
}

// sync schedules slot as s wants it.
func (p *smoothSchedule) sync(s *Set, slot int32) {
	w := 0.0
	if s.IsReady(slot) && (p.lowered == nil || p.lowered.lost[slot] == 0) {
		w = s.Weight[slot]
	}
	if p.weight[slot] == w {
		return
	}
	p.leave(slot)
	if w > 0 {
		p.enter(slot, w)
	}
}

func (p *smoothSchedule) leave(slot int32) {
	w := p.weight[slot]
	if w == 0 {
		return
	}
	p.frozen[slot] = float64(w*p.turn) - p.keys.key[slot].key
	p.groups[p.group[slot]].heap.remove(&p.keys, slot)
	p.weight[slot] = 0
}

func (p *smoothSchedule) enter(slot int32, w float64) {
	p.keys.key[slot] = slotKey{float64(w*p.turn) - p.frozen[slot], uint64(slot)}
	g := p.groupOf(w)
	p.weight[slot], p.group[slot] = w, g
	p.groups[g].heap.push(&p.keys, slot)
}

// groupOf returns the group of weight w, an empty one given that weight or a new
// one when there is none.
func (p *smoothSchedule) groupOf(w float64) int32 {
	empty := -1
	for i := range p.groups {
		if p.groups[i].weight == w {
			return int32(i)
		}
		if len(p.groups[i].heap.slots) == 0 {
			empty = i
		}
	}
	if empty < 0 {
		p.groups = append(p.groups, smoothGroup{})
		empty = len(p.groups) - 1
	}
	p.groups[empty].weight = w
	return int32(empty)
}

// addUp adds the total anew, so that it gathers no rounding.
func (p *smoothSchedule) addUp() {
	p.total = 0
	for i := range p.groups {
		p.total += float64(p.groups[i].weight * float64(len(p.groups[i].heap.slots)))
	}
}

func (p *smoothSchedule) Pick(_ clock.Time, s *Set, r *Request) int32 {
	avoid := r.Tried.Len() > 0 && r.Tried.Untried(s)
	if !avoid {
		return p.take(s, r, false, p.total)
	}
	var out Tried // the scheduled among r.Tried, once each
	total := p.total
	for _, slot := range r.Tried.Slots() {
		if int(slot) < len(p.weight) && p.weight[slot] > 0 && !out.Has(slot) {
			out.Add(slot)
			total -= p.weight[slot]
			p.groups[p.group[slot]].heap.remove(&p.keys, slot)
		}
	}
	slot := p.take(s, r, true, total)
	for _, tried := range out.Slots() {
		p.keys.key[tried].key += p.weight[tried] // a falls by w while t rises by 1
		p.groups[p.group[tried]].heap.push(&p.keys, tried)
	}
	if p.lowered != nil {
		p.addUp() // which some may have come back to
	}
	return slot
}

// take picks among the members in heaps, whose weights have that sum, and the lowered ones.
func (p *smoothSchedule) take(s *Set, r *Request, avoid bool, total float64) int32 {
	p.turn++
	best, most, at := int32(-1), 0.0, 0
	for i := range p.groups {
		g := &p.groups[i]
		if len(g.heap.slots) == 0 {
			continue
		}
		slot := g.heap.slots[0]
		cw := float64(g.weight*p.turn) - p.keys.key[slot].key
		if best < 0 || cw > most || cw == most && slot < best {
			best, most, at = slot, cw, i
		}
	}
	if p.lowered != nil && len(p.lowered.lowered) > 0 {
		return p.takeLowered(s, r, avoid, total, best, most)
	}
	p.keys.key[best].key += total
	p.groups[at].heap.fix(&p.keys, best)
	return best
}

// takeLowered is take where some are lowered; best is the first of those in heaps, -1 where
// there are none.
func (p *smoothSchedule) takeLowered(s *Set, r *Request, avoid bool, total float64, best int32, most float64) int32 {
	for _, slot := range p.lowered.lowered {
		if s.IsReady(slot) && (!avoid || !r.Tried.Has(slot)) {
			w := p.lowered.count(slot, s.Weight[slot])
			total += w
			p.frozen[slot] += w
			if cw := p.frozen[slot]; best < 0 || cw > most || cw == most && slot < best {
				best, most = slot, cw
			}
		}
	}
	if p.weight[best] > 0 {
		p.keys.key[best].key += total
		p.groups[p.group[best]].heap.fix(&p.keys, best)
	} else {
		p.frozen[best] -= total
	}
	p.lowered.recovered(func(slot int32) { p.sync(s, slot) })
	p.addUp()
	return best
}

// loweringSchedule is smoothSchedule with max_fails.
type loweringSchedule struct{ smoothSchedule }

// Observe lowers a member whose attempt failed.
func (p *loweringSchedule) Observe(_ clock.Time, s *Set, slot int32, o Observation) {
	if o.Kind == Answer && o.Failed && p.lowered.failed(slot, s.Weight[slot]) {
		p.leave(slot)
		p.addUp()
	}
}
