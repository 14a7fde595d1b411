package drills

import (
	"fmt"
	"slices"
	"strconv"

	"lbsim/balancer"
	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/random"
	"lbsim/scenarios"
)

// traffic is what of the world's requests comes to each pool, by its place; nil: everything
// to each.
type traffic []share

// share is a pool's part of the world's requests: of all of them, by class.
type share []float64

func (s share) sum() (sum float64) {
	for _, x := range s {
		sum += x
	}
	return sum
}

// traffic follows the world's classes on the routes of the configuration.
func (q *Question) traffic(p *Plan) (traffic, error) {
	pools := q.Balancer.All()
	first := slices.IndexFunc(pools, func(x config.Pool) bool { return len(x.Endpoints) > 0 })
	if q.World == nil || len(pools) == 1 || first < 0 {
		return nil, nil
	}
	source, err := q.World.Around(q.File, q.alone(p, pools[first]))
	if err != nil {
		return nil, err
	}
	s, err := source.Scenario()
	if err != nil {
		return nil, err
	}
	classes := s.Workload.Classes
	told := slices.ContainsFunc(classes, func(c scenarios.Class) bool { return c.Host != "" || c.Path != "/" || len(c.Headers) > 0 })
	if !told {
		p.assume("the world's classes name no host and no path but /, so each pool gets all requests")
		return nil, nil
	}
	cfg := q.Balancer.Config()
	b, err := balancer.New(cfg, random.NewIndex(0, "drills", 0))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", q.File, err)
	}
	t := make(traffic, len(pools))
	for i := range t {
		t[i] = make(share, len(classes))
	}
	for i := range classes {
		route := b.RouteOf(classes[i].About())
		if route < 0 {
			p.assume("requests of class %s take no route and are left out", classes[i].Name)
			continue
		}
		for _, branch := range cfg.Routes[route].Branches {
			t[branch.Pool][i] += float64(classes[i].Share * branch.Share)
		}
	}
	if !slices.ContainsFunc(t, func(s share) bool { return s.sum() > 0 }) {
		return nil, fmt.Errorf("%s: none of the classes takes a route to a pool: give them the host and path that the routes match", q.World.Name())
	}
	return t, nil
}

// narrow leaves in a pool's world the classes that come to it, at their rates.
func (s share) narrow(world string, source *scenarios.Source) (*scenarios.Source, error) {
	if s == nil {
		return source, nil
	}
	whole, err := source.Scenario()
	if err != nil {
		return nil, err
	}
	source = source.Without("workload.classes", func(i int) bool { return s[i] == 0 })
	var settings [][2]string
	for _, x := range s {
		if x > 0 {
			path := fmt.Sprintf("workload.classes[%d].share", len(settings))
			settings = append(settings, [2]string{path, strconv.FormatFloat(x/s.sum(), 'g', -1, 64)})
		}
	}
	switch a := &whole.Workload.Arrivals; {
	case a.Load != nil: // of the pool's own servers
	case a.Rate != nil:
		settings = append(settings, [2]string{"workload.arrivals.rate", decode.FormatRate(*a.Rate * s.sum())})
	default:
		return nil, fmt.Errorf("%s: arrivals of process %s can't be shared out among pools: give arrivals with a rate or a load", world, a.Process)
	}
	return source.With(source.Name(), settings...)
}
