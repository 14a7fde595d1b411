package scenarios_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"lbsim/scenarios"
)

// TestLibrary loads every shipped scenario, builds it, and loads its canonical form
// again: the same scenario must come out, to the byte and the hash.
func TestLibrary(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			s, err := scenarios.Load(name, nil)
			if err != nil {
				t.Fatal(err)
			}
			if s.Name != name {
				t.Errorf("the file %s holds the scenario %s", name, s.Name)
			}
			if len(s.Description) < 80 {
				t.Errorf("the description says too little: %q", s.Description)
			}
			text, err := scenarios.Show(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{"# Look for:", "# Try:"} {
				if !strings.Contains(text, part) {
					t.Errorf("no line %q", part)
				}
			}
			if m := s.Build(); len(m.Servers) == 0 || len(m.Classes) == 0 || m.Interval <= 0 {
				t.Errorf("built %+v", m)
			}
			canonical, err := json.Marshal(s.Document())
			if err != nil {
				t.Fatal(err)
			}
			again, err := scenarios.Load("-", bytes.NewReader(canonical))
			if err != nil {
				t.Fatalf("the canonical form %s: %v", canonical, err)
			}
			if s.SHA256() != again.SHA256() || !reflect.DeepEqual(s.Document(), again.Document()) {
				t.Errorf("the canonical form changed:\n%v\n%v", s.Document(), again.Document())
			}
		})
	}
}

// No scenario is in two themes, and no theme names one that is not shipped.
func TestThemes(t *testing.T) {
	seen := map[string]bool{}
	for _, theme := range scenarios.Themes {
		for _, name := range theme.Names {
			if _, err := scenarios.Show(name); err != nil || seen[name] {
				t.Errorf("%s: %s is not shipped, or twice in the list", theme.Title, name)
			}
			seen[name] = true
		}
	}
}
