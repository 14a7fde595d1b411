package algorithms

import (
	"slices"

	"lbsim/clock"
	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:    "round_robin",
		Aliases: []string{"rr"},
		Title:   "Round robin",
		Summary: "Each ready endpoint in turn, in the order of the configuration.",
		Use:     "Equal endpoints and requests that cost about the same; it needs no knowledge of the endpoints and its behaviour is easy to predict.",
		Avoid:   "Costs that differ between requests or endpoints: a slow endpoint gets as many requests as a fast one and its queue grows.",
		Cost:    "O(1)",
		Source:  "NGINX ngx_http_upstream_round_robin.c and Envoy round_robin_lb.h, for equal weights",
		Params: []Param{{
			Name: "start", Type: Word, Default: "first", Words: []string{"first", "random"},
			Doc: "the endpoint of the first pick: the first one (NGINX; many balancers that restart together then all begin there) or a random one (Envoy, gRPC)",
		}, {
			Name: "gaps", Type: Word, Default: "closed", Words: []string{"closed", "open"},
			Doc: "closed: the turn goes round those that are ready (NGINX, Envoy); open: it goes round all, and whoever comes after one that is not ready has that one's turn too (ServiceTalk before its issue 3021)",
		}},
		New: func(p Values, rnd random.Source) (Picker, error) {
			first := p.Text("start") == "random"
			if p.Text("gaps") == "open" {
				return &roundOfAll{random: first, rnd: rnd}, nil
			}
			return &roundRobin{random: first, rnd: rnd, last: -1}, nil
		},
	})
}

// roundRobin goes round the ready members. It turns over those that are ready
// now, not over a table with gaps: the one after a dead endpoint gets no double
// share.
type roundRobin struct {
	last   int32 // slot picked last
	next   int   // place in Set.Ready after it
	stale  bool  // Set.Ready changed since next was found
	random bool
	begun  bool
	rnd    random.Source
}

func (p *roundRobin) Rebuilt(s *Set) {
	if p.random && !p.begun && s.Len() > 0 {
		p.last = int32(p.rnd.IntN(s.Len())) - 1
		p.begun = true
	}
	p.stale = true
}

func (p *roundRobin) Changed(_ *Set, _ int32, what Change) {
	if what == Readied || what == Unreadied {
		p.stale = true
	}
}

func (p *roundRobin) Pick(_ clock.Time, s *Set, r *Request) int32 {
	if p.stale {
		p.next, _ = slices.BinarySearch(s.Ready, p.last+1)
		p.stale = false
	}
	p.last = p.turn(s)
	if r.Tried.Len() > 0 && r.Tried.Untried(s) {
		for r.Tried.Has(p.last) {
			p.last = p.turn(s)
		}
	}
	return p.last
}

func (p *roundRobin) turn(s *Set) int32 {
	if p.next >= len(s.Ready) {
		p.next = 0
	}
	slot := s.Ready[p.next]
	p.next++
	return slot
}
