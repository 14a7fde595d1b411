package compare

import (
	"slices"
	"testing"

	"lbsim/scenarios"
)

func TestSplitAlgorithms(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"rr", []string{"rr"}},
		{"rr,lc,p2c", []string{"rr", "lc", "p2c"}},
		{" rr , lc ,", []string{"rr", "lc"}},
		{"power_of_two:choices=3,replacement=true,rr", []string{"power_of_two:choices=3,replacement=true", "rr"}},
		{"p2c:choices=3,p2c:choices=4,left=true", []string{"p2c:choices=3", "p2c:choices=4,left=true"}},
		{"choices=3,rr", []string{"choices=3", "rr"}}, // nothing before it: a mistake to be named later
	} {
		if got := SplitAlgorithms(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

// TestDefaultAlgorithms: a scenario that hashes keys is held against what does without.
func TestDefaultAlgorithms(t *testing.T) {
	for _, c := range []struct{ scenario, setting, first, last string }{
		{"mixed-load", "", "round_robin", "power_of_two"},
		{"mixed-load", "balancer.algorithm=ring_hash:points=40", "ring_hash:points=40", "power_of_two"},
		{"mixed-load", "balancer.algorithm=none", "round_robin", "power_of_two"},
		{"nat-clients", "", "round_robin", "power_of_two"}, // hashes addresses
		{"cache-sharding", "", "ring_hash", "power_of_two"},
	} {
		source, err := scenarios.Open(c.scenario, nil)
		if err != nil {
			t.Fatal(err)
		}
		q := Question{Sources: []*scenarios.Source{source}}
		if c.setting != "" {
			q.Settings = []string{c.setting}
		}
		got := q.DefaultAlgorithms()
		if n := len(got); n < 2 || got[0] != c.first || got[n-1] != c.last {
			t.Errorf("%s %s: %v", c.scenario, c.setting, got)
		}
	}
}
