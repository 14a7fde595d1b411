package theory

import "math"

// TryAgain is requests each of whose attempts fails by itself with probability p, and is
// made again until there were n of them.
type TryAgain struct {
	Failure  float64 // p, 0 to 1
	Attempts int     // n >= 1
}

// PerRequest is how many attempts a request takes: 1 + p + … + p^(n-1).
func (t TryAgain) PerRequest() float64 {
	sum := 0.0
	for k := range t.Attempts {
		sum += math.Pow(t.Failure, float64(k))
	}
	return sum
}

// Failed is the share of requests all of whose attempts fail: p^n.
func (t TryAgain) Failed() float64 { return math.Pow(t.Failure, float64(t.Attempts)) }

// HealthChecks are an interval apart, longer by a share of it that is uniform between 0 and
// Jitter, and Unhealthy of them in a row that fail at once take a server out.
type HealthChecks struct {
	Interval, Jitter float64
	Unhealthy        int // >= 1
}

// MeanDetection is the mean time from a crash at any moment until the server is taken out:
// what is left of an interval, E[X²]/(2E[X]) by renewal theory, and Unhealthy - 1 whole ones.
func (h HealthChecks) MeanDetection() float64 {
	mean := float64(h.Interval * (1 + h.Jitter/2))
	spread := float64(h.Interval * h.Jitter)
	second := float64(mean*mean) + spread*spread/12
	return second/(2*mean) + float64(h.Unhealthy-1)*mean
}
