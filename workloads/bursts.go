package workloads

import (
	"fmt"

	"lbsim/clock"
	"lbsim/random"
)

// BurstPhase is one state of Bursts: arrivals at Rate a second for an exponential
// time of mean Mean seconds.
type BurstPhase struct{ Rate, Mean float64 }

// Bursts is a Markov-modulated Poisson process (MMPP): Poisson arrivals whose rate
// depends on a phase. Phases follow one another in the order given, the first
// after the last; each lasts an exponential time. With two phases this is the
// MMPP(2) of W. Fischer and K. Meier-Hellstern, "The Markov-modulated Poisson
// process (MMPP) cookbook", Perf. Eval. 18(2), 1993. For rates λ1, λ2 and mean
// sojourns 1/r1, 1/r2
//
//	mean rate = (λ1 r2 + λ2 r1) / (r1+r2)
//	variance over mean of long counts = 1 + 2 r1 r2 (λ1-λ2)² / ((r1+r2)² (λ1 r2 + λ2 r1))
//
// The first phase is drawn from the stationary law, so the process is stationary
// from the start. An arrival costs an exponential draw, a change of phase two.
type Bursts struct {
	now    instant
	phases []burst
	start  Alias
	rate   float64
	phase  int     // -1 before the first arrival
	left   float64 // of the phase, ns
}

type burst struct{ gap, sojourn float64 } // means, ns; the gap is +Inf at rate 0

// NewBursts returns the process of two or more phases with rates >= 0, not all 0,
// and means > 0.
func NewBursts(phases []BurstPhase) (*Bursts, error) {
	if len(phases) < 2 {
		return nil, broken("phases", float64(len(phases)), "bursts need at least two")
	}
	b := &Bursts{phase: -1}
	sojourns, cycle := make([]float64, len(phases)), 0.0
	for i, ph := range phases {
		if err := first(nonNegative("rate", ph.Rate), positive("mean", ph.Mean)); err != nil {
			return nil, fmt.Errorf("phases[%d]: %w", i, err)
		}
		sojourns[i] = ph.Mean
		cycle += ph.Mean
		b.rate += float64(ph.Rate * ph.Mean)
		b.phases = append(b.phases, burst{second / ph.Rate, second * ph.Mean})
	}
	b.rate /= cycle
	if err := positive("rate", b.rate); err != nil {
		return nil, fmt.Errorf("phases: mean %w", err)
	}
	var err error
	b.start, err = NewAlias(sojourns)
	return b, err
}

func (b *Bursts) Next(src *random.Source) (clock.Time, bool) {
	if b.phase < 0 {
		b.phase = b.start.Choose(src)
		b.left = float64(b.phases[b.phase].sojourn * src.Exponential())
	}
	waited := 0.0
	for {
		ph := &b.phases[b.phase]
		gap := float64(ph.gap * src.Exponential())
		if gap < b.left {
			b.left -= gap
			return b.now.advance(waited + gap)
		}
		waited += b.left
		if b.phase++; b.phase == len(b.phases) {
			b.phase = 0
		}
		b.left = float64(b.phases[b.phase].sojourn * src.Exponential())
	}
}
func (b *Bursts) MeanRate() float64 { return b.rate }
func (b *Bursts) Stationary() bool  { return true }
