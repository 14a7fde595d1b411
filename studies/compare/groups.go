package compare

import (
	"lbsim/balancer"
	"lbsim/sim"
	"lbsim/studies/result"
)

// groupReplicate is a pool's or a route's requests in one run.
type groupReplicate struct {
	figures
	sim.Outcomes
	reasons [balancer.Reasons]uint64
	copies  uint64
}

func reduceGroups(all []sim.GroupResult, span float64) []groupReplicate {
	var reduced []groupReplicate
	for i := range all {
		g := &all[i]
		reduced = append(reduced, groupReplicate{classFigures(g.ClassResult, span), g.Outcomes, g.Reasons, g.Copies})
	}
	return reduced
}

// groups summarises a variant's pools and routes.
func (s *study) groups(v int, x *result.Variant, misleads bool) {
	cfg := &s.models[v].Balancer
	if len(cfg.Routes) == 0 {
		return
	}
	for i := range cfg.Pools {
		x.Pools = append(x.Pools, s.group(v, cfg.Pools[i].Name, misleads, func(r *replicate) *groupReplicate { return &r.pools[i] }))
	}
	for i, name := range s.models[v].RouteNames() {
		x.Routes = append(x.Routes, s.group(v, name, misleads, func(r *replicate) *groupReplicate { return &r.routes[i] }))
	}
}

func (s *study) group(v int, name string, misleads bool, of func(*replicate) *groupReplicate) result.Group {
	figuresOf := func(r *replicate) *figures { return &of(r).figures }
	x := result.Group{Name: name, Latency: s.latency(v, figuresOf, misleads),
		ErrorRatio: s.estimate(v, false, func(r *replicate) float64 { return of(r).errorRatio }),
		Throughput: s.estimate(v, false, func(r *replicate) float64 { return of(r).throughput })}
	for _, r := range s.runs[v][:s.complete] {
		x.Requests = sum(x.Requests, result.Requests(of(r).Outcomes))
		countReasons(&x.Reasons, &of(r).reasons)
		x.Mirrored += of(r).copies
	}
	return x
}
