package fit

import (
	"math"

	"lbsim/workloads"
)

// diurnal fits a sine. Periods are tried from a tenth of the log to twice its length.
func (f *flow) diurnal() (choice, bool) {
	span := f.span()
	rate := func(x []float64, at float64) float64 { return x[0] * (1 + x[1]*math.Sin(2*math.Pi*at/x[2]+x[3])) }
	negative := func(x []float64) float64 {
		if !(x[0] > 0 && x[1] >= 0 && x[1] <= 1 && x[2] > 0) {
			return math.Inf(1)
		}
		return -f.likelihood(func(at float64) float64 {
			return x[0] * (at - x[1]*x[2]/(2*math.Pi)*math.Cos(2*math.Pi*at/x[2]+x[3]))
		})
	}
	best, least := []float64(nil), math.Inf(1)
	for cycles := 0.5; cycles <= 10; cycles *= 1.12 {
		period := span / cycles
		base, amplitude, phase := f.sine(period)
		if x := []float64{base, amplitude, period, phase}; negative(x) < least {
			best, least = x, negative(x)
		}
	}
	if best == nil {
		return choice{}, false
	}
	of := func(y []float64) []float64 {
		return []float64{best[0] * math.Exp(y[0]), 1 / (1 + math.Exp(-y[1])), best[2] * math.Exp(y[2]), best[3] + y[3]}
	}
	a := math.Min(0.98, math.Max(0.02, best[1]))
	y, v := minimize(func(y []float64) float64 { return negative(of(y)) }, []float64{0, math.Log(a / (1 - a)), 0, 0}, 1e-6, 800)
	best, least = of(y), v
	errors := standardErrors(negative, best)
	best[3] = math.Remainder(best[3], 2*math.Pi)
	var p []Parameter
	for i, name := range []string{"rate", "amplitude", "period", "phase"} {
		p = append(p, estimated(name, best[i], errors[i]))
	}
	if best[2] > 2*span { // less than half of a period says nothing about it
		return choice{}, false
	}
	return choice{spec: workloads.ArrivalSpec{Process: "diurnal", Amplitude: &p[1].Value, Period: &p[2].Value, Phase: &p[3].Value}, rate: &p[0].Value,
		parameters: p, free: 4, likelihood: -least, why: "the least BIC: the rate swings like a sine",
		at: func(at float64) float64 { return max(1e-9, rate(best, at)) }}, true
}

// sine is the least-squares sine of a period.
func (f *flow) sine(period float64) (base, amplitude, phase float64) {
	base = f.mean()
	m := [][]float64{{0, 0, 0}, {0, 0, 0}, {0, 0, 0}}
	v := []float64{0, 0, 0}
	for i, n := range f.counts {
		angle := 2 * math.Pi * (float64(i) + 0.5) * f.width / period
		x := []float64{1, math.Sin(angle), math.Cos(angle)}
		for j := range x {
			v[j] += x[j] * n / f.width
			for k := range x {
				m[j][k] += x[j] * x[k]
			}
		}
	}
	inverse, ok := inverted(m)
	if !ok {
		return base, 0.1, 0
	}
	var c [3]float64
	for j := range c {
		for k := range v {
			c[j] += inverse[j][k] * v[k]
		}
	}
	if !(c[0] > 0) {
		return base, 0.1, 0
	}
	return c[0], math.Min(0.99, math.Hypot(c[1], c[2])/c[0]), math.Atan2(c[2], c[1])
}
