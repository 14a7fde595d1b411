package compare

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"lbsim/algorithms"
	"lbsim/config/decode"
)

// usual is what a comparison compares when nobody says what. Of a scenario whose own
// algorithm chooses by key that would miss the point: it stands against hashing that
// moves nearly all keys, and against choosing by load, which knows no keys.
var (
	usual     = []string{"round_robin", "least_connections", "power_of_two"}
	usualKeys = []string{"modulo", "power_of_two"}
)

// DefaultAlgorithms returns what to compare of the only source when nobody says what:
// its own algorithm, which is what its author runs, and the usual ones.
func (q Question) DefaultAlgorithms() []string {
	settled, err := q.settled()
	if err != nil {
		return usual // Plan has the same error to tell
	}
	s, err := settled.Sources[0].Scenario()
	if err != nil {
		return usual
	}
	own, others := s.Balancer.Algorithm.String(), usual
	if s.Balancer.Algorithm.Spec.NeedsKey {
		others = usualKeys
	}
	if slices.Contains(others, own) {
		return others
	}
	return append([]string{own}, others...)
}

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
