package compare

import (
	"math"

	"lbsim/scenarios"
	"lbsim/sim"
	"lbsim/sim/cache"
	"lbsim/studies/result"
	"lbsim/studies/statistics"
	"lbsim/studies/theory"
	"lbsim/workloads"
)

// factsOf gathers what theory may want to know about a scenario.
func factsOf(s *scenarios.Scenario, m *sim.Model) theory.ModelFacts {
	a := &s.Workload.Arrivals
	f := theory.ModelFacts{
		Plain: !m.Varies() && len(m.Acts) == 0 && m.Stationary && m.Clients == nil && m.Frontends == 1 && m.Network.OneWay == nil &&
			len(s.Balancer.Pools) == 0 && s.Balancer.Affinity == nil && s.Balancer.Subset == 0 && s.Balancer.Health == nil && s.Balancer.Retries == nil &&
			s.Balancer.Limits == nil && len(m.Tiers) == 0,
		Arrivals: a.Process, Service: service(m), Workers: m.Servers[0].Workers, Queue: m.Servers[0].Queue,
		Discipline: "fifo",
	}
	if m.Closed != nil {
		f.Users, f.Think = m.Closed.Users, m.Closed.Think.Mean()
	} else {
		f.Rate = s.Rate()
	}
	if len(s.Workload.Classes) == 1 {
		f.Service.Law = s.Workload.Classes[0].Service.Dist
	}
	if a.Process == "renewal" {
		f.GapLaw = a.Interval.Dist
		if a.Interval.CV != nil {
			f.GapCV = *a.Interval.CV
		}
	}
	if m.Servers[0].Discipline == sim.PS {
		f.Discipline = "ps"
	}
	for _, x := range m.Servers {
		if x.Workers != f.Workers || x.Queue != f.Queue || x.Discipline != m.Servers[0].Discipline || x.Cache != nil ||
			x.Discipline == sim.ByPriority || x.Discipline == sim.PriorityPreemptive {
			f.Plain = false
		}
		f.Servers = append(f.Servers, theory.ServerFacts{Speed: x.Speed, Weight: x.Weight})
	}
	nameAlgorithm(&f, s)
	return f
}

// mostKeys is up to how many keys a hit ratio is computed for: it takes each some sixty
// times.
const mostKeys = 1_000_000

// cacheFactsOf gathers what theory may want to know about caches.
func cacheFactsOf(s *scenarios.Scenario, m *sim.Model) (f theory.CacheFacts) {
	first := m.Servers[0].Cache
	if first == nil || len(m.Tiers) > 0 || m.Trace != nil || len(s.Balancer.Pools) > 0 || m.Keys.Count() > mostKeys || m.Varies() || len(m.Acts) > 0 || !m.Stationary {
		return f
	}
	for _, x := range m.Servers {
		if x.Cache == nil || x.Cache.Capacity != first.Capacity || x.Cache.Policy != first.Policy {
			return f
		}
	}
	f.Independent = len(m.Servers) == 1 || !s.Balancer.Algorithm.Spec.NeedsKey
	f.Capacity, f.LRU = first.Capacity, first.Policy == cache.LRU
	if f.Independent {
		f.Popularity = workloads.Probabilities(m.Keys)
	}
	return f
}

// nameAlgorithm names it where theory knows all its parameters.
func nameAlgorithm(f *theory.ModelFacts, s *scenarios.Scenario) {
	choice := s.Balancer.Algorithm
	plain := choice.String() == choice.Spec.Name
	if choice.Spec.Name != "power_of_two" {
		if plain {
			f.Algorithm = choice.Spec.Name
		}
		return
	}
	for _, p := range choice.Spec.Params {
		if p.Name != "choices" && p.Name != "replacement" && choice.Values.Text(p.Name) != p.Default {
			return
		}
	}
	f.Algorithm = choice.Spec.Name
	f.Choices, f.Replacement = choice.Values.Int("choices"), choice.Values.Bool("replacement")
}

// service is the law of all classes' demands together: of one class, its own; of
// several, the mixture's mean and coefficient of variation.
func service(m *sim.Model) theory.ServiceFacts {
	mean, square := 0.0, 0.0
	for _, c := range m.Classes {
		x, cv := c.Service.Mean(), c.Service.CV()
		mean += c.Share * x
		square += c.Share * x * x * (1 + cv*cv)
	}
	return theory.ServiceFacts{Mean: mean, CV: math.Sqrt(max(0, square/(mean*mean)-1))}
}

// theoryOf puts what theory knows beside what was measured.
func theoryOf(figures []theory.Figure, x *result.Variant) []result.Theory {
	var found []result.Theory
	for _, f := range figures {
		e, ok := x.Estimate(f.Metric)
		if !ok || !e.Known() {
			continue
		}
		t := result.Theory{Metric: f.Metric, Expected: f.Value, Measured: e, Model: f.Model, Source: f.Source}
		if !f.Approximate {
			t.Agrees = new(false) // for agree to say
		}
		found = append(found, t)
	}
	return found
}

// agree says which measured figures agree with theory's: those whose interval, made
// wide enough for all of them to hold the truth together in 95 of 100 studies
// (Bonferroni) and then by the histogram's own width, holds the expected value. With
// nothing random the two are equal, or nothing is said.
func agree(variants []result.Variant, replications int) {
	figures := 0
	each(variants, func(*result.Theory) { figures++ })
	if figures == 0 {
		return
	}
	of := func(alpha float64) float64 { return statistics.TQuantile(1-alpha/2, replications-1) }
	wider := of((1-Confidence)/float64(figures)) / of(1-Confidence)
	each(variants, func(t *result.Theory) {
		e, width := t.Measured, 0.004*t.Expected
		off := math.Abs(*e.Value - t.Expected)
		switch {
		case e.Low != nil:
			*t.Agrees = off <= float64(wider*(*e.High-*e.Low)/2)+width
		case off <= width:
			*t.Agrees = true
		default:
			t.Agrees = nil
		}
	})
}

// each calls f with every figure that agrees with theory or does not.
func each(variants []result.Variant, f func(t *result.Theory)) {
	for v := range variants {
		for i := range variants[v].Theory {
			if t := &variants[v].Theory[i]; t.Agrees != nil {
				f(t)
			}
		}
	}
}
