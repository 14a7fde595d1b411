package theory

import "sort"

// gridSteps is the number of steps of the wait's renewal equation.
const gridSteps = 8000

// gridQuantile solves for the distribution of T up to a horizon that just holds the
// quantile: with Fe the law of the residual service and G that of the service,
//
//	F_W(x) = (1-ρ) + ρ∫ F_W(x-y) dFe(y), F_T(x) = ∫ F_W(x-y) dG(y)
//
// F_W is taken linear within a step, the laws exactly, so the error falls with the
// square of the step. Source: Asmussen, Applied Probability and Queues (2003),
// section VIII.5.
func (m MG1) gridQuantile(q float64) float64 {
	horizon := m.MeanResponse()
	for m.gridAt(horizon, gridSteps/8) < q {
		horizon *= 1.5
	}
	response := m.grid(horizon*1.02, gridSteps)
	step := horizon * 1.02 / gridSteps
	i := sort.SearchFloat64s(response, q)
	if i == 0 || i == len(response) {
		return float64(i) * step
	}
	return step * (float64(i-1) + (q-response[i-1])/(response[i]-response[i-1]))
}

// gridAt is F_T at the horizon.
func (m MG1) gridAt(horizon float64, steps int) float64 {
	response := m.grid(horizon, steps)
	return response[steps]
}

// grid is F_T at 0, 1, …, steps of horizon/steps.
func (m MG1) grid(horizon float64, steps int) []float64 {
	step := horizon / float64(steps)
	mean := m.Service.Moment(1)
	residual := increments(steps, func(i int) float64 { return m.Service.LimitedMean(step*float64(i)) / mean })
	service := increments(steps, func(i int) float64 { return m.Service.CDF(step * float64(i)) })
	rho := m.Utilization()
	wait := make([]float64, steps+1)
	response := make([]float64, steps+1)
	wait[0] = 1 - rho
	middles := make([]float64, steps) // F_W in the middle of a step
	for i := 1; i <= steps; i++ {
		known := 1 - rho + rho*(convolved(middles, residual, i)+residual[0]*wait[i-1]/2)
		wait[i] = known / (1 - rho*residual[0]/2)
		middles[i-1] = (wait[i-1] + wait[i]) / 2
		response[i] = convolved(middles, service, i) + service[0]*middles[i-1]
	}
	return response
}

// convolved is Σ_{j=1}^{i-1} middle(i-1-j)·weight(j).
func convolved(middles, weights []float64, i int) float64 {
	sum := 0.0
	for j := 1; j < i; j++ {
		sum += middles[i-1-j] * weights[j]
	}
	return sum
}

func increments(steps int, law func(i int) float64) []float64 {
	result := make([]float64, steps)
	previous := law(0)
	for i := range result {
		next := law(i + 1)
		result[i] = next - previous
		previous = next
	}
	return result
}
