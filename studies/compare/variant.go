package compare

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lbsim/algorithms"
	"lbsim/scenarios"
	"lbsim/studies/theory"
)

// nextSetting finds the commas between settings: those before another path=value.
// Commas within a value, as in {name: power_of_two, choices: 3} or in
// power_of_two:choices=3,replacement=true, are not: a path has several parts, or is
// one of the language's own words.
var nextSetting = regexp.MustCompile(`,\s*(?:[A-Za-z_][\w-]*[.\[][\w.\[\]-]*|` + strings.Join(topLevel, "|") + `)=`)

// topLevel are the paths of one word.
var topLevel = []string{"name", "description", "workload", "servers", "network", "balancer", "timeline", "run", "slo"}

// shared is what variants have in common: they are paired by replication.
var shared = []string{"run", "run.seed", "run.replications", "run.warmup"}

func withSettings(source *scenarios.Source, prefix, text string) (candidate, error) {
	name, settings, ok := strings.Cut(text, ":")
	if path, _, assigned := strings.Cut(name, "="); assigned && strings.ContainsAny(path, ".[") {
		return candidate{}, fmt.Errorf("--variant %q: the name before the colon is missing: %s", text, "give it one, such as mine:"+text)
	}
	if !ok || name == "" || !strings.Contains(settings, "=") {
		return candidate{}, fmt.Errorf("--variant %q: must look like name:path=value,path=value, such as more:servers.api.count=8", text)
	}
	c := candidate{source: source.Clone(), prefix: prefix, name: name, base: source}
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
		if strings.HasPrefix(path, "workload.arrivals") || path == "workload" {
			c.base = nil
		}
	}
	return c, nil
}

// meetArrivals gives a variant the rate of the scenario that it is a variant of, where
// that is given as a load: a share of the variant's own capacity would be other
// traffic, and what differs could not be put down to the change.
func (c *candidate) meetArrivals() error {
	if c.base == nil {
		return nil
	}
	s, err := c.base.Scenario()
	if err != nil {
		return err
	}
	if s.Workload.Arrivals.Load == nil {
		return nil
	}
	return c.source.Set("workload.arrivals.rate", strconv.FormatFloat(s.Rate(), 'f', -1, 64)+"/s")
}

// called returns the variant's name, which is unique, and its title.
func (c candidate) called(choice algorithms.Choice) (name, title string) {
	name, title = c.name, c.name
	if len(c.changes) == 0 {
		name, title = choice.String(), Title(choice)
	}
	if c.prefix != "" {
		title = c.prefix + ": " + title
		if c.name == "" {
			name = c.prefix // the scenario as written
		} else {
			name = c.prefix + "/" + name
		}
	}
	if c.loaded != "" {
		name += "@" + c.loaded
		title += " at " + c.loaded
	}
	return name, title
}

// Title is what charts call an algorithm: Power of two choices (choices 3).
func Title(choice algorithms.Choice) string {
	title := choice.Spec.Title
	if _, parameters, ok := strings.Cut(choice.String(), ":"); ok {
		title += " (" + strings.NewReplacer("=", " ", ",", ", ").Replace(parameters) + ")"
	}
	return title
}

// classes returns the names of the request classes.
func (v *Variant) classes() []string {
	var names []string
	for _, c := range v.Model.Classes {
		names = append(names, c.Name)
	}
	return names
}

// variantOf makes the variant, with notes about what could not be taken over.
func variantOf(c candidate, s *scenarios.Scenario) (Variant, []string) {
	name, title := c.called(s.Balancer.Algorithm)
	v, notes := VariantOf(name, s)
	v.Title, v.Changes = title, c.changes
	v.Theory = append(theory.Known(factsOf(s, v.Model)), theory.KnownCache(cacheFactsOf(s, v.Model))...)
	return v, notes
}
