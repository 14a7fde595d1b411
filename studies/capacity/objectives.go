package capacity

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/scenarios"
)

// objectives are the texts of those that are asked about.
func (p *Plan) objectives(s *scenarios.Scenario) ([]string, error) {
	var texts []string
	if len(p.question.Objectives) > 0 {
		for _, text := range p.question.Objectives {
			o, err := config.ParseObjective(text)
			if err != nil {
				return nil, fmt.Errorf("--slo %s: %w", text, err)
			}
			if why := p.noLimit(&o, s); why != "" {
				return nil, fmt.Errorf("--slo %s: %s", text, why)
			}
			texts = append(texts, o.Text)
		}
		return texts, nil
	}
	for i := range s.SLO {
		if why := p.noLimit(&s.SLO[i], s); why != "" {
			p.notes = append(p.notes, fmt.Sprintf("the objective %q is left out: %s", s.SLO[i].Text, why))
			continue
		}
		texts = append(texts, s.SLO[i].Text)
	}
	if len(texts) == 0 {
		return nil, errors.New(strings.Join(append([]string{s.Name + " has no objective that a rate could miss: give one, such as --slo 'p99 < 200ms'"}, p.notes...), "; "))
	}
	return texts, nil
}

// noLimit says why an objective is none that more load misses, or "".
func (p *Plan) noLimit(o *config.Objective, s *scenarios.Scenario) string {
	upper := o.Op == "<" || o.Op == "<="
	switch {
	case o.During != "":
		return "it is about a part of the timeline, which is left out"
	case o.Rate > 0 && p.question.Find == Rate:
		return "it is about one rate, and the rate is what is sought"
	case o.Metric == "server_hours" || o.Metric == "price":
		return "what servers cost does not depend on what they are asked"
	case o.Metric == "throughput":
		return "more is answered where more is asked, so no rate is the greatest: ask what lets the answers be late, such as p99 < 200ms"
	case o.Metric == "sessions_lost":
		return "it is a count that grows with the run"
	case upper == (o.Metric == "hit_ratio"):
		return "it is missed where little is asked, and met where much is"
	}
	if o.Class == "" {
		return ""
	}
	var classes []string
	for _, c := range s.Workload.Classes {
		classes = append(classes, c.Name)
	}
	if !slices.Contains(classes, o.Class) {
		return fmt.Sprintf("there is no class %s: %s", o.Class, decode.Suggest(o.Class, classes))
	}
	return ""
}
