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

// Without a word about algorithms a scenario's own is compared, first, and the usual
// ones; of a scenario that hashes keys what moves nearly all of them and what knows none.
func TestDefaultAlgorithms(t *testing.T) {
	usual := []string{"round_robin", "least_connections", "power_of_two"}
	for _, c := range []struct {
		scenario, setting string
		want              []string
	}{
		{"mixed-load", "", usual},
		{"mixed-load", "balancer.algorithm=lc", usual},
		{"mixed-load", "balancer.algorithm=none", usual},
		{"mixed-load", "balancer.algorithm=p2c:choices=3", append([]string{"power_of_two:choices=3"}, usual...)},
		{"nat-clients", "", append([]string{"ip_hash"}, usual...)},
		{"cache-sharding", "", []string{"ring_hash", "modulo", "power_of_two"}},
		{"cache-sharding", "balancer.algorithm=modulo", []string{"modulo", "power_of_two"}},
	} {
		source, err := scenarios.Open(c.scenario, nil)
		if err != nil {
			t.Fatal(err)
		}
		q := Question{Sources: []*scenarios.Source{source}}
		if c.setting != "" {
			q.Settings = []string{c.setting}
		}
		if got := q.DefaultAlgorithms(); !slices.Equal(got, c.want) {
			t.Errorf("%s %s: %q, want %q", c.scenario, c.setting, got, c.want)
		}
	}
}
