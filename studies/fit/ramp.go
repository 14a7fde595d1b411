package fit

import (
	"math"

	"lbsim/workloads"
)

// ramp fits a rate that goes in a straight line from one value to another.
func (f *flow) ramp() (choice, bool) {
	span := f.span()
	mean := f.mean()
	of := func(y []float64) []float64 {
		return []float64{mean * math.Exp(y[0]), mean * math.Exp(y[1]), span * y[2], span * y[3]}
	}
	best, least := []float64(nil), math.Inf(1)
	n := len(f.counts)
	for _, start := range []float64{0, 0.25, 0.5} {
		for _, length := range []float64{0.25, 0.45, 0.9} {
			if start+length > 1 {
				continue
			}
			head := f.counts[:max(1, int(start*float64(n)))]
			tail := f.counts[min(n-1, int((start+length)*float64(n))):]
			y := []float64{logOver(head, f.width, mean), logOver(tail, f.width, mean), start + 0.02, length - 0.03}
			if x, v := minimize(func(y []float64) float64 { return f.notRamp(of(y)) }, y, 1e-6, 600); v < least {
				best, least = of(x), v
			}
		}
	}
	if best == nil || math.IsInf(least, 0) || best[3] < 2*f.width {
		return choice{}, false // within two spans it is a step
	}
	noise := math.Sqrt(mean * f.scatter)
	rates := noise / math.Sqrt(span/4)
	times := math.Min(span/20, noise*math.Sqrt(best[3])/math.Max(math.Abs(best[1]-best[0]), 1e-9))
	sure := ratio{f.notRamp, best, []float64{rates, rates, times, times}}
	var p []Parameter
	for i, name := range []string{"from", "to", "start", "duration"} {
		low, high := sure.interval(i)
		p = append(p, within(name, best[i], low, high))
	}
	return choice{spec: workloads.ArrivalSpec{Process: "ramp", From: &p[0].Value, To: &p[1].Value, Start: &p[2].Value, Duration: &p[3].Value},
		parameters: p, free: 4, likelihood: -least, why: "the least BIC: the rate goes evenly from one value to another",
		at: func(at float64) float64 { return max(1e-9, onRamp(best, at)) }}, true
}

func logOver(n []float64, width, mean float64) float64 {
	return math.Log((total(n) + 0.5) / (width * float64(len(n))) / mean)
}

// onRamp is the rate at an instant; x are the rates before and after, the start and how long
// it takes.
func onRamp(x []float64, at float64) float64 {
	return x[0] + (x[1]-x[0])*math.Max(0, math.Min(1, (at-x[2])/x[3]))
}

// notRamp is the negative logarithm of a ramp's likelihood.
func (f *flow) notRamp(x []float64) float64 {
	if !(x[0] >= 0 && x[1] >= 0 && x[2] >= 0 && x[3] > 0 && x[2]+x[3] <= f.span()*1.001) {
		return math.Inf(1)
	}
	return -f.likelihood(func(at float64) float64 {
		climbed := math.Max(0, at-x[2]) // the integral of how far the rate has come
		if climbed < x[3] {
			climbed *= climbed / (2 * x[3])
		} else {
			climbed -= x[3] / 2
		}
		return x[0]*at + (x[1]-x[0])*climbed
	})
}
