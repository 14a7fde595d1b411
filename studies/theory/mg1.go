package theory

import "math"

// MG1 is one first-come server with Poisson arrivals and any law of service.
type MG1 struct {
	Lambda  float64
	Service Service
}

// Utilization is ρ = λE[S].
func (m MG1) Utilization() float64 { return m.Lambda * m.Service.Moment(1) }

func (m MG1) idle() float64 { return math.Max(0, 1-m.Utilization()) }

// MeanWait is the Pollaczek-Khinchine formula, λE[S²]/(2(1-ρ)). Source: Kleinrock
// vol. 1 (1975), section 5.6.
func (m MG1) MeanWait() float64 { return m.Lambda * m.Service.Moment(2) / (2 * m.idle()) }

// MeanResponse is E[W] + E[S].
func (m MG1) MeanResponse() float64 { return m.MeanWait() + m.Service.Moment(1) }

// MeanNumber is λE[T].
func (m MG1) MeanNumber() float64 { return m.Lambda * m.MeanResponse() }

// WaitSD is the standard deviation of the wait, from
//
//	E[W²] = 2E[W]² + λE[S³]/(3(1-ρ))
//
// Source: Takács, A single-server queue with Poisson input, Oper. Res. 10 (1962).
func (m MG1) WaitSD() float64 {
	mean := m.MeanWait()
	if math.IsInf(mean, 1) {
		return mean
	}
	return math.Sqrt(mean*mean + m.Lambda*m.Service.Moment(3)/(3*m.idle()))
}

// ResponseQuantile is the q-quantile of T. By the kind of law:
//
//   - PhaseType: the wait is a geometric number of residual services, each of which
//     is of phase type too, so T is the end of a small Markov chain; error below
//     1e-12.
//   - Deterministic: MDC with one server; error below 1e-12.
//   - else: the renewal equation of the wait on a grid, relative error about 1e-5;
//     some ten milliseconds.
func (m MG1) ResponseQuantile(q float64) float64 {
	if m.idle() == 0 {
		return math.Inf(1)
	}
	switch law := m.Service.(type) {
	case PhaseType:
		return quantile(m.phases(law).tail, q, m.MeanResponse())
	case Deterministic:
		return MDC{C: 1, Lambda: m.Lambda, Service: law.Value}.ResponseQuantile(q)
	default:
		return m.gridQuantile(q)
	}
}

// phases is T as an absorption time: first the phases of the residual services,
// then those of the request's own.
func (m MG1) phases(law PhaseType) *absorption {
	n := len(law.Start)
	rho := m.Utilization()
	residual := law.shares()
	chain := newPhaseType(2 * n)
	for i := range n {
		chain.Start[i] = rho * residual[i]
		chain.Start[n+i] = (1 - rho) * law.Start[i]
		chain.End[n+i] = law.End[i]
		for j := range n {
			chain.Move[i][j] = law.Move[i][j] + law.End[i]*rho*residual[j]
			chain.Move[i][n+j] = law.End[i] * (1 - rho) * law.Start[j]
			chain.Move[n+i][n+j] = law.Move[i][j]
		}
	}
	return chain.lifetime(chain.Start)
}
