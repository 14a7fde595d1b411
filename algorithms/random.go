package algorithms

import (
	"lbsim/clock"
	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:     "random",
		Aliases:  []string{"rand"},
		Title:    "Random",
		Summary:  "Any ready endpoint, each with a chance in proportion to its weight.",
		Use:      "A yardstick: what is not better than this is not worth its cost. Many small balancers that must not fall into step.",
		Avoid:    "Wherever latency matters: the luck of the draw alone overloads endpoints, and the tail shows it.",
		Cost:     "equal weights: O(1); unequal: O(log n). profile haproxy: O(1), and O(points) on the first pick after a change",
		Source:   "NGINX ngx_http_upstream_random_module.c, without two; HAProxy backend.c, get_server_rnd, for haproxy",
		Weighted: true,
		Params:   []Param{ringDraws},
		New: func(v Values, rnd random.Source) (Picker, error) {
			if v.Text("profile") == "haproxy" {
				return &ringRandom{choices: 1, rnd: rnd}, nil
			}
			return &randomPick{rnd: rnd}, nil
		},
	})
}

type randomPick struct {
	weights weightTree
	rnd     random.Source
}

func (p *randomPick) Rebuilt(s *Set) { p.weights.rebuild(s) }

func (p *randomPick) Changed(s *Set, slot int32, what Change) {
	if what != Started && what != Finished {
		p.weights.changed(s, slot)
	}
}

func (p *randomPick) Pick(_ clock.Time, s *Set, r *Request) int32 {
	if p.weights.even() {
		return drawReady(&p.rnd, s, r)
	}
	if r.Tried.Len() > 0 && r.Tried.Untried(s) {
		return p.weights.drawUntried(&p.rnd, r)
	}
	return p.weights.draw(&p.rnd)
}

// ringDraws says where a draw comes from.
var ringDraws = Param{Name: "profile", Type: Word, Default: "lbsim", Words: []string{"lbsim", "haproxy"},
	Doc: "lbsim: a draw is in proportion to the weights; haproxy, balance random: it is a place on the ring of hash-type consistent, with 16 points for each unit of weight, so the chances of equal weights differ for good, by 18% of themselves (one standard deviation: sqrt(1/2)/sqrt(16))"}

// ringRandom is HAProxy's `balance random(n)`: of n members drawn on the ring, perhaps
// the same again, the one that has least in flight for its weight, the last of equals.
//
// Source: HAProxy 2.6 backend.c, get_server_rnd. From 3.0 on equals are told apart by
// the requests of the last second.
type ringRandom struct {
	haproxyRing
	choices int
	rnd     random.Source
}

func (p *ringRandom) Pick(now clock.Time, s *Set, r *Request) int32 {
	f := fitFor(s, r)
	best := int32(-1)
	for range p.choices {
		slot := p.find(uint64(uint32(p.rnd.Uint64()>>32)), &f)
		if best < 0 || slot >= 0 && float64(float64(s.InFlight[slot])*s.Weight[best]) <= float64(float64(s.InFlight[best])*s.Weight[slot]) {
			best = slot
		}
	}
	if best < 0 {
		return p.haproxyRing.Pick(now, s, r)
	}
	return best
}
