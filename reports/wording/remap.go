package wording

import (
	"fmt"
	"strings"

	"lbsim/studies/remap"
)

// Change says a step's change and the size of the pool: "09:00 +4: 10 to 14 nodes".
func Change(s *remap.Step) string {
	text := s.Change
	if s.At != "" {
		text = s.At + " " + text
	}
	before, after := Count(uint64(s.NodesBefore)), Count(uint64(s.NodesAfter))
	if before == after {
		return fmt.Sprintf("%s: %s", text, nodes(after))
	}
	return fmt.Sprintf("%s: %s to %s", text, before, nodes(after))
}

func nodes(count string) string {
	if count == "1" {
		return "1 node"
	}
	return count + " nodes"
}

// mostNames is how many nodes a sentence names; of more it gives the number.
const mostNames = 5

// Members says who came and went: "node-11 joined, node-3 left".
func Members(s *remap.Step) string {
	var parts []string
	for _, p := range []struct {
		names []string
		what  string
	}{{s.Left, "left"}, {s.Joined, "joined"}, {s.Reweighted, "has another weight"}} {
		switch {
		case len(p.names) > mostNames:
			parts = append(parts, Count(uint64(len(p.names)))+" nodes "+p.what)
		case len(p.names) > 0:
			parts = append(parts, Listed(p.names)+" "+p.what)
		}
	}
	return strings.Join(parts, ", ")
}

// Listed joins words as a sentence does: a, b and c.
func Listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// Follows reports whether an algorithm moved about what a change asks for, or more:
// one that heeds no weights moves nothing where only a weight changes, and that is no
// achievement.
func Follows(o *remap.Outcome) bool { return o.Moved >= 0.8*o.Least }

// needless is the share of keys from which on moves that nothing asked for count.
const needless = 0.0005

// fewer reports whether a moves fewer keys than b: fewer needlessly, or as many of
// those and fewer in all.
func fewer(a, b *remap.Outcome) bool {
	if d := a.Excess - b.Excess; d < -needless || d > needless {
		return d < 0
	}
	return a.Moved < b.Moved
}

// Moves says what a step moves, by whoever moves the fewest keys and whoever moves
// the most, who are called as name says:
//
//	ring_hash moves 9.14% of the keys, the least possible is 9.09%; modulo moves 90.9%
func Moves(s *remap.Step, name func(*remap.Outcome) string) string {
	if len(s.Results) == 0 {
		return ""
	}
	var least, most *remap.Outcome
	for i := range s.Results {
		o := &s.Results[i]
		if most == nil {
			least, most = o, o
		}
		if Follows(least) && !Follows(o) {
			continue
		}
		if Follows(o) && !Follows(least) || fewer(o, least) {
			least = o
		}
		if o.Moved > most.Moved {
			most = o
		}
	}
	text := fmt.Sprintf("%s moves %s of the keys", name(least), Percent.Text(least.Moved))
	if bound := Percent.Text(least.Least); bound == Percent.Text(least.Moved) && least.Excess < needless {
		text += ", the least possible"
	} else {
		text += ", the least for fair shares is " + bound
	}
	if Percent.Text(most.Moved) != Percent.Text(least.Moved) {
		text += fmt.Sprintf("; %s moves %s", name(most), Percent.Text(most.Moved))
	}
	return text
}
