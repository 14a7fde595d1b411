package compare

import (
	"slices"
	"testing"
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
