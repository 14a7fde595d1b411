package algorithms

import "math"

// sample is figures of independent repetitions.
type sample []float64

func (s *sample) add(x float64) { *s = append(*s, x) }

func (s sample) mean() float64 {
	sum := 0.0
	for _, x := range s {
		sum += x
	}
	return sum / float64(len(s))
}

// se is the standard error of the mean.
func (s sample) se() float64 {
	mean, sum := s.mean(), 0.0
	for _, x := range s {
		sum += (x - mean) * (x - mean)
	}
	n := float64(len(s))
	return math.Sqrt(sum / (n - 1) / n)
}
