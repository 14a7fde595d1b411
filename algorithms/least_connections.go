package algorithms

import (
	"errors"
	"math"

	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:        "least_connections",
		Aliases:     []string{"lc", "leastconn", "least_conn", "least_request", "jsq"},
		Title:       "Least connections",
		Summary:     "The endpoint with the fewest requests in flight for its weight: least in_flight / weight.",
		Use:         "Requests whose costs differ much, or endpoints that slow down: whoever is busy gets no more. With one balancer and equal endpoints this is join-the-shortest-queue.",
		Avoid:       "Many balancers that each count only their own requests, where all send to the same endpoint that looks idle; endpoints that fail fast, since they look idle too.",
		Cost:        "equal weights: O(1); unequal: O(log n); ties smooth: O(n), as NGINX's rule moves all that are equal",
		Source:      "HAProxy lb_fwlc.c (order of equals), NGINX ngx_http_upstream_least_conn_module.c (weights); Winston, J. Appl. Prob. 14 (1977)",
		Weighted:    true,
		WatchesLoad: true,
		Params: []Param{leastTies(), {
			Name: "key", Type: Word, Default: "quotient", Words: []string{"quotient", "haproxy"},
			Doc: "what is least: quotient, in_flight / weight; haproxy, 256 (in_flight + 1) / weight in whole numbers, weights in sixteenths rounded up, and 0 of whoever has nothing in flight",
		}, maxFailsParam("ties smooth")},
		New: func(p Values, rnd random.Source) (Picker, error) {
			if p.Text("key") == "haproxy" {
				if p.Int("max_fails") != 0 {
					return nil, errors.New("least_connections: key haproxy has no max_fails")
				}
				if ties := p.Text("ties"); ties == "random" || ties == "smooth" {
					return nil, errors.New("least_connections: key haproxy has no " + ties + " ties")
				}
				x := &ratioTree{of: haproxyLoad, bySlot: p.Text("ties") == "first"}
				return &leastLoaded{index: x, ratio: x}, nil
			}
			lowered := newLowered(p.Int("max_fails"))
			switch smooth := p.Text("ties") == "smooth"; {
			case lowered != nil && smooth:
				return &loweringLeast{leastNGINX{lowered: lowered}}, nil
			case lowered != nil:
				return nil, errors.New("least_connections: max_fails is a parameter of ties smooth")
			case smooth:
				return &leastNGINX{}, nil
			}
			return newLeastLoaded(0, p.Text("ties"), rnd), nil
		},
	})
}

var tiesParam = Param{
	Name: "ties", Type: Word, Default: "rotation", Words: []string{"rotation", "random", "first"},
	Doc: "which of equally loaded endpoints: the one that has had that load for longest (rotation, as HAProxy), any of them with the same chance (random), or the first of the configuration (first, as Linux Virtual Server)",
}

// haproxyLoad is the key by which HAProxy's leastconn orders servers (lb_fwlc.c). It
// is that of the load with the request that would come; who has none at all is before
// everybody else, or else at low load only the heaviest would be picked.
func haproxyLoad(load int32, weight float64) float64 {
	if load == 0 {
		return 0
	}
	return math.Floor(float64((int64(load)+1)*haproxyMost) / float64(haproxyWeight(weight)))
}

// leastTies has NGINX's rule beside the others'.
func leastTies() Param {
	p := tiesParam
	p.Words = append([]string{}, append(p.Words, "smooth")...)
	p.Doc += ", or whose turn it is by smooth weighted round robin among them (smooth, as NGINX)"
	return p
}
