package algorithms

import (
	"math"
	"slices"
)

// loadLimits says whether a member has room for one more. With m in flight on the
// ready members, c the factor, w and W the effective weight of the member and of all
// that are ready, it has
//
//	ceil      if in flight < ceil(c (m+1) w/W)
//	haproxy   if in flight < max(1, its slots), where the ceil(c (m+1)) slots are
//	          dealt out by weight: floor(slots to it) - floor(slots before it), in
//	          order of slots
//	envoy     if in flight <= max(1, ceil(ceil(c (m+1)) w/W))
//	fixed     if in flight < ceil(limit w)
//
// What is in flight is counted as it starts and finishes, so a limit costs O(1).
type loadLimits struct {
	rule   string
	factor int64   // c x limitScale: a whole number, so that 1.1 x 10 is 11
	each   float64 // the limit of rule fixed
	total  int64   // m; of rule fixed what counts of it towards capacity
	weight float64 // W
	before []float64
	full   int64 // rule fixed: the sum of the limits
	slots  float64
	stale  bool // all of these
}

const limitScale = 10000

// update counts anew.
func (l *loadLimits) update(s *Set) {
	l.total, l.weight, l.full = 0, 0, 0
	for _, slot := range s.Ready {
		l.before[slot] = l.weight
		l.weight += s.Weight[slot]
		load := int64(s.InFlight[slot])
		if l.rule == "fixed" {
			most := l.most(s, slot)
			l.full += most
			load = min(load, most)
		}
		l.total += load
	}
	l.stale = false
}

// most is the limit of slot by rule fixed.
func (l *loadLimits) most(s *Set, slot int32) int64 {
	return int64(math.Ceil(float64(l.each * s.Weight[slot])))
}

func (l *loadLimits) started(s *Set, slot int32) {
	if s.IsReady(slot) && !l.stale && (l.rule != "fixed" || int64(s.InFlight[slot]) <= l.most(s, slot)) {
		l.total++
	}
}

func (l *loadLimits) finished(s *Set, slot int32) {
	if s.IsReady(slot) && !l.stale && (l.rule != "fixed" || int64(s.InFlight[slot]) < l.most(s, slot)) {
		l.total--
	}
}

// begin prepares for a request and reports whether anybody has room.
func (l *loadLimits) begin() bool {
	l.slots = float64(l.factor * (l.total + 1)) // c (m+1), in units of 1/limitScale
	if l.rule == "haproxy" || l.rule == "envoy" {
		l.slots = float64((l.factor*(l.total+1) + limitScale - 1) / limitScale)
	}
	return l.rule != "fixed" || l.total < l.full
}

// room reports whether slot, which is ready, has room.
func (l *loadLimits) room(s *Set, slot int32) bool {
	load, w := float64(s.InFlight[slot]), s.Weight[slot]
	switch l.rule {
	case "fixed":
		return int64(load) < l.most(s, slot)
	case "envoy":
		return load <= max(1, math.Ceil(float64(l.slots*w)/l.weight))
	case "haproxy":
		to := math.Floor(float64(l.slots*(l.before[slot]+w)) / l.weight)
		return load < max(1, to-math.Floor(float64(l.slots*l.before[slot])/l.weight))
	}
	// A whole number is below ceil(x) if it is below x.
	return float64(float64(load*l.weight)*limitScale) < float64(l.slots*w)
}

func grownFloats(list []float64, n int) []float64 {
	if n > len(list) {
		list = append(list, slices.Repeat([]float64{0}, n-len(list))...)
	}
	return list
}
