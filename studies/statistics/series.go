package statistics

// MaxBatches bounds a Series.
const MaxBatches = 4096

// firstBatch is the batch size of MSER-5.
const firstBatch = 5

// Series keeps a long sequence of observations as means of equal batches. It
// starts with batches of five; when there are 4,096 of them it joins neighbours,
// which doubles the batch size. The memory is fixed, whatever the run's length.
// The zero value is ready to use.
type Series struct {
	size    int       // observations a batch
	sums    []float64 // of complete batches
	pending float64   // sum of the batch under way
	count   int       // observations in it
}

// Add appends an observation. Amortised O(1); it allocates only while the series
// has fewer than 4,096 batches.
func (s *Series) Add(x float64) {
	if s.size == 0 {
		s.size = firstBatch
	}
	s.pending += x
	s.count++
	if s.count < s.size {
		return
	}
	s.sums = append(s.sums, s.pending)
	s.pending, s.count = 0, 0
	if len(s.sums) == MaxBatches {
		s.join()
	}
}

func (s *Series) join() {
	half := len(s.sums) / 2
	for i := range half {
		s.sums[i] = s.sums[2*i] + s.sums[2*i+1]
	}
	s.sums = s.sums[:half]
	s.size *= 2
}

// BatchSize is the number of observations a batch has now.
func (s *Series) BatchSize() int { return max(s.size, firstBatch) }

// Batches returns the means of the complete batches; an incomplete last one is
// left out. It allocates the result.
func (s *Series) Batches() []float64 {
	means := make([]float64, len(s.sums))
	for i, sum := range s.sums {
		means[i] = sum / float64(s.size)
	}
	return means
}

// Cut is the warm-up in observations by the MSER rule on the batches; see MSER5.
func (s *Series) Cut() (cut int, ok bool) {
	batch, ok := truncation(s.Batches())
	return batch * s.BatchSize(), ok
}
