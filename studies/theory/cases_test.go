package theory_test

import (
	"math"
	"strings"
	"testing"

	"lbsim/scenarios"
	"lbsim/studies/theory"
)

// Every case is a valid scenario, says what it is about, and has a name of its own.
func TestCasesAreScenarios(t *testing.T) {
	names := map[string]bool{}
	for _, c := range theory.Cases() {
		if names[c.Name] {
			t.Errorf("%s twice", c.Name)
		}
		names[c.Name] = true
		if !(c.Expected > 0) || math.IsInf(c.Expected, 0) || !(c.Tolerance > 0) || c.Shows == "" || c.Source == "" || c.Metric == "" {
			t.Errorf("%+v", c)
		}
		source, err := scenarios.Parse(c.Name, ".", strings.NewReader(c.Scenario))
		if err == nil {
			_, err = source.Scenario()
		}
		if err != nil {
			t.Errorf("%s: %v in\n%s", c.Name, err, c.Scenario)
		}
	}
	if len(names) < 20 {
		t.Errorf("only %d cases", len(names))
	}
}
