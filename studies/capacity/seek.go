package capacity

import (
	"context"
	"math"
	"slices"

	"lbsim/sim"
	"lbsim/studies/compare"
)

// A seeker looks for one line's answer.
type seeker struct {
	plan     *Plan
	world    *world
	fleet    Fleet
	told     *teller
	budget   float64 // requests
	search   search
	left     *sim.Model // as written; nil where the fleet needs more servers than are written
	lost     string
	rules    []sizing
	runs     int
	requests uint64
	curve    []Point
}

// prepare finds out where to begin.
func (s *seeker) prepare() {
	s.left, s.lost, _ = s.fleet.of(s.world.scenario.Build())
	s.rules = s.sizes()
	s.search = search{axis: s.axis(), guess: s.guess(), ask: s.ask}
	v, _ := compare.VariantOf(s.world.name, s.world.scenario)
	s.search.beyond = s.overload(v.Objectives)
}

// less is how many servers the fleet has lost of whichever group there may be more.
func (s *seeker) less() int {
	if s.fleet == LessOneServer {
		return 1
	}
	return 0
}

// mostServers is up to how many servers of a group are thought of.
const mostServers = 10_000

func (s *seeker) axis() axis {
	if s.plan.question.Find == Rate {
		return rates{bound: bound(s.left), precision: s.plan.question.Precision}
	}
	return counts{most: mostServers, less: s.less()}
}

// seek searches, and then draws the curve. What is known is kept when ctx ends.
func (s *seeker) seek(ctx context.Context) error {
	defer func() { s.told.end(s.runs) }()
	if err := s.search.run(ctx); err != nil {
		return err
	}
	return s.draw(ctx)
}

// ask lets a position be decided.
func (s *seeker) ask(ctx context.Context, p float64) (probe, error) {
	place := s.search.axis.place(p)
	t, v, load, err := s.trialAt(place)
	if err != nil {
		return probe{}, err
	}
	x, err := decide(ctx, t, v.Objectives, s.budget/probesOfBudget)
	if err != nil {
		return x, err
	}
	x.position, x.load = p, load
	s.requests += x.requests
	x.spent = float64(s.requests) > s.budget
	return x, nil
}

// probesOfBudget is how many hard probes a line's budget is enough for: one on each side,
// what leads there, and the curve.
const probesOfBudget = 4

func (s *seeker) trialAt(place float64) (*compare.Trial, compare.Variant, float64, error) {
	v, load, warmUp, err := s.world.trial(s.fleet, place, plentyOf(s.budget))
	if err != nil {
		return nil, v, 0, err
	}
	count := func() {
		s.runs++
		s.told.run()
	}
	return compare.NewTrial(v, s.plan.scenario.Run.Seed, warmUp, s.plan.Workers, count), v, load, nil
}

// line is what is known.
func (s *seeker) line() Line {
	w, a := s.world, s.world.scenario.Balancer.Algorithm
	l := Line{Variant: w.name, Title: compare.Title(a), Algorithm: a.Spec.Name, Parameters: a.Values.Map(), Fleet: s.fleet, Lost: s.lost}
	if s.left != nil {
		l.Servers, l.BoundRPS = len(inFront(s.left)), bound(s.left)
	}
	met, missed := s.search.ends()
	if met != nil {
		l.Met = new(s.search.axis.place(met.position))
	}
	if missed != nil {
		l.Missed = new(s.search.axis.place(missed.position))
		l.Binding = missed.objectives[missed.binding()].Text
	}
	l.Answer = s.kind(met, missed)
	for i := range s.search.done {
		x := &s.search.done[i]
		l.Probes = append(l.Probes, x.public(s.search.axis.place(x.position)))
	}
	slices.SortStableFunc(l.Probes, func(a, b Probe) int { return order(a.At, b.At) })
	l.Theory = s.theory(&l)
	l.Curve = s.curve
	if met != nil || missed != nil {
		l.CurveOf = s.world.scenario.SLO[s.drawn()].Text
	}
	return l
}

// kind is what kind of answer is known.
func (s *seeker) kind(met, missed *probe) Answer {
	switch {
	case met != nil && missed != nil && s.search.axis.near(met.position, missed.position):
		return Found
	case met != nil && missed != nil:
		return Wide
	case !s.search.ended:
		return Unknown
	case met != nil:
		return NeverMissed
	case missed != nil:
		return NeverMet
	}
	return Unknown
}

// answer is the best guess of the answer itself: between both ends, of servers those that
// are enough.
func (l *Line) answer(find Find) float64 {
	switch {
	case l.Met == nil || l.Missed == nil:
		return math.NaN()
	case find == Servers:
		return *l.Met
	}
	return (*l.Met + *l.Missed) / 2
}

func order(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
