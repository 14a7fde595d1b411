package algorithms

import (
	"testing"

	"pgregory.net/rapid"

	"lbsim/random/drawn"
)

// leastConnOracle is ngx_http_upstream_least_conn_module.c with whole numbers, line by line.
type leastConnOracle struct{ current []int }

func (o *leastConnOracle) renew(slot int32) {
	for int(slot) >= len(o.current) {
		o.current = append(o.current, 0)
	}
}

func (o *leastConnOracle) pick(s *Set, r *Request) int32 {
	conns := func(i int32) int { return int(s.InFlight[i]) }
	weight := func(i int32) int { return int(s.Weight[i]) }
	avoid := r.Tried.Untried(s)
	skip := func(i int32) bool { return !s.IsReady(i) || avoid && r.Tried.Has(i) }
	best, many := int32(-1), false
	for i := range int32(s.Len()) {
		if skip(i) {
			continue
		}
		if best < 0 || conns(i)*weight(best) < conns(best)*weight(i) {
			best, many = i, false
		} else if conns(i)*weight(best) == conns(best)*weight(i) {
			many = true
		}
	}
	if many {
		total := 0
		for i := best; i < int32(s.Len()); i++ {
			if skip(i) || conns(i)*weight(best) != conns(best)*weight(i) {
				continue
			}
			o.current[i] += weight(i)
			total += weight(i)
			if o.current[i] > o.current[best] {
				best = i
			}
		}
		o.current[best] -= total
	}
	return best
}

// Every pick is NGINX's, while members are in use, go and come back and requests are tried
// again.
func TestLeastConnectionsOfNGINX(t *testing.T) {
	tied := 0
	drawn.Until(t, func(rt *rapid.T) {
		weights := rapid.SliceOfN(rapid.Map(rapid.IntRange(1, 4), func(w int) float64 { return float64(w) }), 2, 8).Draw(rt, "weights")
		p, o := newPool(t, "least_conn:ties=smooth", weights...), &leastConnOracle{}
		for slot := range weights {
			o.renew(int32(slot))
		}
		for range rapid.IntRange(1, 100).Draw(rt, "steps") {
			slot := int32(rapid.IntRange(0, len(weights)-1).Draw(rt, "slot"))
			switch rapid.IntRange(0, 5).Draw(rt, "what") {
			case 0:
				p.ready(slot, !p.IsReady(slot))
			case 1:
				p.InFlight[slot] = max(p.InFlight[slot]-1, 0)
			}
			if len(p.Ready) == 0 {
				continue
			}
			r := &Request{}
			if rapid.IntRange(0, 3).Draw(rt, "retry") == 0 {
				r.Tried.Add(slot)
			}
			before := append([]int{}, o.current...)
			want := o.pick(p.Set, r)
			for i := range before {
				if before[i] != o.current[i] {
					tied++
					break
				}
			}
			if got := p.pick(r); got != want {
				rt.Fatalf("%d, want %d: in flight %v, weights %v, ready %v", got, want, p.InFlight, p.Weight, p.Ready)
			}
			p.InFlight[want]++
		}
	}, func(t drawn.Missing) {
		if tied < 100 {
			t.Errorf("only %d ties moved", tied)
		}
	})
}
