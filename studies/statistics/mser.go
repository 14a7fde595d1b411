package statistics

// minBatches is the fewest batches on which a cut is worth anything.
const minBatches = 20

// MSER5 finds the end of the warm-up: the number of observations to drop from the
// front so that the mean of the rest has the least estimated standard error. With
// Y the means of batches of five and n their number, it minimises over 0 ≤ d ≤ n/2
//
//	MSER(d) = Σ_{i>d} (Y_i - mean of Y_{d+1…n})² / (n-d)²
//
// Dropping a transient makes the numerator fall; dropping good data makes the
// denominator fall. Of equal minima the first counts.
//
// ok is false when the series says nothing: fewer than 20 batches, or the minimum
// at the end of the range, which means that the transient (or a growing backlog)
// fills half of the run. More than 4,096 batches are joined in pairs first. O(n).
//
// Sources: White, An effective truncation heuristic for bias reduction in
// simulation output, Simulation 69 (1997); Spratt, MSc thesis, University of
// Virginia (1998), for the batches of five.
func MSER5(series []float64) (cut int, ok bool) {
	var s Series
	for _, x := range series {
		s.Add(x)
	}
	return s.Cut()
}

// truncation returns the MSER cut in batches.
func truncation(batches []float64) (cut int, ok bool) {
	n := len(batches)
	if n < minBatches {
		return 0, false
	}
	last := n / 2
	best, at := 0.0, -1
	// Welford's update from the back gives every suffix's sum of squares in one
	// pass and loses no digits.
	mean, squares := 0.0, 0.0
	for d := n - 1; d >= 0; d-- {
		kept := float64(n - d)
		delta := batches[d] - mean
		mean += delta / kept
		squares += float64(delta * (batches[d] - mean))
		if d > last {
			continue
		}
		if statistic := squares / float64(kept*kept); at < 0 || statistic <= best {
			best, at = statistic, d
		}
	}
	return at, at < last
}
