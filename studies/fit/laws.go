package fit

import (
	"math"

	"lbsim/random"
	"lbsim/workloads"
)

// spec is a law as a scenario writes it, with these parameters.
func spec(dist string, parameters ...Parameter) workloads.DistributionSpec {
	d := workloads.DistributionSpec{Dist: dist}
	for i := range parameters {
		v := &parameters[i].Value
		switch parameters[i].Name {
		case "mean":
			d.Mean = v
		case "cv":
			d.CV = v
		case "shape":
			d.Shape = v
		case "min":
			d.Min = v
		case "max":
			d.Max = v
		case "alpha":
			d.Alpha = v
		case "low":
			d.Low = v
		case "high":
			d.High = v
		case "share":
			d.Share = v
		}
	}
	return d
}

// exponential: the mean is the sample's, its error mean/√n.
func exponential(s *sample) (candidate, bool) {
	m := s.mean
	mean := estimated("mean", m, m/math.Sqrt(s.n()))
	return candidate{spec("exponential", mean), []Parameter{mean}, 1, -s.n() * (math.Log(m) + 1),
		func(x float64) float64 { return -math.Expm1(-x / m) }}, true
}

// uniform: the limits are the sample's, widened by what a sample of n leaves out on average;
// their error is the width/n.
func uniform(s *sample) (candidate, bool) {
	n := s.n()
	width := (s.most() - s.least()) * (n + 1) / (n - 1)
	if !(width > 0) {
		return candidate{}, false
	}
	low := max(0, s.least()-width/(n+1))
	min, max := estimated("min", low, width/n), estimated("max", low+width, width/n)
	return candidate{spec("uniform", min, max), []Parameter{min, max}, 2, -n * math.Log(width),
		func(x float64) float64 { return math.Min(1, math.Max(0, (x-low)/width)) }}, true
}

// gammaLikelihood is the logarithm of the sample's density under a gamma law.
func gammaLikelihood(s *sample, mean, shape float64) float64 {
	return s.n()*(shape*math.Log(shape/mean)-logGamma(shape)) + (shape-1)*s.sumLog() - shape/mean*s.sum()
}

func logGamma(x float64) float64 { l, _ := math.Lgamma(x); return l }

// gammaShape solves ln a - ψ(a) = ln mean - mean of ln by Newton's method in ln a.
func gammaShape(s *sample) float64 {
	target := math.Log(s.mean) - s.meanLog
	if !(target > 1e-12) {
		return math.NaN()
	}
	a := (3 - target + math.Sqrt((target-3)*(target-3)+24*target)) / (12 * target)
	for range 50 {
		step := (math.Log(a) - digamma(a) - target) / (1/a - trigamma(a)) / a
		a *= math.Exp(-math.Max(-1, math.Min(1, step)))
		if math.Abs(step) < 1e-12 {
			break
		}
	}
	return a
}

// gamma: mean and shape are independent in the limit, with errors mean/√(n a) and
// 1/√(n (ψ'(a) - 1/a)).
func gamma(s *sample) (candidate, bool) {
	a := gammaShape(s)
	if !(a >= 0.01 && a <= 1e6) {
		return candidate{}, false
	}
	m := s.mean
	mean, shape := estimated("mean", m, m/math.Sqrt(s.n()*a)), estimated("shape", a, 1/math.Sqrt(s.n()*(trigamma(a)-1/a)))
	return candidate{spec("gamma", mean, shape), []Parameter{mean, shape}, 2, gammaLikelihood(s, m, a),
		func(x float64) float64 { return random.GammaP(a, x*a/m) }}, true
}

// erlang is the better of the whole shapes beside that of gamma, with gamma's errors. A whole
// number is no free parameter.
func erlang(s *sample) (candidate, bool) {
	a := gammaShape(s)
	if !(a > 1.5 && a < 1000) {
		return candidate{}, false // 1 is exponential, and a great shape is gamma's to tell
	}
	k, m := math.Floor(a), s.mean
	if gammaLikelihood(s, m, k+1) > gammaLikelihood(s, m, k) {
		k++
	}
	mean, shape := estimated("mean", m, m/math.Sqrt(s.n()*k)), estimated("shape", k, 1/math.Sqrt(s.n()*(trigamma(k)-1/k)))
	return candidate{spec("erlang", mean, shape), []Parameter{mean, shape}, 1, gammaLikelihood(s, m, k),
		func(x float64) float64 { return random.GammaP(k, x*k/m) }}, true
}

