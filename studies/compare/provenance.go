package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"

	"lbsim/clock"
	"lbsim/scenarios"
	"lbsim/studies/result"
)

// describe takes from the sources what is true of all variants, and writes down the
// question so that Recall finds it again.
func (p *Plan) describe(q Question) error {
	var sources []result.Source
	for i, source := range q.Sources {
		s, err := source.Scenario()
		if err != nil {
			return err
		}
		if i == 0 {
			p.adopt(s)
			sources = append(sources, result.Source{Name: source.Name()})
			continue
		}
		if s.Run.Seed != p.Seed || s.Run.Replications != p.Replications {
			p.Notes = append(p.Notes, fmt.Sprintf("%s runs with the seed and the replications of %s", source.Name(), q.Sources[0].Name()))
		}
		sources = append(sources, result.Source{Name: source.Name(), Scenario: s.Document()})
	}
	p.Provenance.Study = result.Study{
		Sources: sources, Algorithms: q.Algorithms, Variants: q.Variants, Loads: q.Loads, Metrics: q.Metrics,
		Baseline: q.Baseline, MinEffect: q.MinEffect, Precision: q.Precision,
	}
	return nil
}

// adopt takes over what the first scenario gives to all.
func (p *Plan) adopt(s *scenarios.Scenario) {
	p.Name, p.Description = s.Name, s.Description
	p.Seed, p.Replications = s.Run.Seed, s.Run.Replications
	p.WarmUp = WarmUp{Auto: s.Run.WarmUp.Auto, Given: clock.Time(s.Run.WarmUp.Cut)}
	p.Provenance.Scenario, p.Provenance.ScenarioSHA256 = s.Document(), s.SHA256()
}

// Recall returns the question that a result answers. Of one that was stopped before
// its end it asks for what was done. Files that the scenarios name, such as traces,
// are looked for where they were.
func Recall(r *result.Result) (Question, error) {
	study := r.Provenance.Study
	q := Question{
		Algorithms: study.Algorithms, Variants: study.Variants, Loads: study.Loads, Metrics: study.Metrics,
		Baseline: study.Baseline, MinEffect: study.MinEffect, Precision: study.Precision,
		// A document's numbers are exact up to 2⁵³ only.
		Settings: []string{"run.seed=" + strconv.FormatUint(r.Seed, 10)},
	}
	if r.Interrupted {
		q.Precision = 0
		q.Settings = append(q.Settings, "run.replications="+strconv.Itoa(r.Replications))
	}
	if len(study.Sources) == 0 || r.Provenance.Scenario == nil {
		return q, fmt.Errorf("it does not say which scenario was run")
	}
	for i, source := range study.Sources {
		document := source.Scenario
		if i == 0 {
			document = r.Provenance.Scenario
		}
		text, err := json.Marshal(document)
		if err != nil {
			return q, err
		}
		// JSON is YAML.
		s, err := scenarios.Parse(source.Name, filepath.Dir(source.Name), bytes.NewReader(text))
		if err != nil {
			return q, err
		}
		q.Sources = append(q.Sources, s)
	}
	return q, nil
}
