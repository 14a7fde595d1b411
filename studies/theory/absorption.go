package theory

// absorption is the time until a finite Markov chain ends, by uniformisation: the
// chain jumps at a rate not below that of any state, and
//
//	P(T > t) = Σ_k e^-rt (rt)^k/k! · P(not ended after k jumps)
//
// All terms are positive, so small tails keep their relative accuracy.
type absorption struct {
	rate  float64
	state []float64                // the chain's distribution after len(alive)-1 jumps
	step  func(from, to []float64) // one jump; sets every entry of to
	alive []float64                // the sum of state after 0, 1, … jumps
	spare []float64
}

func (a *absorption) tail(t float64) float64 {
	mean := a.rate * t
	reach := poissonReach(mean)
	a.extend(reach)
	sum := 0.0
	for k, p := range a.alive[:reach] {
		sum += poisson(k, mean) * p
	}
	return sum
}

func (a *absorption) extend(jumps int) {
	if a.spare == nil {
		a.spare = make([]float64, len(a.state))
		a.alive = append(a.alive, total(a.state))
	}
	for len(a.alive) < jumps {
		a.step(a.state, a.spare)
		a.state, a.spare = a.spare, a.state
		a.alive = append(a.alive, total(a.state))
	}
}

func total(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum
}
