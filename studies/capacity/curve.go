package capacity

import (
	"context"
	"math"
	"slices"

	"lbsim/studies/compare"
)

// draw asks at the places of the curve for what the search has not asked near there.
func (s *seeker) draw(ctx context.Context) error {
	met, missed := s.search.ends()
	if met == nil && missed == nil {
		return nil
	}
	objective := s.drawn()
	for i := range s.search.done {
		x := &s.search.done[i]
		j := x.judgements[objective]
		s.curve = append(s.curve, Point{s.search.axis.place(x.position), x.load, estimateOf(x.points[objective], j.Misleads)})
	}
	for _, place := range s.places(met, missed) {
		t, _, load, err := s.trialAt(place)
		if err != nil {
			return err
		}
		if err := t.Extend(ctx, firstLook); err != nil {
			return err
		}
		s.requests += t.Requests()
		j := t.Objective(objective, compare.Confidence)
		s.curve = append(s.curve, Point{place, load, estimateOf(j.Interval, j.Misleads)})
	}
	slices.SortFunc(s.curve, func(a, b Point) int { return order(a.At, b.At) })
	return nil
}

// drawn is the objective whose figure is drawn: the one that is missed first.
func (s *seeker) drawn() int {
	met, missed := s.search.ends()
	if missed != nil {
		return missed.binding()
	}
	return met.binding()
}

// places are those at which a curve has a point beside what was asked: none where one was
// asked near there.
func (s *seeker) places(met, missed *probe) (all []float64) {
	middle := 0.0
	for _, x := range []*probe{met, missed} {
		if x != nil {
			middle = x.position
		}
	}
	for _, p := range s.search.axis.drawn(middle) {
		place := s.search.axis.place(p)
		near := slices.ContainsFunc(s.search.done, func(x probe) bool { return math.Abs(x.position-p) < 0.03*p })
		if !near && !slices.Contains(all, place) {
			all = append(all, place)
		}
	}
	return all
}
