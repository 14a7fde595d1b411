package validate

import (
	"lbsim/balancer"
	"lbsim/random"
	"lbsim/scenarios"
)

// demand is what clients ask of a pool in the world.
type demand struct {
	share float64 // of all requests
	work  float64 // what it has to do for a request of the world, a mean: seconds at speed 1
}

// demand returns what comes to the pool: the classes that routes lead there, and copies.
// ok is false where that is not known: without a world, or of calls between servers.
func (p *pool) demand() (d demand, ok bool) {
	w := p.subject.World
	if w == nil || p.caller != "" || len(w.Workload.Classes) == 0 {
		return d, false
	}
	if len(p.subject.Balancer.Routes) == 0 {
		return demand{1, w.MeanService()}, true
	}
	cfg := p.subject.Balancer.Config()
	id := balancer.PoolID(p.subject.Balancer.Index(p.name))
	for i, route := range p.subject.taken() {
		if route < 0 {
			continue
		}
		c := &w.Workload.Classes[i]
		for _, branch := range cfg.Routes[route].Branches {
			if branch.Pool == id {
				d.share += c.Share * branch.Share
				d.work += c.Share * branch.Share * mean(c)
			}
		}
		if m := cfg.Routes[route].Mirror; m != nil && m.Pool == id {
			d.work += c.Share * m.Ratio * mean(c)
		}
	}
	return d, true
}

// mean is the mean service of a class in seconds.
func mean(c *scenarios.Class) float64 {
	law, err := c.Service.Build()
	if err != nil {
		return 0
	}
	return law.Mean()
}

// taken returns the route that each class takes; -1: none.
func (s *Subject) taken() []int32 {
	routes := make([]int32, len(s.World.Workload.Classes))
	b, err := balancer.New(s.Balancer.Config(), random.NewIndex(0, "validate", 0))
	for i := range routes {
		routes[i] = -1
		if err == nil {
			routes[i] = b.RouteOf(s.World.Workload.Classes[i].About())
		}
	}
	return routes
}

// routeShares returns the share of all requests that takes each route; none: not known.
func (s *Subject) routeShares() []float64 {
	if s.World == nil || len(s.Balancer.Routes) == 0 {
		return nil
	}
	shares := make([]float64, len(s.Balancer.Routes))
	for i, route := range s.taken() {
		if route >= 0 {
			shares[route] += s.World.Workload.Classes[i].Share
		}
	}
	return shares
}

// load is the offered load of the pool's endpoints but those that are lost, whose strength
// is given, at the highest rate of the world:
//
//	rho = rate · work of a request / sum of workers·speed
//
// ok is false where that is not known, or nothing is left.
func (p *pool) load(lost float64) (rho float64, ok bool) {
	d, ok := p.demand()
	if !ok {
		return 0, false
	}
	strength := 0.0
	for i := range p.members {
		if p.members[i].model == nil {
			return 0, false
		}
		strength += p.members[i].strength()
	}
	work := p.subject.World.PeakRate() * d.work
	return work / (strength - lost), work > 0 && strength > lost
}
