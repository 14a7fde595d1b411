package compare

import (
	"lbsim/studies/result"
	"lbsim/studies/statistics"
)

// compare tests every variant against the baseline in every metric, paired by
// replication, and corrects for how many tests that is. Where a variant has no
// figure there is nothing to test.
func (s *study) compare() []result.Comparison {
	var found []result.Comparison
	var family []statistics.Difference
	var goals []statistics.Goal
	for v := range s.Variants {
		base := s.baseline(v)
		if v == base {
			continue
		}
		for _, m := range s.Metrics {
			c := result.Comparison{Baseline: s.Variants[base].Name, Candidate: s.Variants[v].Name,
				Metric: m.Path, Class: m.Class, Verdict: string(statistics.Undecided)}
			d := s.difference(base, v, m)
			if d.N > 0 {
				c.Difference = estimateOf(d.Interval)
				c.Relative = known(d.Relative())
			}
			found, family, goals = append(found, c), append(family, d), append(goals, m.Goal)
		}
	}
	verdicts, adjusted := statistics.Test{Alpha: 1 - Confidence, MinEffect: s.MinEffect}.Verdicts(family, goals)
	for i := range found {
		if family[i].Testable {
			found[i].P = known(adjusted[i])
		}
		found[i].Verdict = string(verdicts[i])
	}
	if found == nil {
		return []result.Comparison{}
	}
	return found
}

// difference is the zero Difference, not testable, where a figure is missing.
func (s *study) difference(base, v int, m Metric) statistics.Difference {
	a, b := s.sample(base, m), s.sample(v, m)
	if a == nil || b == nil {
		return statistics.Difference{}
	}
	d, err := statistics.Paired(a, b, Confidence)
	if err != nil {
		return statistics.Difference{}
	}
	return d
}
