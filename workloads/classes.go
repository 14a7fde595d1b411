package workloads

import (
	"fmt"
	"math"

	"lbsim/random"
)

// Mix chooses the class of a request: class i with probability Share(i), in
// constant time. It is immutable.
type Mix struct {
	alias  Alias
	shares []float64
}

// NewMix returns the mix of classes with the given shares, each > 0, which must
// add up to 1 to within a thousandth, so that thirds can be written 33.3%. They
// are scaled to add up exactly.
func NewMix(shares []float64) (*Mix, error) {
	total := 0.0
	for i, s := range shares {
		if err := positive("share", s); err != nil {
			return nil, fmt.Errorf("classes[%d]: %w", i, err)
		}
		total += s
	}
	if !(math.Abs(total-1) <= 1.001e-3) {
		return nil, broken("share", total, "the shares of all classes must add up to 1 (100%%)")
	}
	m := &Mix{shares: make([]float64, len(shares))}
	for i, s := range shares {
		m.shares[i] = s / total
	}
	var err error
	m.alias, err = NewAlias(m.shares)
	return m, err
}

// Choose returns a class drawn from src. It does not allocate.
func (m *Mix) Choose(src *random.Source) int { return m.alias.Choose(src) }

// Share returns the probability of a class.
func (m *Mix) Share(class int) float64 { return m.shares[class] }

// Len returns the number of classes.
func (m *Mix) Len() int { return len(m.shares) }
