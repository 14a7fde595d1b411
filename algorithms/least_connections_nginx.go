package algorithms

import "lbsim/clock"

// leastNGINX is NGINX's least_conn: of the members with the least in_flight / weight the
// one whose turn it is by smooth weighted round robin among them,
//
//	for every one of them i: cw_i += w_i
//	pick the greatest cw_i, the first of equals
//	cw_pick -= sum of their w
//
// and where there is only one, no cw moves. It scans, since it moves the cw of all that are
// equal: O(n).
//
// Source: ngx_http_upstream_least_conn_module.c.
type leastNGINX struct {
	who  tenants
	turn []float64 // cw, by slot

	lowered *loweredWeights // nil: all keep their weights
}

func (p *leastNGINX) Rebuilt(s *Set) {
	p.who.update(s, func(slot int32) {
		for int(slot) >= len(p.turn) {
			p.turn = append(p.turn, 0)
		}
		p.turn[slot] = 0
		if p.lowered != nil {
			p.lowered.renew(slot)
		}
	})
}

func (p *leastNGINX) Changed(*Set, int32, Change) {}

func (p *leastNGINX) Pick(_ clock.Time, s *Set, r *Request) int32 {
	avoid := r.Tried.Len() > 0 && r.Tried.Untried(s)
	load := func(slot, than int32) float64 { return float64(float64(s.InFlight[slot]) * s.Weight[than]) }
	best, first, many := int32(-1), 0, false
	for i, slot := range s.Ready {
		if avoid && r.Tried.Has(slot) {
			continue
		}
		switch {
		case best < 0 || load(slot, best) < load(best, slot):
			best, first, many = slot, i, false
		case load(slot, best) == load(best, slot):
			many = true
		}
	}
	if !many {
		return best
	}
	least, total := best, 0.0
	for _, slot := range s.Ready[first:] {
		if avoid && r.Tried.Has(slot) || load(slot, least) != load(least, slot) {
			continue
		}
		w := s.Weight[slot]
		if p.lowered != nil {
			w = p.lowered.count(slot, w)
		}
		p.turn[slot] += w
		total += w
		if p.turn[slot] > p.turn[best] {
			best = slot
		}
	}
	p.turn[best] -= total
	return best
}

// loweringLeast is leastNGINX with max_fails, by which whose turn it is follows the weights
// that are left, and who has the least those of the configuration.
type loweringLeast struct{ leastNGINX }

// Observe lowers a member whose attempt failed.
func (p *loweringLeast) Observe(_ clock.Time, s *Set, slot int32, o Observation) {
	if o.Kind == Answer && o.Failed {
		p.lowered.failed(slot, s.Weight[slot])
	}
}
