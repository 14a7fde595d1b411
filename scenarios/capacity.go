package scenarios

import "time"

// MeanService returns the mean demand of a request in seconds on a server of
// speed 1, over all classes.
func (s *Scenario) MeanService() float64 {
	sum, shares := 0.0, 0.0
	for i := range s.Workload.Classes {
		c := &s.Workload.Classes[i]
		sum += c.Share * law(&c.Service).Mean()
		shares += c.Share
	}
	return sum / shares
}

// Capacity returns how many requests a second the servers of the beginning can
// serve when none of them is ever idle:
//
//	sum of workers·speed / mean service
//
// Where servers have caches it is the capacity when no lookup misses. Servers that others
// call do not count, nor those of endpoints that are down, nor the time that callers wait for them.
func (s *Scenario) Capacity() float64 {
	strength := 0.0
	for _, g := range s.Servers {
		if s.caller(g.Name) != nil {
			continue
		}
		used := g.Count
		for n := range g.endpoints {
			if g.down(n + 1) {
				used--
			}
		}
		strength += float64(used) * float64(g.Workers) * g.Speed
	}
	return strength / s.MeanService()
}

// OfferedLoad returns the arriving work over the capacity, rho, at the rate of
// Rate; ok is false where that is not known.
func (s *Scenario) OfferedLoad() (rho float64, ok bool) {
	rate := s.Rate()
	return rate / s.Capacity(), rate > 0
}

// Rate returns the mean rate of arrivals a second; of steps and ramps the rate that
// the scenario gives, or the first. It is 0 for closed loops and traces.
func (s *Scenario) Rate() float64 {
	a := &s.Workload.Arrivals
	switch {
	case a.Load != nil:
		return *a.Load * s.Capacity()
	case a.Rate != nil:
		return *a.Rate
	case a.Process == "steps":
		return *a.Steps[0].Rate
	case a.Process == "ramp":
		return *a.From
	case a.Process == "bursts":
		return a.process(0).MeanRate()
	}
	return 0
}

// PeakRate returns the greatest rate of arrivals a second that lasts for a while.
func (s *Scenario) PeakRate() float64 {
	a, rate := &s.Workload.Arrivals, s.Rate()
	peak := rate
	of := func(own, factor *float64) float64 {
		if factor != nil {
			return *factor * rate
		}
		return *own
	}
	switch a.Process {
	case "steps":
		peak = 0
		for _, step := range a.Steps {
			peak = max(peak, of(step.Rate, step.Factor))
		}
	case "ramp":
		peak = max(peak, of(a.To, a.Factor))
	case "diurnal":
		peak = rate * (1 + *a.Amplitude)
	}
	return peak
}

// length is how long the run is about to be; 0 when nobody can say.
func (s *Scenario) length() time.Duration {
	if s.Run.Duration > 0 {
		return s.Run.Duration
	}
	if rate := s.Rate(); rate > 0 {
		if seconds := float64(s.Run.Requests) / rate; seconds < 1e9 {
			return time.Duration(seconds * 1e9)
		}
	}
	return 0
}

// maxIntervals is how many steps figures over time have at most, unless the
// scenario says how long a step is.
const maxIntervals = 600

// A p99 over time needs this many requests in a step, over all replications; but a
// run is never cut into fewer steps than minIntervals for their sake.
const (
	enoughRequests = 12_000
	minIntervals   = 30
)

// Interval returns the step of the figures over time: as given, or the shortest of
// 1, 2 or 5 times a power of ten seconds that gives at most 600 steps and, if that
// leaves at least 30, enough requests in each for a p99; 0 where the run's length is
// not known.
func (s *Scenario) Interval() time.Duration {
	if s.Run.Interval > 0 {
		return s.Run.Interval
	}
	length := s.length()
	if length == 0 {
		return 0
	}
	least := (length + maxIntervals - 1) / maxIntervals
	if rate := s.Rate() * float64(max(s.Run.Replications, 1)); rate > 0 {
		least = max(least, time.Duration(min(enoughRequests/rate*1e9, float64(length/minIntervals))))
	}
	for step := time.Microsecond; ; step *= 10 {
		for _, times := range []time.Duration{1, 2, 5} {
			if times*step >= least {
				return times * step
			}
		}
	}
}
