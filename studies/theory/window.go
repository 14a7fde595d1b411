package theory

// window is a law on the integers, zero outside first … first+len(values)-1. The
// zero value is the law of 0.
type window struct {
	first  int
	values []float64
}

// negligible is the share of the greatest probability below which the ends of a
// window are cut.
const negligible = 1e-40

// plus is the law of the sum of two independent numbers.
func (w window) plus(o window) window {
	if w.values == nil {
		return o
	}
	sum := window{first: w.first + o.first, values: make([]float64, len(w.values)+len(o.values)-1)}
	for i, a := range w.values {
		for j, b := range o.values {
			sum.values[i+j] += a * b
		}
	}
	return sum.trimmed()
}

// trimmed leaves out the ends that add nothing.
func (w window) trimmed() window {
	most := 0.0
	for _, v := range w.values {
		most = max(most, v)
	}
	from, to := 0, len(w.values)
	for from < to-1 && w.values[from] < most*negligible {
		from++
	}
	for to > from+1 && w.values[to-1] < most*negligible {
		to--
	}
	return window{first: w.first + from, values: w.values[from:to]}
}

func (w window) at(k int) float64 {
	if k < w.first || k >= w.first+len(w.values) {
		return 0
	}
	return w.values[k-w.first]
}
