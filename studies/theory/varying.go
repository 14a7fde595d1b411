package theory

import "math"

// Sinusoid is a Poisson stream whose rate swings:
//
//	λ(t) = Mean·(1 + Swing·sin(2πt/Period))
type Sinusoid struct {
	Mean   float64 // > 0
	Swing  float64 // in [0, 1]
	Period float64 // > 0
}

func (s Sinusoid) frequency() float64 { return 2 * math.Pi / s.Period }

// Arrivals is the expected number in (0, t), also its variance: the integral of the
// rate, Mean·(t + Swing·(1-cos ωt)/ω) with ω = 2π/Period.
func (s Sinusoid) Arrivals(t float64) float64 {
	w := s.frequency()
	return s.Mean * (t + s.Swing*(1-math.Cos(w*t))/w)
}

// InfiniteServers is E[N(t)] where every request is served at once at rate mu,
// empty at 0. N(t) is Poisson, so it is the variance too.
//
//	λ̄/μ·(1-e^-μt) + λ̄β(μ sin ωt - ω cos ωt + ω e^-μt)/(μ²+ω²)
//
// Source: Eick, Massey & Whitt, Mt/G/∞ queues with sinusoidal arrival rates,
// Management Science 39 (1993), with the term of the start.
func (s Sinusoid) InfiniteServers(mu, t float64) float64 {
	w := s.frequency()
	gone := math.Exp(-mu * t)
	swing := (mu*math.Sin(w*t) - w*math.Cos(w*t) + w*gone) / (mu*mu + w*w)
	return s.Mean * ((1-gone)/mu + s.Swing*swing)
}
