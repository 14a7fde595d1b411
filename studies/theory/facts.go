package theory

import "math"

// ModelFacts are the plain facts of a scenario by which Known recognises a model.
// Words are those of the scenario language.
type ModelFacts struct {
	// Plain is true when nothing else touches a request: no timeline, timeouts,
	// retries, health checks, caches, calls, warm-up curves or network latency, and
	// one frontend. Known says nothing otherwise.
	Plain bool

	Arrivals string  // process: poisson, constant, renewal, closed, …
	Rate     float64 // requests a second, of the whole system; not for closed
	GapLaw   string  // renewal: the law of the gaps between arrivals
	GapCV    float64 // renewal
	Users    int     // closed
	Think    float64 // closed: mean seconds

	Service ServiceFacts

	Servers    []ServerFacts
	Workers    int    // of each server
	Queue      int    // places to wait at each server, Unlimited for no bound
	Discipline string // fifo or ps

	// Algorithm is the full name, not an alias; "" where a parameter that is not
	// listed here differs from its default.
	Algorithm   string
	Choices     int  // power_of_two
	Replacement bool // power_of_two
}

// Unlimited is a queue without a bound.
const Unlimited = -1

// ServerFacts are a server's speed (1 is normal) and weight.
type ServerFacts struct{ Speed, Weight float64 }

// ServiceFacts are the law of the demands of all requests together. Law is "" or any
// other word where only mean and cv are known, as for a mix of classes.
type ServiceFacts struct {
	Law  string
	Mean float64 // seconds at speed 1
	CV   float64
}

// Figure is what theory knows about a metric of the result.
type Figure struct {
	Metric string // as in the result: latency_seconds.mean
	Value  float64
	Model  string // M/M/4
	Source string // formula and reference
	// Approximate is true for a limit or a correction of one: measured and expected
	// then differ by more than chance.
	Approximate bool
}

// law is the law of service at a server of that speed, nil where the facts don't
// determine it.
func (s ServiceFacts) law(speed float64) Service {
	mean, cv2 := s.Mean/speed, s.CV*s.CV
	switch s.Law {
	case "exponential":
		return ExponentialLaw(mean)
	case "constant":
		return Deterministic{mean}
	case "lognormal":
		return Lognormal{Mean: mean, CV2: cv2}
	case "hyperexponential":
		return BalancedH2(mean, cv2)
	case "erlang":
		return ErlangLaw(int(math.Round(1/cv2)), mean)
	default:
		return nil
	}
}

// equal reports whether all servers have one speed and one weight.
func (f ModelFacts) equal() bool {
	for _, s := range f.Servers {
		if s != f.Servers[0] {
			return false
		}
	}
	return true
}

// load is the work that arrives over the capacity of all servers.
func (f ModelFacts) load() float64 {
	capacity := 0.0
	for _, s := range f.Servers {
		capacity += s.Speed * float64(f.Workers)
	}
	return f.Rate * f.Service.Mean / capacity
}
