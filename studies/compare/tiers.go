package compare

import "lbsim/studies/result"

// tiers summarises the calls of a variant's servers.
func (s *study) tiers(v int, x *result.Variant) {
	for i, t := range s.models[v].Tiers {
		x.Tiers = append(x.Tiers, result.Tier{Name: t.To, CalledBy: t.From,
			Attempts: s.estimate(v, false, func(r *replicate) float64 { return r.tiers[i] })})
	}
}
