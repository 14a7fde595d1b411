package compare

import (
	"errors"
	"fmt"
	"strings"

	"lbsim/algorithms"
	"lbsim/config/decode"
)

// DefaultAlgorithms is what a comparison compares when nobody says what.
var DefaultAlgorithms = []string{"round_robin", "least_connections", "power_of_two"}

// SplitAlgorithms splits a list of algorithms at its commas. Commas separate
// parameters too: a piece a=b belongs to the algorithm before it, so
// power_of_two:choices=3,replacement=true,rr is two algorithms.
func SplitAlgorithms(text string) []string {
	var found []string
	for _, piece := range strings.Split(text, ",") {
		piece = strings.TrimSpace(piece)
		name, _, assigned := strings.Cut(piece, "=")
		switch {
		case assigned && !strings.Contains(name, ":") && len(found) > 0:
			found[len(found)-1] += "," + piece
		case piece != "":
			found = append(found, piece)
		}
	}
	return found
}

// ParseAlgorithm reads an algorithm and, for a misspelt one, says which was meant.
func ParseAlgorithm(text string) (algorithms.Choice, error) {
	choice, err := algorithms.Parse(text)
	if unknown, ok := errors.AsType[*algorithms.UnknownError](err); ok {
		var names, near []string
		for _, s := range algorithms.All() {
			names = append(names, withAliases(s))
			near = append(append(near, s.Name), s.Aliases...)
		}
		meant := decode.Nearest(unknown.Name, near)
		if meant == "" {
			return choice, fmt.Errorf("unknown algorithm %q: there are %s", unknown.Name, strings.Join(names, ", "))
		}
		return choice, fmt.Errorf("unknown algorithm %q: did you mean %s? (known: %s)", unknown.Name, meant, strings.Join(names, ", "))
	}
	return choice, err
}

// withAliases is an algorithm's name and its short ones: round_robin (rr).
func withAliases(s *algorithms.Spec) string {
	if len(s.Aliases) == 0 {
		return s.Name
	}
	return s.Name + " (" + strings.Join(s.Aliases, ", ") + ")"
}
