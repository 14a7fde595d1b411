package fit

import (
	"math"

	"lbsim/workloads"
)

// phases are the two of a Markov-modulated Poisson process: rates, and how long each lasts.
type phases struct{ rate, mean [2]float64 }

const (
	mostBurstGaps  = 65_536
	firstBurstGaps = 8192
	leastCycles    = 4 // of both phases within the gaps, for their lengths to be told
)

// bursts fits the process of two phases to the gaps by maximum likelihood.
func (f *flow) bursts() (choice, bool) {
	if !f.correlated() {
		return choice{}, false
	}
	few, more := some(f.blocks, firstBurstGaps), some(f.blocks, mostBurstGaps)
	negative := func(gaps []block) func([]float64) float64 {
		return func(y []float64) float64 {
			return -phases{[2]float64{math.Exp(y[0]), math.Exp(y[1])}, [2]float64{math.Exp(y[2]), math.Exp(y[3])}}.likelihood(gaps)
		}
	}
	best, least := []float64(nil), math.Inf(1)
	for _, start := range f.burstStarts() {
		y := []float64{math.Log(start.rate[0]), math.Log(start.rate[1]), math.Log(start.mean[0]), math.Log(start.mean[1])}
		x, v := minimize(negative(few), y, 1e-3, 150)
		if v < least {
			best, least = x, v
		}
	}
	if best == nil {
		return choice{}, false
	}
	best, _ = minimize(negative(more), best, 1e-4, 250)
	p := phases{[2]float64{math.Exp(best[0]), math.Exp(best[1])}, [2]float64{math.Exp(best[2]), math.Exp(best[3])}}
	span := 0.0
	for _, b := range more {
		span += total(b.gaps)
	}
	if span < leastCycles*(p.mean[0]+p.mean[1]) || p.rate[0] == p.rate[1] {
		return choice{}, false
	}
	errors := standardErrors(func(x []float64) float64 {
		return -phases{[2]float64{x[0], x[1]}, [2]float64{x[2], x[3]}}.likelihood(more)
	}, []float64{p.rate[0], p.rate[1], p.mean[0], p.mean[1]})
	c := choice{spec: workloads.ArrivalSpec{Process: "bursts"}, free: 4, why: "the least BIC: the rate jumps at random between two values"}
	// The likelihood of all gaps, as the other processes have it.
	c.likelihood = p.likelihood(f.blocks)
	for i := range 2 {
		rate, mean := estimated("rate", p.rate[i], errors[i]), estimated("mean", p.mean[i], errors[2+i])
		c.parameters = append(c.parameters, rate, mean)
		c.spec.Phases = append(c.spec.Phases, workloads.BurstPhaseSpec{Rate: &rate.Value, Mean: &mean.Value})
	}
	return c, true
}

// correlated reports whether a gap says something about those that follow, as it does where
// the rate jumps: the sum of the autocorrelations at so many lags, which has the variance of
// their number over that of gaps where there are none, is beyond three deviations.
func (f *flow) correlated() bool {
	const lags = 20
	mean, variance := meanAndVariance(f.gaps)
	sum, n := 0.0, float64(len(f.gaps))
	for lag := 1; lag <= lags; lag++ {
		for i := lag; i < len(f.gaps); i++ {
			sum += (f.gaps[i] - mean) * (f.gaps[i-lag] - mean)
		}
	}
	return sum/(variance*n) > 3*math.Sqrt(lags/n)
}

// burstStarts are where the search begins: what the counts' level, above or below their mean,
// shows of the phases, and guesses at some other lengths.
func (f *flow) burstStarts() (out []phases) {
	mean := f.mean()
	var sum, spans, runs [2]float64
	last := -1
	for _, n := range f.counts {
		i := 0
		if n > mean*f.width {
			i = 1
		}
		sum[i] += n
		spans[i] += f.width
		if i != last {
			runs[i]++
		}
		last = i
	}
	if spans[0] > 0 && spans[1] > 0 && sum[0] > 0 {
		out = append(out, phases{[2]float64{sum[0] / spans[0], sum[1] / spans[1]}, [2]float64{spans[0] / runs[0], spans[1] / runs[1]}})
	}
	for _, requests := range []float64{10, 100, 1000} {
		out = append(out, phases{[2]float64{mean / 3, mean * 3}, [2]float64{3 * requests / mean, requests / mean}})
	}
	return out
}

// likelihood is the logarithm of the gaps' density, from the stationary phase at an arrival:
// the product of e^((Q-Λ)t) Λ over all gaps t, where Q has the changes of phase and Λ the
// rates. Source: W. Fischer and K. Meier-Hellstern, "The Markov-modulated Poisson process
// (MMPP) cookbook", Perf. Eval. 18(2), 1993.
func (p phases) likelihood(blocks []block) float64 {
	r0, r1 := 1/p.mean[0], 1/p.mean[1]
	a, b, c, d := -r0-p.rate[0], r0, r1, -r1-p.rate[1]
	middle := (a + d) / 2
	root := math.Sqrt((a-d)*(a-d)/4 + b*c)
	a, d = (a-middle)/root, (d-middle)/root
	b, c = b/root, c/root
	sum := logSum{product: 1}
	for _, block := range blocks {
		// At an arrival a phase is as likely as it is long and fast.
		x, y := p.rate[0]*p.mean[0], p.rate[1]*p.mean[1]
		x, y = x/(x+y), y/(x+y)
		for _, t := range block.gaps {
			// e^(Mt) = e^(middle t) (cosh(root t) + (M - middle)/root sinh(root t))
			up, down := math.Exp((middle+root)*t)/2, math.Exp((middle-root)*t)/2
			even, odd := up+down, up-down
			nextX := (x*(even+a*odd) + y*c*odd) * p.rate[0]
			nextY := (x*b*odd + y*(even+d*odd)) * p.rate[1]
			weight := nextX + nextY
			sum.add(weight)
			x, y = nextX/weight, nextY/weight
		}
	}
	return sum.value()
}

// logSum is a sum of logarithms, of which it takes few: what it adds is a product as long as
// that is a number. Each factor is within 1e-50 … 1e50, or the sum is none.
type logSum struct{ sum, product float64 }

func (s *logSum) add(x float64) {
	if s.product *= x; !(s.product > 1e-200 && s.product < 1e200) {
		s.sum += math.Log(s.product)
		s.product = 1
	}
}

func (s *logSum) value() float64 { return s.sum + math.Log(s.product) }
