package validate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lbsim/config/envoy"
	"lbsim/config/foreign"
	"lbsim/scenarios"
)

// Every lint has a configuration in which it finds something, and nobody else does, and
// another that is good.
func TestExamples(t *testing.T) {
	for i, l := range Lints() {
		t.Run(l.ID, func(t *testing.T) {
			if want := fmt.Sprintf("LB%03d", i+1); l.ID != want {
				t.Errorf("id %s, want %s: ids never change", l.ID, want)
			}
			trips, mended := l.Example()
			findings := check(t, trips)
			if len(findings) == 0 {
				t.Errorf("found nothing")
			}
			for _, f := range findings {
				// A comment that says no reason leaves what it is about.
				if f.ID != l.ID && !(l.ID == "LB031" && f.ID == "LB024") {
					t.Errorf("in what trips %s: %s", l.ID, describe(f))
				}
			}
			if found := slices.IndexFunc(findings, func(f Finding) bool { return f.ID == l.ID }); found < 0 {
				t.Errorf("is not found")
			} else if f := findings[found]; f.Line == 0 || f.Column == 0 || f.Message == "" || f.Fingerprint == "" {
				t.Errorf("incomplete: %+v", f)
			}
			for _, f := range check(t, mended) {
				t.Errorf("in what is mended: %s", describe(f))
			}
		})
	}
	files, err := examples.ReadDir("examples")
	if err != nil || len(files) != 2*len(lints) {
		t.Errorf("%d examples of %d lints (%v)", len(files), len(lints), err)
	}
}

func describe(f Finding) string {
	return fmt.Sprintf("%d:%d %s %s: %s", f.Line, f.Column, f.Severity, f.ID, f.Message)
}

// check returns the findings of a text that count.
func check(t *testing.T, text string) []Finding {
	t.Helper()
	s, err := Read("lb.yaml", []byte(text))
	if envoy.Is("lb.yaml", []byte(text)) {
		var c *foreign.Config
		c, err = envoy.Read(foreign.Source{Name: "lb.yaml", Text: []byte(text)})
		if err == nil {
			s = Of("lb.yaml", c, nil)
		}
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return slices.DeleteFunc(Check(s).Findings, func(f Finding) bool { return !f.Counts() })
}

// What a lint says of itself is complete, and in the style of all messages.
func TestLintsSayAll(t *testing.T) {
	names := map[string]bool{}
	for _, l := range Lints() {
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(l.Name) || names[l.Name] {
			t.Errorf("%s: name %q", l.ID, l.Name)
		}
		names[l.Name] = true
		for what, text := range map[string]string{"title": l.Title, "when": l.When, "why": l.Why, "instead": l.Instead} {
			if text == "" || strings.HasSuffix(text, ".") {
				t.Errorf("%s: %s %q", l.ID, what, text)
			}
		}
		if !slices.Contains(severities, l.Severity) {
			t.Errorf("%s: severity %q", l.ID, l.Severity)
		}
		if (l.pool == nil && l.whole == nil) != slices.Contains(commentLints, l) {
			t.Errorf("%s looks at nothing", l.ID)
		}
		for product := range l.Products {
			if !slices.Contains([]string{"nginx", "haproxy", "envoy"}, product) {
				t.Errorf("%s: product %q", l.ID, product)
			}
		}
		if slices.Contains(commentLints, l) || slices.Contains(unseenLints, l) {
			continue
		}
		if !slices.Contains(scenarios.Names(), l.Scenario) || !strings.Contains(l.Command, l.Scenario) {
			t.Errorf("%s: scenario %q, command %q", l.ID, l.Scenario, l.Command)
		}
	}
}

// What shipped scenarios show is found in them, and everything that is found anywhere has its
// place.
func TestShippedScenarios(t *testing.T) {
	found := map[string][]string{}
	for _, name := range scenarios.Names() {
		text, err := scenarios.Show(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range check(t, text) {
			found[name] = append(found[name], f.ID)
			if f.File != "lb.yaml" || f.Line < 1 || f.Column < 1 {
				t.Errorf("%s: %+v has no place", name, f)
			}
		}
	}
	for name, id := range map[string]string{
		"flapping": "LB003", "deep-health": "LB005", "one-error-takes-all-out": "LB006", "outlier-cap": "LB007", "layered-retries": "LB013",
		"sticky-forever": "LB018", "nat-clients": "LB019", "heterogeneous": "LB023", "autoscale-cpu-only": "LB026", "breaker-per-frontend": "LB028",
	} {
		if !slices.Contains(found[name], id) || Lookup(id).Scenario != name {
			t.Errorf("%s: no %s among %v", name, id, found[name])
		}
	}
}
