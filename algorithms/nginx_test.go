package algorithms

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lbsim/random/drawn"
)

// nginxOracle is ngx_http_upstream_round_robin.c and ngx_http_upstream_least_conn_module.c
// with whole numbers, line by line.
type nginxOracle struct {
	current, effective []int
	maxFails           int
}

func newNGINXOracle(weights []float64, maxFails int) *nginxOracle {
	o := &nginxOracle{current: make([]int, len(weights)), maxFails: maxFails}
	for _, w := range weights {
		o.effective = append(o.effective, int(w))
	}
	return o
}

// failed is free_round_robin_peer with NGX_PEER_FAILED.
func (o *nginxOracle) failed(s *Set, slot int32) {
	if o.maxFails > 0 {
		o.effective[slot] = max(o.effective[slot]-int(s.Weight[slot])/o.maxFails, 0)
	}
}

// turn is the smooth weighted round robin of those that are eligible.
func (o *nginxOracle) turn(s *Set, eligible func(i int32) bool) int32 {
	best, total := int32(-1), 0
	for i := range int32(s.Len()) {
		if !eligible(i) {
			continue
		}
		o.current[i] += o.effective[i]
		total += o.effective[i]
		if o.effective[i] < int(s.Weight[i]) {
			o.effective[i]++
		}
		if best < 0 || o.current[i] > o.current[best] {
			best = i
		}
	}
	o.current[best] -= total
	return best
}

// mayPick is what neither rule passes over.
func mayPick(s *Set, r *Request) func(i int32) bool {
	avoid := r.Tried.Untried(s)
	return func(i int32) bool { return s.IsReady(i) && (!avoid || !r.Tried.Has(i)) }
}

func (o *nginxOracle) roundRobin(s *Set, r *Request) int32 { return o.turn(s, mayPick(s, r)) }

func (o *nginxOracle) leastConn(s *Set, r *Request) int32 {
	conns := func(i int32) int { return int(s.InFlight[i]) }
	weight := func(i int32) int { return int(s.Weight[i]) }
	eligible := mayPick(s, r)
	best, many := int32(-1), false
	for i := range int32(s.Len()) {
		if !eligible(i) {
			continue
		}
		if best < 0 || conns(i)*weight(best) < conns(best)*weight(i) {
			best, many = i, false
		} else if conns(i)*weight(best) == conns(best)*weight(i) {
			many = true
		}
	}
	if !many {
		return best
	}
	return o.turn(s, func(i int32) bool { return eligible(i) && conns(i)*weight(best) == conns(best)*weight(i) })
}

// Every pick is NGINX's, while members are in use, fail, go and come back and requests are
// tried again.
func TestPicksOfNGINX(t *testing.T) {
	for _, c := range []struct {
		text string
		pick func(*nginxOracle, *Set, *Request) int32
	}{
		{"weighted_round_robin", (*nginxOracle).roundRobin},
		{"least_connections:ties=smooth", (*nginxOracle).leastConn},
	} {
		t.Run(c.text, func(t *testing.T) {
			moved, lowered := 0, 0
			drawn.Until(t, func(rt *rapid.T) {
				weights := rapid.SliceOfN(rapid.Map(rapid.IntRange(1, 9), func(w int) float64 { return float64(w) }), 2, 8).Draw(rt, "weights")
				maxFails := rapid.IntRange(0, 4).Draw(rt, "max_fails")
				text := c.text
				if maxFails > 0 {
					text += map[bool]string{true: ",", false: ":"}[strings.Contains(text, ":")] + fmt.Sprint("max_fails=", maxFails)
				}
				p, o := newPool(t, text, weights...), newNGINXOracle(weights, maxFails)
				for range rapid.IntRange(1, 100).Draw(rt, "steps") {
					slot := int32(rapid.IntRange(0, len(weights)-1).Draw(rt, "slot"))
					switch rapid.IntRange(0, 6).Draw(rt, "what") {
					case 0:
						p.ready(slot, !p.IsReady(slot))
					case 1:
						p.InFlight[slot] = max(p.InFlight[slot]-1, 0)
					case 2:
						p.observe(slot, Observation{Kind: Answer, Failed: true})
						o.failed(p.Set, slot)
					}
					if len(p.Ready) == 0 {
						continue
					}
					r := &Request{}
					if rapid.IntRange(0, 3).Draw(rt, "retry") == 0 {
						r.Tried.Add(slot)
					}
					before := slices.Clone(o.current)
					for i, w := range weights {
						if o.effective[i] < int(w) && p.IsReady(int32(i)) {
							lowered++
						}
					}
					want := c.pick(o, p.Set, r)
					if !slices.Equal(before, o.current) {
						moved++
					}
					if got := p.pick(r); got != want {
						rt.Fatalf("%s: %d, want %d: in flight %v, weights %v, ready %v", text, got, want, p.InFlight, p.Weight, p.Ready)
					}
					p.InFlight[want]++
				}
			}, func(t drawn.Missing) {
				if moved < 100 || lowered < 100 {
					t.Errorf("only %d turns, %d of them with weights that are lowered", moved, lowered)
				}
			})
		})
	}
}
