package compare

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lbsim/algorithms"
	"lbsim/scenarios"
)

// Question is what somebody wants compared, in the words of the command line.
type Question struct {
	Sources    []*scenarios.Source // one, or several to hold against each other
	Settings   []string            // path=value, of all sources
	Algorithms []string            // name or name:parameter=value
	Variants   []string            // name:path=value,path=value
	Loads      []float64           // offered loads at which to ask; none: the scenario's
	Metrics    []string
	Baseline   string
	MinEffect  float64
	Precision  float64
}

// candidate is a scenario on its way to becoming a variant.
type candidate struct {
	prefix  string // the source's name, where there are several
	name    string // within the source; "": the algorithm's
	changes []string
	loaded  string // the load it is asked at
	source  *scenarios.Source
	base    *scenarios.Source // whose arrivals it meets; nil: its own
}

// Plan reads every variant's scenario and returns what to run. The first source, as
// written but for the settings, gives the name, the seed, the replications and the
// warm-up. Errors are the user's: a decode.Problems, a *decode.SetError or a sentence.
func (q Question) Plan() (*Plan, error) {
	if len(q.Sources) == 0 {
		return nil, errors.New("compare: no scenario")
	}
	q, err := q.settled()
	if err != nil {
		return nil, err
	}
	p := &Plan{Baseline: q.Baseline, MinEffect: q.MinEffect, Precision: q.Precision}
	if err := p.describe(q); err != nil {
		return nil, err
	}
	candidates, err := q.candidates()
	if err != nil {
		return nil, err
	}
	if candidates, err = atLoads(candidates, q.Loads); err != nil {
		return nil, err
	}
	for i, c := range candidates {
		if err := c.meetArrivals(); err != nil {
			return nil, err
		}
		s, err := c.source.Scenario()
		if err != nil {
			return nil, err
		}
		v, notes := variantOf(c, s)
		if n := len(q.Loads); n > 0 {
			v.Group = i / (len(candidates) / n)
			v.Load = new(q.Loads[v.Group])
		}
		p.Variants = append(p.Variants, v)
		p.Requests += float64(p.Replications) * requests(s)
		p.Notes = append(p.Notes, notes...)
	}
	p.notePlacement()
	if err := p.measure(q.Metrics); err != nil {
		return nil, err
	}
	return p, p.check()
}

// notePlacement says what the intervals of variants that choose by key leave out:
// names decide where keys go, and they are the same in all replications.
func (p *Plan) notePlacement() {
	var names []string
	for _, v := range p.Variants {
		if algorithms.Lookup(v.Algorithm).NeedsKey && len(v.Model.Servers) > 1 {
			names = append(names, v.Name)
		}
	}
	const listed = 4
	if n := len(names); n > listed+1 {
		names = append(names[:listed], fmt.Sprintf("%d more", n-listed))
	}
	if len(names) > 0 {
		p.Notes = append(p.Notes, strings.Join(names, ", ")+": the servers' names decide where keys go, alike in all replications: with other names hot keys fall elsewhere, which no interval here tells")
	}
}

// settled returns the question with its settings put into copies of the sources.
func (q Question) settled() (Question, error) {
	sources := q.Sources
	q.Sources = nil
	for _, source := range sources {
		source, err := Settled(source, q.Settings)
		if err != nil {
			return q, err
		}
		q.Sources = append(q.Sources, source)
	}
	return q, nil
}

// Settled returns a copy of a source with settings, path=value, put into it.
func Settled(source *scenarios.Source, settings []string) (*scenarios.Source, error) {
	source = source.Clone()
	for _, text := range settings {
		path, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("--set %s: must look like path=value, such as servers.api.count=8", text)
		}
		if err := source.Set(strings.TrimSpace(path), value); err != nil {
			return nil, err
		}
	}
	return source, describeChange(source, settings)
}

