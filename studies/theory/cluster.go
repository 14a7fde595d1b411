package theory

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Cluster is a few first-come servers with exponential service, Poisson arrivals and
// a rule that looks at the numbers of requests. It is solved as a Markov chain:
// exact but for two cuts, at a total number and at a difference between the longest
// and the shortest queue, beyond which the chance is negligible.
type Cluster struct {
	Lambda float64
	Mu     []float64 // rates of the servers, at most maxCluster
	Join   JoinRule
	// Spread is the greatest difference between two queues that is kept. Rules that
	// even out the queues need about 30 for two servers, 15 for four; the cost grows
	// as its 3(n-1)th power for n servers.
	Spread int
}

const maxCluster = 5

// occupancy is the number of requests at each server.
type occupancy [maxCluster]int16

// JoinRule gives the chances with which a request joins each of the servers.
type JoinRule func(counts []int16, chances []float64)

// JoinShortest sends to the server with the fewest requests, those in service
// included; ties are split evenly.
func JoinShortest(counts []int16, chances []float64) {
	least(chances, func(i int) float64 { return float64(counts[i]) })
}

// JoinShortestFirst breaks ties in favour of the first.
func JoinShortestFirst(counts []int16, chances []float64) {
	least(chances, func(i int) float64 { return float64(counts[i]) + float64(i)/(2*maxCluster) })
}

// JoinFastest is shortest expected delay: the least (count+1)/μ, ties split evenly.
func JoinFastest(mu []float64) JoinRule {
	return func(counts []int16, chances []float64) {
		least(chances, func(i int) float64 { return float64(counts[i]+1) / mu[i] })
	}
}

// JoinIdle sends to an idle server at random, or to any if none is.
func JoinIdle(counts []int16, chances []float64) {
	least(chances, func(i int) float64 { return float64(min(counts[i], 1)) })
}

// least spreads the chance evenly over the servers with the least cost.
func least(chances []float64, cost func(i int) float64) {
	lowest, ties := math.Inf(1), 0
	for i := range chances {
		switch c := cost(i); {
		case c < lowest:
			lowest, ties = c, 1
		case c == lowest:
			ties++
		}
	}
	for i := range chances {
		chances[i] = 0
		if cost(i) == lowest {
			chances[i] = 1 / float64(ties)
		}
	}
}

// ClusterFigures is what the chain tells.
type ClusterFigures struct {
	MeanResponse    float64
	WaitProbability float64
	Shares          []float64 // of the requests, by server
	joined          [][]float64
	mu              []float64
}

// ResponseTail is P(T > t): who joins server i behind k requests stays for k+1 of
// its exponential services.
func (c ClusterFigures) ResponseTail(t float64) float64 {
	tail := 0.0
	for i, chances := range c.joined {
		x := c.mu[i] * t
		ended, stage := 0.0, math.Exp(-x)
		for k, p := range chances {
			ended += stage
			stage *= x / float64(k+1)
			tail += p * ended
		}
	}
	return tail
}

// ResponseQuantile inverts ResponseTail.
func (c ClusterFigures) ResponseQuantile(q float64) float64 {
	if math.IsInf(c.MeanResponse, 1) {
		return c.MeanResponse
	}
	return quantile(c.ResponseTail, q, c.MeanResponse)
}

// Solve finds the stationary law. The total goes up and down by one and never stays,
// so with U(n) the rates from total n to n+1, L(n) those to n-1 and D(n) the rates
// out,
//
//	π(n+1) = π(n)·R(n), R(n) = U(n)·(D(n+1) - R(n+1)·L(n+2))^-1
//
// from the top down (linear level reduction). The top is where ρⁿ is 1e-13. Source:
// Gaver, Jacobs & Latouche, Finite birth-and-death models in randomly changing
// environments, Adv. Appl. Prob. 16 (1984). Without a steady state (λ ≥ Σμ) the mean
// is +Inf and the rest empty.
func (c Cluster) Solve() ClusterFigures {
	if c.Lambda >= total(c.Mu) {
		return ClusterFigures{MeanResponse: math.Inf(1), WaitProbability: 1}
	}
	top := int(math.Ceil(math.Log(1e-13)/math.Log(c.Lambda/total(c.Mu)))) + c.Spread
	levels := make([]level, top+1)
	for n := range levels {
		levels[n] = c.level(n)
	}
	ratios := make([]*mat.Dense, top)
	var above *mat.Dense // R(n+1)
	for n := top - 1; n >= 0; n-- {
		ratios[n] = c.ratio(levels, n, above)
		above = ratios[n]
	}
	return c.figures(levels, ratios)
}

// level holds the states with one total.
type level struct {
	states []occupancy
	index  map[occupancy]int
}

func (c Cluster) level(n int) level {
	l := level{index: map[occupancy]int{}}
	var state occupancy
	// No count is further from the mean than the spread.
	low, high := max(0, n/len(c.Mu)-c.Spread), n/len(c.Mu)+c.Spread
	var fill func(server, rest int)
	fill = func(server, rest int) {
		if server == len(c.Mu)-1 {
			state[server] = int16(rest)
			if c.keeps(state) {
				l.index[state] = len(l.states)
				l.states = append(l.states, state)
			}
			return
		}
		most := min(rest, high)
		if server > 0 && c.symmetric() {
			most = min(most, int(state[server-1]))
		}
		for k := low; k <= most; k++ {
			state[server] = int16(k)
			fill(server+1, rest-k)
		}
	}
	fill(0, n)
	return l
}

// symmetric reports whether servers may be renamed, so that sorted states do.
func (c Cluster) symmetric() bool {
	for _, m := range c.Mu {
		if m != c.Mu[0] {
			return false
		}
	}
	return true
}

// keeps reports whether a state is one of the chain's: not too spread, and sorted
// where the servers are equal.
func (c Cluster) keeps(state occupancy) bool {
	low, high := state[0], state[0]
	for i := range c.Mu {
		low, high = min(low, state[i]), max(high, state[i])
		if i > 0 && c.symmetric() && state[i] > state[i-1] {
			return false
		}
	}
	return int(high-low) <= c.Spread
}
