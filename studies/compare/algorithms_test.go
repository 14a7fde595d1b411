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

// Without a word about algorithms the scenario's own is compared too, and first.
func TestUsualAlgorithms(t *testing.T) {
	for _, c := range []struct {
		settings []string
		want     []string
	}{
		{nil, []string{"round_robin", "least_connections", "power_of_two"}},
		{[]string{"balancer.algorithm=lc"}, []string{"round_robin", "least_connections", "power_of_two"}},
		{[]string{"balancer.algorithm=p2c:choices=3"}, []string{"power_of_two:choices=3", "round_robin", "least_connections", "power_of_two"}},
	} {
		source, err := scenarios.Open("mm1", nil)
		if err != nil {
			t.Fatal(err)
		}
		q := Question{Sources: []*scenarios.Source{source}, Settings: c.settings}
		if got := q.UsualAlgorithms(); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.settings, got, c.want)
		}
	}
}
