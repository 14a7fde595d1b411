// Package drills puts a balancer's configuration through what happens in production: each of
// its pools stands in a modelled world, where servers are lost, slow or err, a deploy goes
// through, the load is tenfold, and each of these is held against a steady day with the same
// requests. A drill is a scenario, made of the configuration and the world.
package drills

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/scenarios"
	"lbsim/studies/compare"
)

// Question is what is to be drilled, and in which world.
type Question struct {
	File     string // of the configuration, for messages
	Balancer *config.Balancer
	World    *scenarios.World // nil: Load makes one
	Load     Load             // of each pool, without a World
	// SLO is what drills are held against; none: the world's objectives, or else those of the
	// configuration, or else errorObjective. One during=deploy is about the deploy drill alone,
	// while the deploy lasts; during=fault about each drill but the steady day.
	SLO          []config.Objective
	Pick         []string // kinds or names of drills; none: all of them
	Replications int      // of each drill; 0: the world's run, or else 10
	// MinEffect is the relative difference from another configuration below which one is a
	// trifle; 0: 5%.
	MinEffect float64
}

// errorObjective is what drills are held against where nobody has an objective about errors.
const errorObjective = "error_ratio < 1%"

// compared are the metrics in which drills are held against each other.
var compared = []string{"p50", "p99", "error_ratio"}

// The relative differences below which one is a trifle: from the steady day, and from
// another configuration unless somebody says.
const (
	leastEffect = 0.01
	leastChange = 0.05
)

// replications is how many runs each drill has unless somebody says.
const replications = 10

// Plan is drills ready to run.
type Plan struct {
	Workers  int                     // how many runs at once; 0: as many as cores
	Progress func(done, planned int) // unless nil, is told how many runs are done of all
	Requests float64                 // how many all runs have, about

	courses []*course
	assumed []string
}

// Plan puts every pool into the world and says what will happen there. Errors are the
// user's: a decode.Problems, or a sentence that says what is missing.
func (q Question) Plan() (*Plan, error) {
	p, err := q.prepare()
	if err != nil {
		return nil, err
	}
	for _, c := range p.courses {
		if err := c.lay(p, &q); err != nil {
			return nil, err
		}
	}
	if err := p.checkNames(q.Pick); err != nil {
		return nil, err
	}
	for _, c := range p.courses {
		if c.plan, err = c.compare(); err != nil {
			return nil, err
		}
		p.Requests += c.plan.Requests
	}
	return p, nil
}

// prepare puts every pool into the world; nothing happens there yet.
func (q *Question) prepare() (*Plan, error) {
	if q.World == nil && q.Load.RateRPS == 0 {
		return nil, errors.New("drills need a load: give --with world.yaml, or --rps and --service")
	}
	if err := checkPick(q.Pick); err != nil {
		return nil, err
	}
	p := &Plan{}
	if q.World != nil && len(q.World.Left()) > 0 && q.World.Name() != q.File {
		p.assume("%s is a scenario: it is taken without its %s", q.World.Name(), strings.Join(q.World.Left(), " and its "))
	}
	traffic, err := q.traffic(p)
	if err != nil {
		return nil, err
	}
	pools := q.Balancer.All()
	for i, pool := range pools {
		var part share
		if traffic != nil {
			part = traffic[i]
		}
		switch {
		case len(pools) > 1 && len(pool.Endpoints) == 0:
			p.assume("pool %s is not drilled: it lists no endpoints", pool.Name)
			continue
		case traffic != nil && part.sum() == 0:
			p.assume("pool %s is not drilled: none of the world's classes takes a route to it", pool.Name)
			continue
		}
		c, err := q.course(p, pool, part)
		if err != nil {
			return nil, err
		}
		p.courses = append(p.courses, c)
	}
	if len(p.courses) == 0 {
		return nil, fmt.Errorf("%s: there is nothing to drill: %s", q.File, strings.Join(p.assumed, "; "))
	}
	return p, nil
}

// assume writes down, once, what the user did not say.
func (p *Plan) assume(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(p.assumed, text) {
		p.assumed = append(p.assumed, text)
	}
}

// checkPick wants words that may name a drill: a kind, or a kind's word and whom it is
// about.
func checkPick(pick []string) error {
	for _, text := range pick {
		if slices.ContainsFunc(Kinds, func(k Kind) bool { return k.Name == text || strings.HasPrefix(text, k.word+" ") }) {
			continue
		}
		return fmt.Errorf("--drill %s: %s", text, decode.Suggest(text, KindNames()))
	}
	return nil
}

// checkNames wants every drill that was asked for to be there.
func (p *Plan) checkNames(pick []string) error {
	var known []string
	for _, c := range p.courses {
		known = append(known, c.known...)
	}
	for _, text := range pick {
		if !slices.Contains(known, text) {
			return fmt.Errorf("--drill %s: there is no such drill here: %s", text, decode.Suggest(text, known))
		}
	}
	return nil
}

// picked reports whether a drill was asked for.
func (q *Question) picked(d *drill) bool {
	return len(q.Pick) == 0 || slices.Contains(q.Pick, d.kind.Name) || slices.Contains(q.Pick, d.name)
}

// compare makes the plan of a pool's drills: each is a variant, and the steady day is what
// they are held against, as it is the first.
func (c *course) compare() (*compare.Plan, error) {
	q := compare.Question{Metrics: compared, MinEffect: leastEffect}
	for _, d := range c.drills {
		q.Sources = append(q.Sources, d.source)
	}
	plan, err := q.Plan()
	if err != nil {
		return nil, err
	}
	for i := range plan.Variants {
		plan.Variants[i].Since = c.from()
	}
	return plan, nil
}