// describeChange makes a scenario's description say with which settings it is not what
// was written any more: those of the run and the objectives leave it true.
func describeChange(source *scenarios.Source, settings []string) error {
	var changed []string
	for _, setting := range settings {
		part, _, _ := strings.Cut(setting, "=")
		part, _, _ = strings.Cut(part, ".")
		part, _, _ = strings.Cut(strings.TrimSpace(part), "[")
		if !slices.Contains([]string{"run", "slo", "name", "description"}, part) {
			changed = append(changed, strings.TrimSpace(setting))
		}
	}
	s, err := source.Scenario()
	if err != nil || len(changed) == 0 || s.Description == "" {
		return nil // what is wrong with it is said where it is read
	}
	text := "With " + strings.Join(changed, ", ") + ". As written: " + s.Description
	return source.Set("description", strconv.Quote(text))
}

// measure reads the metrics to compare, of classes that all variants have.
func (p *Plan) measure(metrics []string) error {
	classes := p.Variants[0].classes()
	for _, v := range p.Variants[1:] {
		own := v.classes()
		classes = slices.DeleteFunc(classes, func(c string) bool { return !slices.Contains(own, c) })
	}
	for _, text := range metrics {
		m, err := ParseMetric(text, classes)
		if err != nil {
			return err
		}
		p.Metrics = append(p.Metrics, m)
	}
	return nil
}

// candidates lists the variants: every algorithm, or the scenario as written, and
// then every variant asked for.
func (q Question) candidates() ([]candidate, error) {
	var found []candidate
	for _, source := range q.Sources {
		prefix := ""
		if len(q.Sources) > 1 {
			prefix = strings.TrimSuffix(source.Name(), ".yaml")
		}
		own, err := withAlgorithms(source, prefix, q.Algorithms)
		if err != nil {
			return nil, err
		}
		found = append(found, own...)
		for _, text := range q.Variants {
			c, err := withSettings(source, prefix, text)
			if err != nil {
				return nil, err
			}
			found = append(found, c)
		}
	}
	return found, nil
}

func withAlgorithms(source *scenarios.Source, prefix string, names []string) ([]candidate, error) {
	if len(names) == 0 {
		return []candidate{{prefix: prefix, source: source.Clone()}}, nil
	}
	var found []candidate
	given := map[string]bool{}
	for _, text := range names {
		choice, err := ParseAlgorithm(text)
		if err != nil {
			return nil, err
		}
		if given[choice.String()] {
			return nil, fmt.Errorf("--algorithms: %s is given twice", choice)
		}
		given[choice.String()] = true
		c := candidate{source: source.Clone(), prefix: prefix, name: choice.String()}
		if err := c.source.Set("balancer.algorithm", choice.String()); err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, nil
}

// atLoads repeats the candidates at each load.
func atLoads(candidates []candidate, loads []float64) ([]candidate, error) {
	if len(loads) == 0 {
		return candidates, nil
	}
	var found []candidate
	for _, c := range candidates {
		if err := c.offersLoad(); err != nil {
			return nil, err
		}
	}
	for _, load := range loads {
		for _, c := range candidates {
			c.source = c.source.Clone()
			if err := c.source.SetLoad(load); err != nil {
				return nil, err
			}
			if c.base != nil {
				c.base = c.base.Clone()
				if err := c.base.SetLoad(load); err != nil {
					return nil, err
				}
			}
			c.loaded = fmt.Sprintf("%.6g%%", 100*load)
			found = append(found, c)
		}
	}
	return found, nil
}

// offersLoad is an error where a scenario has no offered load to change.
func (c *candidate) offersLoad() error {
	s, err := c.source.Scenario()
	if err != nil {
		return err
	}
	switch process := s.Workload.Arrivals.Process; process {
	case "closed":
		return fmt.Errorf("--load: the users of %s wait for answers, so its load follows from the servers: change workload.arrivals.users instead", c.source.Name())
	case "trace":
		return fmt.Errorf("--load: %s replays a trace, whose load is what was recorded", c.source.Name())
	}
	return nil
}

// requests is how many a run has on average; 0 where nobody can say.
func requests(s *scenarios.Scenario) float64 {
	if s.Run.Requests > 0 {
		return float64(s.Run.Requests)
	}
	return s.Rate() * s.Run.Duration.Seconds()
}
