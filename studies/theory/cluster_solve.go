package theory

import (
	"slices"

	"gonum.org/v1/gonum/mat"
)

// find is the index of a state in a level; servers that are equal are sorted first.
func (c Cluster) find(l level, state occupancy) (int, bool) {
	if c.symmetric() {
		slices.SortFunc(state[:len(c.Mu)], func(a, b int16) int { return int(b) - int(a) })
	}
	i, ok := l.index[state]
	return i, ok
}

// arrivals visits where an arrival takes a state, and how likely; server is the one
// joined. What would spread the queues too far goes to the shortest instead.
func (c Cluster) arrivals(state occupancy, visit func(server int, to occupancy, chance float64)) {
	chances := make([]float64, len(c.Mu))
	c.Join(state[:len(c.Mu)], chances)
	shortest := 0
	for i := range chances {
		if state[i] < state[shortest] {
			shortest = i
		}
	}
	for i, chance := range chances {
		if chance == 0 {
			continue
		}
		server := i
		if int(state[i]+1-state[shortest]) > c.Spread {
			server = shortest
		}
		to := state
		to[server]++
		visit(server, to, chance)
	}
}

// ratio is R(n).
func (c Cluster) ratio(levels []level, n int, above *mat.Dense) *mat.Dense {
	size := len(levels[n+1].states)
	out := mat.NewDense(size, size, nil) // D(n+1) - R(n+1)·L(n+2), transposed
	for i, state := range levels[n+1].states {
		out.Set(i, i, c.leaving(levels, n+1, state))
	}
	if above != nil {
		c.returning(levels, n+2, func(from, to int, rate float64) {
			for i := range size {
				out.Set(to, i, out.At(to, i)-above.At(i, from)*rate)
			}
		})
	}
	up := mat.NewDense(size, len(levels[n].states), nil) // U(n), transposed
	for i, state := range levels[n].states {
		c.arrivals(state, func(_ int, to occupancy, chance float64) {
			if j, ok := c.find(levels[n+1], to); ok {
				up.Set(j, i, up.At(j, i)+c.Lambda*chance)
			}
		})
	}
	var solved mat.Dense
	if err := solved.Solve(out, up); err != nil {
		panic("theory: a cluster's chain is singular: " + err.Error())
	}
	return mat.DenseCopyOf(solved.T())
}

// returning visits the departures from a level that the cuts allow.
func (c Cluster) returning(levels []level, n int, visit func(from, to int, rate float64)) {
	for i, state := range levels[n].states {
		for server, mu := range c.Mu {
			if state[server] == 0 {
				continue
			}
			to := state
			to[server]--
			if j, ok := c.find(levels[n-1], to); ok {
				visit(i, j, mu)
			}
		}
	}
}

// leaving is the rate out of a state: departures that the cuts allow, and arrivals
// below the top.
func (c Cluster) leaving(levels []level, n int, state occupancy) float64 {
	rate := 0.0
	if n < len(levels)-1 {
		rate = c.Lambda
	}
	for server, mu := range c.Mu {
		if state[server] == 0 {
			continue
		}
		to := state
		to[server]--
		if _, ok := c.find(levels[n-1], to); ok {
			rate += mu
		}
	}
	return rate
}

// figures goes up the levels and sums.
func (c Cluster) figures(levels []level, ratios []*mat.Dense) ClusterFigures {
	f := ClusterFigures{Shares: make([]float64, len(c.Mu)), joined: make([][]float64, len(c.Mu)), mu: c.Mu}
	chance := mat.NewDense(1, 1, []float64{1})
	sum, requests := 0.0, 0.0
	for n, l := range levels {
		for i, state := range l.states {
			p := chance.At(0, i)
			sum += p
			requests += float64(n) * p
			c.arrivals(state, func(server int, _ occupancy, share float64) {
				f.join(server, int(state[server]), p*share)
			})
		}
		if n < len(ratios) {
			var next mat.Dense
			next.Mul(chance, ratios[n])
			chance = mat.DenseCopyOf(&next)
		}
	}
	f.MeanResponse = requests / sum / c.Lambda
	for i, chances := range f.joined {
		for k := range chances {
			chances[k] /= sum
			f.Shares[i] += chances[k]
			if k > 0 {
				f.WaitProbability += chances[k]
			}
		}
	}
	return f
}

// join counts an arrival that finds k requests at a server.
func (f *ClusterFigures) join(server, k int, chance float64) {
	for len(f.joined[server]) <= k {
		f.joined[server] = append(f.joined[server], 0)
	}
	f.joined[server][k] += chance
}
