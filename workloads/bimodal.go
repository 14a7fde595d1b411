package workloads

import (
	"math"

	"lbsim/random"
)

// Bimodal is the law of two values: high with probability share, else low.
//
//	mean = (1-s) low + s high,  standard deviation = (high-low) √(s(1-s))
//
// It models a mix of short and long work, such as hits and misses.
type Bimodal struct{ low, high, share float64 }

// NewBimodal returns the law of 0 <= low < high with 0 < share < 1, the
// probability of high.
func NewBimodal(low, high, share float64) (Bimodal, error) {
	err := first(nonNegative("low", low), positive("high", high), openShare("share", share))
	if err == nil && low >= high {
		err = broken("high", high, "must be > low = %v", low)
	}
	return Bimodal{low, high, share}, err
}

// BimodalByCV returns the two values that have the given mean, > 0, and cv when
// the larger has probability share. It needs cv <= √((1-share)/share), or low would
// be negative.
func BimodalByCV(mean, cv, share float64) (Bimodal, error) {
	if err := first(positive("mean", mean), positive("cv", cv), openShare("share", share)); err != nil {
		return Bimodal{}, err
	}
	odds := math.Sqrt(share / (1 - share))
	if float64(cv*odds) > 1 {
		return Bimodal{}, broken("cv", cv, "must be <= %.4g for share = %v, or the small value would be < 0", 1/odds, share)
	}
	low := mean * max(0, 1-float64(cv*odds))
	return NewBimodal(low, mean*(1+cv/odds), share)
}

// BimodalByRatio returns the two values that have the given mean, > 0, when the
// larger is ratio > 1 times the smaller and has probability share.
func BimodalByRatio(mean, ratio, share float64) (Bimodal, error) {
	err := first(positive("mean", mean), positive("ratio", ratio), openShare("share", share))
	if err == nil && ratio <= 1 {
		err = broken("ratio", ratio, "must be > 1")
	}
	if err != nil {
		return Bimodal{}, err
	}
	low := mean / (1 - share + float64(share*ratio))
	return NewBimodal(low, float64(low*ratio), share)
}

func (b Bimodal) Sample(src *random.Source) float64 {
	if src.Float64() < b.share {
		return b.high
	}
	return b.low
}
func (b Bimodal) Mean() float64 { return b.low + float64(b.share*(b.high-b.low)) }
func (b Bimodal) CV() float64 {
	return (b.high - b.low) * math.Sqrt(b.share*(1-b.share)) / b.Mean()
}
func (b Bimodal) Quantile(p float64) float64 {
	if p <= 1-b.share {
		return b.low
	}
	return b.high
}
