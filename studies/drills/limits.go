package drills

import (
	"slices"

	"lbsim/config"
)

// limited returns a pool with the rate limits of the route that leads to it: all requests of
// the pool come by that one. Where several lead there, or a route leads to several pools, its
// limits can't be those of one pool alone: they are not simulated, and that is said.
func (q *Question) limited(p *Plan, pool config.Pool) config.Pool {
	var leading []*config.Route
	for i := range q.Balancer.Routes {
		if r := &q.Balancer.Routes[i]; r.Pool == pool.Name || slices.ContainsFunc(r.Split, func(b config.Branch) bool { return b.Pool == pool.Name }) {
			leading = append(leading, r)
		}
	}
	for _, r := range leading {
		rates := r.Limits.Rates
		switch {
		case len(rates) == 0:
		case len(leading) > 1:
			p.assume("NOT simulated: the rate limits of %s: pool %s is drilled with the requests of all routes that lead to it, which those limits do not see", r.Title(), pool.Name)
		case len(r.Split) > 0:
			p.assume("NOT simulated: the rate limits of %s: its requests are split among pools, and pool %s is drilled alone", r.Title(), pool.Name)
		default:
			limits := config.Limits{}
			if pool.Limits != nil {
				limits = *pool.Limits
			}
			limits.Rates = slices.Concat(rates, limits.Rates)
			pool.Limits = &limits
		}
	}
	return pool
}
