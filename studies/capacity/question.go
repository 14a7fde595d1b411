// Package capacity asks how much a fleet carries: the greatest rate at which a scenario
// meets its objectives, or the fewest servers that meet them at a rate, for the fleet whole,
// less one server and less one zone. Each place is asked with replications until its verdict
// is more than chance, so the answer is between two places: the last one that was shown to
// meet the objectives and the first one that was shown not to.
package capacity

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lbsim/config/decode"
	"lbsim/scenarios"
	"lbsim/sim"
	"lbsim/studies/compare"
)

// Question is what somebody wants to know, in the words of the command line.
type Question struct {
	Source     *scenarios.Source
	Settings   []string // path=value
	Algorithms []string // name or name:parameter=value; none: the scenario's own
	Objectives []string // none: the scenario's own
	Find       Find     // "": Rate
	Rate       float64  // Servers: what they are to carry; 0: the scenario's own
	Group      string   // Servers: of which there may be more; "": the only one
	Precision  float64  // Rate: missed over met, less 1; 0: DefaultPrecision
	Budget     float64  // requests to simulate, about; 0: DefaultBudget for each line
}

// What is asked for unless somebody says.
const (
	DefaultPrecision = 0.02
	DefaultBudget    = 100e6
)

// Plan is a question ready to be answered.
type Plan struct {
	Workers    int                     // how many runs at once; 0: as many as cores
	Progress   func(done, planned int) // unless nil, is told how many runs are done of so many, about
	Provenance Provenance

	question Question
	scenario *scenarios.Scenario // as asked, without its timeline
	worlds   []*world            // by algorithm
	fleets   []Fleet
	notAsked []NotAsked
	notes    []string
}

// Plan reads the scenario and finds out what there is to ask. Errors are the user's.
func (q Question) Plan() (*Plan, error) {
	if q.Find == "" {
		q.Find = Rate
	}
	if q.Precision == 0 {
		q.Precision = DefaultPrecision
	}
	p := &Plan{question: q}
	source, err := compare.Settled(q.Source, q.Settings)
	if err != nil {
		return nil, err
	}
	written, err := source.Scenario()
	if err != nil {
		return nil, err
	}
	if err := p.mustBeAsked(written, source.Name()); err != nil {
		return nil, err
	}
	objectives, err := p.objectives(written)
	if err != nil {
		return nil, err
	}
	if source, err = p.steady(source, written, objectives); err != nil {
		return nil, err
	}
	if p.scenario, err = source.Scenario(); err != nil {
		return nil, err
	}
	p.Provenance.Scenario, p.Provenance.ScenarioSHA256 = p.scenario.Document(), p.scenario.SHA256()
	if err := p.count(); err != nil {
		return nil, err
	}
	if err := p.people(source); err != nil {
		return nil, err
	}
	p.choose()
	if p.question.Budget == 0 {
		p.question.Budget = DefaultBudget * float64(len(p.worlds)*len(p.fleets))
	}
	return p, nil
}

// mustBeAsked refuses scenarios that have no capacity in this sense.
func (p *Plan) mustBeAsked(s *scenarios.Scenario, name string) error {
	if why := s.FixedPace(); why != "" {
		return fmt.Errorf("%s: %s: capacity is of arrivals that have a rate, such as workload.arrivals={process: poisson, rate: 100/s}", name, why)
	}
	for _, g := range s.Servers {
		if g.Autoscale != nil {
			return fmt.Errorf("%s: servers.%s.autoscale decides how many servers there are: leave it out and give the count that is to be asked about", name, g.Name)
		}
	}
	return nil
}

// steady takes the timeline out and puts the objectives in.
func (p *Plan) steady(source *scenarios.Source, s *scenarios.Scenario, objectives []string) (*scenarios.Source, error) {
	if len(s.Timeline) > 0 {
		source = source.Without("timeline", func(int) bool { return true })
		p.notes = append(p.notes, "the timeline is left out: capacity is of days on which nothing happens, also of fleets that have lost something for good; what it takes to lose it is shown by lbsim run and lbsim validate")
	} else {
		source = source.Clone()
	}
	quoted := make([]string, len(objectives))
	for i, text := range objectives {
		quoted[i] = strconv.Quote(text)
	}
	return source, source.Set("slo", "["+strings.Join(quoted, ", ")+"]")
}

// count finds the group of which the number varies.
func (p *Plan) count() error {
	q := &p.question
	if q.Find == Rate {
		if q.Group != "" || q.Rate > 0 {
			return errors.New("--rate and --group are for --servers: without it the rate is what is sought")
		}
		return nil
	}
	if q.Rate == 0 {
		q.Rate = p.scenario.Rate()
	}
	var groups []string
	m := p.scenario.Build()
	for _, g := range p.scenario.Servers {
		if m.InFront(g.Name) {
			groups = append(groups, g.Name)
		}
	}
	switch {
	case q.Group == "" && len(groups) == 1:
		q.Group = groups[0]
	case q.Group == "":
		return fmt.Errorf("--servers: of which group may there be more? Name it with --group: %s", strings.Join(groups, ", "))
	case !slices.Contains(groups, q.Group):
		return fmt.Errorf("--group %s: %s", q.Group, decode.Suggest(q.Group, groups))
	}
	if len(p.scenario.Balancer.Endpoints) > 0 {
		return errors.New("--servers: balancer.endpoints lists the servers there are, and more would be no endpoints: leave it out to have all servers")
	}
	return nil
}

// people makes a world for each algorithm.
func (p *Plan) people(source *scenarios.Source) error {
	names := p.question.Algorithms
	if len(names) == 0 {
		names = []string{""}
	}
	given := map[string]bool{}
	for _, text := range names {
		w := &world{source: source.Clone(), group: p.question.Group, rate: p.question.Rate}
		if text != "" {
			choice, err := compare.ParseAlgorithm(text)
			if err != nil {
				return err
			}
			if err := w.source.Set("balancer.algorithm", choice.String()); err != nil {
				return err
			}
		}
		var err error
		if w.scenario, err = w.source.Scenario(); err != nil {
			return err
		}
		w.name = w.scenario.Balancer.Algorithm.String()
		if given[w.name] {
			return fmt.Errorf("--algorithms: %s is given twice", w.name)
		}
		given[w.name] = true
		p.worlds = append(p.worlds, w)
	}
	return nil
}

// choose finds out which fleets there are.
func (p *Plan) choose() {
	m := p.scenario.Build()
	for _, f := range Fleets {
		if _, _, why := f.of(m); why != "" && (p.question.Find == Rate || !f.growsWith(m, p.question.Group)) {
			p.notAsked = append(p.notAsked, NotAsked{f, why})
			continue
		}
		p.fleets = append(p.fleets, f)
	}
}

// growsWith reports whether there is such a fleet as soon as a group has more servers.
func (f Fleet) growsWith(m *sim.Model, group string) bool {
	return f == LessOneServer && m.InFront(group)
}
