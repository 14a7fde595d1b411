package sim

import (
	"slices"

	"lbsim/balancer"
	"lbsim/sim/histogram"
)

// groups counts requests by pool and by route, where there are several.
type groups struct {
	apart   bool
	names   []string // of the routes, as results have them
	number  []int32  // by place among the routes in force: that in names
	byPool  []groupMeasure
	byRoute []groupMeasure
	copies  []uint64 // by pool: copies that a mirror sent there in the window
}

type groupMeasure struct {
	classMeasure
	latencies histogram.Histogram
}

func (e *engine) buildGroups() {
	cfg := &e.m.Balancer
	if e.apart = len(cfg.Routes) > 0; !e.apart {
		return
	}
	e.byPool = make([]groupMeasure, len(cfg.Pools))
	e.names = e.m.RouteNames()
	e.byRoute = make([]groupMeasure, len(e.names))
	e.copies = make([]uint64, len(cfg.Pools))
	e.numberRoutes(cfg.Routes)
}

// numberRoutes finds the routes in force among all that there are in the run.
func (e *engine) numberRoutes(routes []balancer.Route) {
	e.number = e.number[:0]
	for i := range routes {
		e.number = append(e.number, int32(slices.Index(e.names, routes[i].Name)))
	}
}

// named has a request that was routed know its route by the number that results have.
func (e *engine) named(q *balancer.Request) {
	if q.Attempt == 0 && !q.Copied && q.Route >= 0 {
		q.Route = e.number[q.Route]
	}
}

// eachGroup calls f with the groups of a measured request: none where no route took it.
func (e *engine) eachGroup(ref int32, r *request, f func(g *groupMeasure)) {
	q := &e.queries[ref]
	if r.flags&measured == 0 || q.Route < 0 {
		return
	}
	f(&e.byPool[q.Pool])
	f(&e.byRoute[q.Route])
}

// countApart counts a request that is over, or that never will be, in its groups.
func (e *engine) countApart(ref int32, r *request, how Outcome) {
	e.eachGroup(ref, r, func(g *groupMeasure) {
		g.offered++
		if how != Completed {
			g.outcomes[how]++
			if how == Rejected {
				g.reasons[e.why]++
			}
			return
		}
		latency := e.now - r.arrived
		g.waits.Add(g.sumUp(latency, r.begun-r.arrived))
		g.latencies.Add(histogram.Index(latency.Sub(0)))
	})
}

// GroupResult is the requests of a pool or a route.
type GroupResult struct {
	ClassResult
	Copies uint64 // of a pool: requests that mirrors sent there besides
}

// groupResults fills in what was counted by pool and by route.
func (e *engine) groupResults(r *Result) {
	for i := range e.byPool {
		g := &e.byPool[i]
		x := GroupResult{ClassResult: g.result(&g.latencies), Copies: e.copies[i]}
		r.Pools = append(r.Pools, x)
		r.Copies += x.Copies
	}
	for i := range e.byRoute {
		g := &e.byRoute[i]
		r.Routes = append(r.Routes, GroupResult{ClassResult: g.result(&g.latencies)})
	}
}
