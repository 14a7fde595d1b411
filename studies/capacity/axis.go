package capacity

import (
	"math"
	"slices"
)

// An axis is what is varied. Positions grow with the strain: the rate itself, or one over
// the number of servers. Of each way to go on, ok is false where nothing is left to ask.
type axis interface {
	// first is the position nearest to a guess.
	first(guess float64) float64
	// easier is a position below the lowest one asked, harder one above the highest.
	easier(lowest float64) (p float64, ok bool)
	harder(highest float64) (p float64, ok bool)
	// within is the next position to ask between one that is met and one that is missed.
	within(g gap) (p float64, ok bool)
	// drawn are the positions at which a curve has points, around that of the answer.
	drawn(answer float64) []float64
	// place is a position as people know it.
	place(p float64) float64
	// near reports whether both ends of an answer are as near as asked for.
	near(met, missed float64) bool
}

// A gap is what is known between a position that is met and the next one that is missed.
type gap struct {
	met, missed float64
	crossing    float64   // where the figures, drawn as a line, cross the limit
	reach       float64   // how far from there a probe must be to be decided
	undecided   []float64 // positions in between, ascending
	stuck       bool      // the last probes moved one end only, and by little
}

// rates is the axis on which the rate of arrivals varies.
type rates struct {
	bound     float64 // what the servers do at most
	precision float64 // of missed over met
}

// Below leastLoad of the bound nobody asks, and not beyond mostLoad times it: whoever meets
// an objective there does not miss it for any rate.
const (
	leastLoad = 0.01
	mostLoad  = 4
)

func (a rates) place(p float64) float64 { return p }

// drawn is farther apart where little happens.
func (a rates) drawn(answer float64) (all []float64) {
	for _, part := range []float64{0.15, 0.35, 0.55, 0.7, 0.8, 0.88, 0.95, 1.03, 1.08, 1.14} {
		all = append(all, min(part*answer, 1.2*a.bound))
	}
	return all
}

func (a rates) near(met, missed float64) bool {
	return missed <= met*(1+a.precision)*(1+1e-9)
}

// first is a little easier than the guess: right at the limit nothing can be decided.
func (a rates) first(guess float64) float64 {
	return min(max(guess*(1-float64(aside*a.precision)), 0.02*a.bound), 0.97*a.bound)
}

func (a rates) easier(lowest float64) (float64, bool) {
	least := leastLoad * a.bound
	return max(lowest/2, least), lowest > least
}

func (a rates) harder(highest float64) (float64, bool) {
	switch left := a.bound - highest; {
	case left > 0.03*a.bound:
		return highest + left/2, true
	case left > 0:
		return a.bound, true
	}
	most := mostLoad * a.bound
	return min(2*highest, most), highest < most
}

// aside is how far from the crossing it is asked, in parts of the precision: so that both
// sides together are within it, and each as far from the limit as that allows.
const aside = 0.45

// within asks on both sides of the crossing, as far from it and from what could not be
// decided as it must be.
func (a rates) within(g gap) (float64, bool) {
	if len(g.undecided) == 0 && a.near(g.met, g.missed) {
		return 0, false
	}
	if g.stuck && g.missed > g.met*(1+float64(6*a.precision)) {
		return (g.met + g.missed) / 2, true
	}
	off := max(aside*a.precision*g.crossing, g.reach)
	low, high := a.beside(g, -off), a.beside(g, off)
	little := 0.1 // of off: nearer to what is known nothing is won
	if len(g.undecided) > 0 {
		little = 0.3
	}
	switch {
	case g.met < low-float64(little*off):
		return low, true
	case g.missed > high+float64(little*off):
		return high, true
	case len(g.undecided) > 0 || g.reach >= (g.missed-g.met)/3:
		return 0, false
	}
	return (g.met + g.missed) / 2, true
}

// beside is so far from the crossing, on one side of it, and farther for each position there
// that could not be decided.
func (a rates) beside(g gap, off float64) float64 {
	p := g.crossing + off
	for _, u := range g.undecided {
		if off < 0 && u < g.crossing {
			p = min(p+off/2, u+off/2)
		}
	}
	for _, u := range slices.Backward(g.undecided) {
		if off > 0 && u > g.crossing {
			p = max(p+off/2, u+off/2)
		}
	}
	return p
}

// counts is the axis on which the number of servers varies.
type counts struct {
	most int // never more servers than this
	less int // which of them are lost in this fleet: one at least must be left
}

func (a counts) number(p float64) int { return int(math.Round(1 / p)) }

func (a counts) place(p float64) float64 { return float64(a.number(p)) }

func (a counts) near(met, missed float64) bool { return a.number(met)-a.number(missed) <= 1 }

func (a counts) drawn(answer float64) (all []float64) {
	for _, part := range []float64{0.6, 0.68, 0.76, 0.84, 0.92, 1, 1.1, 1.25} {
		all = append(all, a.first(part*answer))
	}
	return all
}

func (a counts) first(guess float64) float64 {
	n := min(max(math.Ceil(1/guess-1e-9), float64(a.less+1)), float64(a.most))
	return 1 / n
}

func (a counts) easier(lowest float64) (float64, bool) {
	n := a.number(lowest)
	return 1 / float64(min(n+max(n/3, 1), a.most)), n < a.most
}

func (a counts) harder(highest float64) (float64, bool) {
	n := a.number(highest)
	return 1 / float64(max(n-max(n/8, 1), a.less+1)), n > a.less+1
}

// within asks on both sides of the crossing, and then of every number that is left.
func (a counts) within(g gap) (float64, bool) {
	fewest, too := a.number(g.met), a.number(g.missed)
	if len(g.undecided) > 0 {
		fewest, too = a.beside(g, fewest, too)
	}
	if fewest-too <= 1 {
		return 0, false
	}
	n := int(math.Ceil(1/g.crossing - 1e-9))
	if n >= fewest {
		n = fewest - 1
	}
	if g.stuck || n <= too {
		n = (fewest + too) / 2
	}
	return 1 / float64(n), true
}

// beside is the gap of numbers on one side of those that could not be decided: first below
// more servers, then above fewer.
func (a counts) beside(g gap, fewest, too int) (int, int) {
	most, least := a.number(g.undecided[0]), a.number(g.undecided[len(g.undecided)-1])
	if fewest-most > 1 {
		return fewest, most
	}
	return least, too
}