// lognormal: the sample's mean and variance of logarithms, turned into mean and cv. With
// v = σ² the errors are mean √((v + v²/2)/n) and √(v²/2n) e^v / cv.
func lognormal(s *sample) (candidate, bool) {
	v, mu := s.varianceLog, s.meanLog
	if !(v > 1e-12) {
		return candidate{}, false
	}
	m, c, sigma := math.Exp(mu+v/2), math.Sqrt(math.Expm1(v)), math.Sqrt(v)
	mean := estimated("mean", m, m*math.Sqrt((v+v*v/2)/s.n()))
	cv := estimated("cv", c, math.Sqrt(2*v*v/s.n())*math.Exp(v)/(2*c))
	likelihood := -s.n()/2*(math.Log(2*math.Pi*v)+1) - s.sumLog()
	return candidate{spec("lognormal", mean, cv), []Parameter{mean, cv}, 2, likelihood,
		func(x float64) float64 { return math.Erfc(-(math.Log(x)-mu)/(sigma*math.Sqrt2)) / 2 }}, true
}

// weibull: the shape solves Σ x^k ln x / Σ x^k - 1/k = mean of ln; the scale follows.
func weibull(s *sample) (candidate, bool) {
	k := math.Pi / math.Sqrt(6*s.varianceLog)
	for range 60 {
		p, q, r := s.powerSums(k)
		f := q/p - 1/k - s.meanLog
		step := f / (r/p - q*q/(p*p) + 1/(k*k))
		k = math.Max(k/2, math.Min(k*2, k-step))
		if math.Abs(step) < 1e-10*k {
			break
		}
	}
	if !(k >= 0.1 && k <= 1000) {
		return candidate{}, false
	}
	p, _, _ := s.powerSums(k)
	top := s.most()
	scale := top * math.Pow(p/s.n(), 1/k)
	m := scale * math.Gamma(1+1/k)
	negative := func(x []float64) float64 {
		p, _, _ := s.powerSums(x[1])
		b := x[0] / math.Gamma(1+1/x[1])
		return -s.n()*(math.Log(x[1])-x[1]*math.Log(b)) - (x[1]-1)*s.sumLog() + p*math.Pow(top/b, x[1])
	}
	errors := standardErrors(negative, []float64{m, k})
	mean, shape := estimated("mean", m, errors[0]), estimated("shape", k, errors[1])
	return candidate{spec("weibull", mean, shape), []Parameter{mean, shape}, 2, -negative([]float64{m, k}),
		func(x float64) float64 { return -math.Expm1(-math.Pow(x/scale, k)) }}, true
}

// powerSums returns Σ y^k, Σ y^k ln x and Σ y^k ln² x, y being x over the greatest.
func (s *sample) powerSums(k float64) (p, q, r float64) {
	top := math.Log(s.most())
	for _, x := range s.values {
		l := math.Log(x)
		y := math.Exp(k * (l - top))
		p += y
		q += y * l
		r += y * l * l
	}
	return p, q, r
}

// pareto: the bounds are the sample's least, less what a sample of n leaves out there on
// average, and its greatest; the exponent solves the likelihood's equation.
func pareto(s *sample) (candidate, bool) {
	low, high := s.least(), s.most()
	ratio := math.Log(high / low)
	over := s.meanLog - math.Log(low)
	if !(low > 0 && ratio > 1e-9 && over > 0 && over < ratio/2*0.999) { // at half it is the power 0
		return candidate{}, false
	}
	least, most := 0.01, 100.0
	for range 200 { // 1/a - r/(e^(ar) - 1) falls from r/2 to 0
		a := math.Sqrt(least * most)
		if 1/a-ratio/math.Expm1(a*ratio) > over {
			least = a
		} else {
			most = a
		}
	}
	a, n := least, s.n()
	mass := -math.Expm1(-a * ratio)
	information := n * (1/(a*a) - ratio*ratio*math.Exp(-a*ratio)/(mass*mass))
	density := func(x float64) float64 { return a / (x * mass) * math.Pow(low/x, a) }
	alpha := estimated("alpha", a, 1/math.Sqrt(information))
	left := 1 / (n * density(low))
	lower, upper := estimated("low", low-left, left), estimated("high", high, 1/(n*density(high)))
	likelihood := n*(math.Log(a)-math.Log(mass)+a*math.Log(low)) - (a+1)*s.sumLog()
	return candidate{spec("pareto", alpha, lower, upper), []Parameter{alpha, lower, upper}, 3, likelihood,
		func(x float64) float64 { return math.Max(0, math.Min(1, -math.Expm1(-a*math.Log(x/low))/mass)) }}, true
}
