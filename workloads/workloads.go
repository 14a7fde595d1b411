// Package workloads says what arrives: when requests come, of which class, how
// much service each needs, which key it asks for and which client sends it.
//
// Times here are float64 seconds where they are drawn and clock.Time where they
// are instants. All chance comes from the random.Source that a call is given.
// Nothing here is safe for concurrent use, but what is called immutable may be
// shared.
package workloads

import (
	"lbsim/clock"
	"lbsim/random"
)

// Distribution is a law of non-negative real numbers, such as service times in
// seconds. Implementations are immutable: one value may serve many runs.
type Distribution interface {
	// Sample draws from src. It does not allocate.
	Sample(src *random.Source) float64
	// Mean and CV (standard deviation over mean) are exact; CV is 0 for a
	// constant.
	Mean() float64
	CV() float64
	// Quantile returns the p-quantile, p in [0, 1).
	Quantile(p float64) float64
}

// Process is a stream of arrival instants.
type Process interface {
	// Next returns the next instant, never before the last one; ok is false
	// when no more come. It does not allocate.
	Next(src *random.Source) (at clock.Time, ok bool)
}

// Arrivals is a Process of which the long run is known.
type Arrivals interface {
	Process
	// MeanRate is the long-run number of arrivals a second; 0 where there is
	// none, as with a rate that changes for good.
	MeanRate() float64
	// Stationary tells whether the law of what comes is the same at all times,
	// so that a warm-up can end and a steady state be measured.
	Stationary() bool
}

// Samples fills dst with draws of d: the same numbers as so many calls of Sample,
// and the stream left at the same place.
func Samples(d Distribution, src *random.Source, dst []float64) {
	if e, ok := d.(Exponential); ok {
		e.samples(src, dst)
		return
	}
	for i := range dst {
		dst[i] = d.Sample(src)
	}
}

// Instants fills dst with the next instants of p, the same as so many calls of Next,
// and with clock.Never when no more come.
func Instants(p Process, src *random.Source, dst []clock.Time) {
	if p, ok := p.(*Poisson); ok {
		p.instants(src, dst)
		return
	}
	for i := range dst {
		at, ok := p.Next(src)
		if !ok {
			at = clock.Never
		}
		dst[i] = at
	}
}
