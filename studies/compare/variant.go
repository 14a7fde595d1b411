package compare

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"lbsim/scenarios"
	"lbsim/studies/theory"
)

// nextSetting finds the commas between settings: those before another path=value.
// Commas within a value, as in {name: power_of_two, choices: 3}, are not.
var nextSetting = regexp.MustCompile(`,\s*[A-Za-z_][A-Za-z0-9_.\[\]-]*=`)

// shared is what variants have in common: they are paired by replication.
var shared = []string{"run.seed", "run.replications", "run.warmup"}

func withSettings(source *scenarios.Source, prefix, text string) (candidate, error) {
	name, settings, ok := strings.Cut(text, ":")
	if !ok || name == "" || !strings.Contains(settings, "=") {
		return candidate{}, fmt.Errorf("--variant %q: must look like name:path=value,path=value, such as more:servers.api.count=8", text)
	}
	c := candidate{source: source.Clone(), name: join(prefix, name), title: name}
	for settings != "" {
		setting := settings
		if at := nextSetting.FindStringIndex(settings); at != nil {
			setting, settings = settings[:at[0]], settings[at[0]+1:]
		} else {
			settings = ""
		}
		path, value, ok := strings.Cut(strings.TrimSpace(setting), "=")
		if !ok {
			return candidate{}, fmt.Errorf("--variant %q: %q must look like path=value", text, setting)
		}
		if slices.Contains(shared, path) {
			return candidate{}, fmt.Errorf("--variant %q: %s is one for all variants, or they could not be compared: give it with --set", text, path)
		}
		if err := c.source.Set(path, value); err != nil {
			return candidate{}, err
		}
		c.changes = append(c.changes, path+"="+value)
	}
	return c, nil
}

// variantOf makes the variant, with notes about what could not be taken over.
func variantOf(c candidate, s *scenarios.Scenario) (Variant, []string) {
	choice := s.Balancer.Algorithm
	v := Variant{Name: c.name, Title: c.title, Algorithm: choice.Spec.Name, Parameters: choice.Values.Map(),
		Changes: c.changes, Model: s.Build()}
	if v.Name == "" {
		v.Name = choice.String()
	}
	if v.Title == "" {
		v.Title = choice.Spec.Title
		if _, parameters, ok := strings.Cut(choice.String(), ":"); ok {
			v.Title += " (" + strings.ReplaceAll(parameters, "=", " ") + ")"
		}
		if prefix, _, ok := strings.Cut(c.name, "/"); ok {
			v.Title = prefix + ": " + v.Title
		}
	}
	if c.loaded != "" {
		v.Name += "@" + c.loaded
		v.Title += " at " + c.loaded
	}
	v.Theory = theory.Known(factsOf(s, v.Model))
	var notes []string
	for _, o := range s.SLO {
		if x, why := objectiveOf(o, s); why != "" {
			notes = append(notes, fmt.Sprintf("%s: the objective %q is not judged: %s", v.Name, o.Text, why))
		} else {
			v.Objectives = append(v.Objectives, x)
		}
	}
	return v, notes
}
