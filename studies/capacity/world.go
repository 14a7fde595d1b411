package capacity

import (
	"fmt"
	"math"

	"lbsim/clock"
	"lbsim/scenarios"
	"lbsim/sim"
	"lbsim/studies/compare"
)

// A world is a scenario under an algorithm, which can be built at any position.
type world struct {
	source   *scenarios.Source // with the algorithm, the objectives and no timeline
	scenario *scenarios.Scenario
	name     string
	group    string  // of which the number varies; "": the rate does
	rate     float64 // where the number varies
}

// at is the scenario at a place: a rate, or a number of servers of the group.
func (w *world) at(place float64) (*scenarios.Scenario, error) {
	if w.group == "" {
		return w.scenario.AtRate(place), nil
	}
	source := w.source.Clone()
	if err := source.Set("servers."+w.group+".count", fmt.Sprintf("%d", int(place))); err != nil {
		return nil, err
	}
	s, err := source.Scenario()
	if err != nil {
		return nil, err
	}
	return s.AtRate(w.rate), nil
}

// trial is what is asked at a place of a fleet.
func (w *world) trial(fleet Fleet, place, plenty float64) (v compare.Variant, load float64, warmUp clock.Time, err error) {
	s, err := w.at(place)
	if err != nil {
		return v, 0, 0, err
	}
	// Objectives do not depend on the place, but their windows do.
	v, _ = compare.VariantOf(w.name, s)
	left, _, why := fleet.of(v.Model)
	if why != "" {
		return v, 0, 0, fmt.Errorf("%s at %v: %s", fleet, place, why)
	}
	x := spanOf(s, left, v.Objectives, s.Rate(), plenty)
	x.apply(s)
	v, _ = compare.VariantOf(w.name, s)
	v.Model, _, _ = fleet.of(v.Model)
	return v, s.Rate() / bound(v.Model), clock.FromSeconds(x.warmUp), nil
}

// demand is the mean of all classes' demands together, in seconds, and their coefficient of
// variation.
func demand(m *sim.Model) (mean, cv float64) {
	square := 0.0
	for _, c := range m.Classes {
		x, cv := c.Service.Mean(), c.Service.CV()
		mean += float64(c.Share * x)
		square += float64(c.Share * x * x * (1 + float64(cv*cv)))
	}
	return mean, math.Sqrt(max(0, square/float64(mean*mean)-1))
}
