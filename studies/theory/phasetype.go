package theory

import "math"

// PhaseType is a law made of exponential phases: the time until a Markov chain ends
// that starts in phase i with chance Start[i], moves from i to j at rate Move[i][j]
// and ends from i at rate End[i]. Source: Neuts, Matrix-Geometric Solutions (1981).
type PhaseType struct {
	Start []float64
	Move  [][]float64 // the diagonal is not used
	End   []float64
}

// ExponentialLaw has one phase.
func ExponentialLaw(mean float64) PhaseType { return ErlangLaw(1, mean) }

// ErlangLaw is the sum of shape exponential phases.
func ErlangLaw(shape int, mean float64) PhaseType {
	p := newPhaseType(shape)
	p.Start[0] = 1
	rate := float64(shape) / mean
	for i := range shape - 1 {
		p.Move[i][i+1] = rate
	}
	p.End[shape-1] = rate
	return p
}

// BalancedH2 is the hyperexponential law of two phases with balanced means: rate
// 2p/mean with chance p = (1+√((v-1)/(v+1)))/2, else 2(1-p)/mean, for a squared
// coefficient of variation v ≥ 1.
func BalancedH2(mean, cv2 float64) PhaseType {
	h := newPhaseType(2)
	p := balanced(cv2)
	h.Start[0], h.Start[1] = p, 1-p
	h.End[0], h.End[1] = 2*p/mean, 2*(1-p)/mean
	return h
}

func balanced(cv2 float64) float64 { return (1 + math.Sqrt((cv2-1)/(cv2+1))) / 2 }

func newPhaseType(phases int) PhaseType {
	p := PhaseType{Start: make([]float64, phases), Move: make([][]float64, phases), End: make([]float64, phases)}
	for i := range p.Move {
		p.Move[i] = make([]float64, phases)
	}
	return p
}

// leaving is the rate out of phase i.
func (p PhaseType) leaving(i int) float64 {
	rate := p.End[i]
	for j, r := range p.Move[i] {
		if j != i {
			rate += r
		}
	}
	return rate
}

// after solves x = start + x·P for the expected visits' times: the time spent in
// each phase by a chain with that start. Phases move forward only in part, so it is
// a general linear system.
func (p PhaseType) after(start []float64) []float64 {
	n := len(start)
	system := make([][]float64, n)
	for j := range system {
		system[j] = make([]float64, n+1)
		for i := range n {
			if i != j {
				system[j][i] = -p.Move[i][j]
			}
		}
		system[j][j] = p.leaving(j)
		system[j][n] = start[j]
	}
	return eliminate(system)
}

// Moment implements Service: E[S^k] = k!·Start·(-Q)^-k·1, k times the time spent.
func (p PhaseType) Moment(k int) float64 {
	times, factorial := p.Start, 1.0
	for i := 1; i <= k; i++ {
		times = p.after(times)
		factorial *= float64(i)
	}
	return factorial * total(times)
}

// CDF implements Service.
func (p PhaseType) CDF(x float64) float64 {
	if x <= 0 {
		return 0
	}
	return 1 - p.lifetime(p.Start).tail(x)
}

// LimitedMean implements Service: the mean less what remains after x, which is the
// mean times the tail of the law started in the phases' shares of time.
func (p PhaseType) LimitedMean(x float64) float64 {
	if x <= 0 {
		return 0
	}
	mean := p.Moment(1)
	return mean * (1 - p.lifetime(p.shares()).tail(x))
}

// shares is the start of the residual (equilibrium) law: the share of time in each
// phase.
func (p PhaseType) shares() []float64 {
	times := p.after(p.Start)
	sum := total(times)
	for i := range times {
		times[i] /= sum
	}
	return times
}

// lifetime is the chain as an absorption time.
func (p PhaseType) lifetime(start []float64) *absorption {
	rate := 0.0
	for i := range p.End {
		rate = math.Max(rate, p.leaving(i))
	}
	return &absorption{rate: rate, state: append([]float64(nil), start...), step: func(from, to []float64) {
		for j := range to {
			to[j] = from[j] * (1 - p.leaving(j)/rate)
		}
		for i, x := range from {
			for j, r := range p.Move[i] {
				if j != i {
					to[j] += x * r / rate
				}
			}
		}
	}}
}
