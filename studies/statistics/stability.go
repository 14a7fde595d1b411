package statistics

import "math"

const (
	// UnfinishedLimit is the share of unfinished requests above which figures
	// mislead: the slow ones are those that are missing.
	UnfinishedLimit = 0.005

	nearlyFull       = 0.99  // offered load from which any sure growth counts
	clearGrowth      = 0.5   // relative growth that no steady state shows
	growthConfidence = 0.998 // two-sided: one chance in a thousand that growth is noise
)

// Load is what is known about a variant's stability: one run under a load that
// does not change with time. For ramps, steps and faults growth is no sign of
// instability, and Judge must not be asked.
type Load struct {
	// Offered is the arriving work over the capacity.
	Offered float64
	// Unfinished is the share of the window's requests without an outcome after the
	// drain.
	Unfinished float64
	// Growth is each replication's relative growth of the number in system; see
	// Growth.
	Growth []float64
}

// Stability is what Judge says.
type Stability string

// The judgements. Both Unstable and Unfinished make latencies mislead.
const (
	Stable     Stability = "stable"
	Unstable   Stability = "unstable"
	Unfinished Stability = "unfinished"
)

// Judge decides whether a steady state can be measured at all.
//
// With g the mean over replications of the relative growth and g− its lower bound
// (Student t, one chance in a thousand of being above the truth), a run is
// unstable if
//
//	g− > 0 and Offered > 0.99, or g− > 0.5
//
// The first is the classic overload. The second finds the server that a hash or a
// weight overloads while the rest idle: a backlog that grows linearly from nothing
// has g = 2, one whose first half is cut off as warm-up 2/3, a steady state 0. A
// queue with a bound, or clients that give up, hold the backlog; such a run is
// stable at any offered load. With one replication there is no bound: unstable if
// g > 0.5 and Offered > 0.99.
//
// Else it is Unfinished above half a percent, else Stable.
func (l Load) Judge() Stability {
	switch {
	case l.unstable():
		return Unstable
	case l.Unfinished > UnfinishedLimit:
		return Unfinished
	default:
		return Stable
	}
}

func (l Load) unstable() bool {
	if len(l.Growth) == 0 {
		return false
	}
	growth := Mean(l.Growth, growthConfidence)
	if len(l.Growth) == 1 {
		return l.Offered > nearlyFull && growth.Mean > clearGrowth
	}
	return growth.Low > clearGrowth || (l.Offered > nearlyFull && growth.Low > 0)
}

// Growth is the rise of a straight line through a replication's interval means of
// the number in system, over their mean: how much the backlog grew within the
// window, relative to itself. Least squares; 0 with fewer than three intervals or
// an empty system. O(n), no allocation.
func Growth(inSystem []float64) float64 {
	n := len(inSystem)
	if n < 3 {
		return 0
	}
	middle := float64(n-1) / 2
	sum, cross, square := 0.0, 0.0, 0.0
	for i, x := range inSystem {
		at := float64(i) - middle
		sum += x
		cross += float64(at * x)
		square += float64(at * at)
	}
	mean := sum / float64(n)
	if !(math.Abs(mean) > 0) {
		return 0
	}
	return float64(cross/square*float64(n)) / mean
}
