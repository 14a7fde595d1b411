package charts

import (
	"fmt"
	"strings"

	"lbsim/reports/wording"
	"lbsim/studies/remap"
)

// Remap is what charts of moving keys draw. Without a Spread or Costs there is no
// chart of them.
type Remap struct {
	Result *remap.Result
	Spread *remap.Spread
	Costs  []remap.Cost
}

// WriteRemap draws r into dir, as WriteCharts does: keys-moved, keys-flow, spread and
// lookup.
func WriteRemap(dir string, r Remap) (Written, error) {
	return writeEach(dir, r, []drawer[Remap]{{"keys-moved", movedChart}, {"keys-flow", flowChart}, {"spread", spreadChart}, {"lookup", lookupChart}})
}

func outcomeTitle(o *remap.Outcome) string {
	if o.Title == "" {
		return o.Variant
	}
	return o.Title
}

func outcomeIdentities(s *remap.Step) []identity {
	var ids []identity
	for i := range s.Results {
		o := &s.Results[i]
		ids = append(ids, identity{o.Variant, outcomeTitle(o), o.Algorithm})
	}
	return ids
}

// movesFound states what a step moves, of several steps the one where algorithms
// differ most.
func movesFound(r *remap.Result) headline {
	step, widest := 0, -1.0
	for i := range r.Steps {
		least, most := 1.0, 0.0
		for _, o := range r.Steps[i].Results {
			if wording.Follows(&o) {
				least, most = min(least, o.Moved), max(most, o.Moved)
			}
		}
		if most-least > widest {
			step, widest = i, most-least
		}
	}
	s := &r.Steps[step]
	text := wording.Moves(s, func(o *remap.Outcome) string { return inSentence(outcomeTitle(o)) })
	if len(r.Steps) == 1 {
		return headline(capital(text))
	}
	change, _, _ := strings.Cut(wording.Change(s), ": ")
	return headline(change + ": " + text)
}

// remapFooter says what was placed.
func remapFooter(r *remap.Result) string {
	law := ""
	if r.KeyDistribution != "uniform" {
		law = ", popularity " + r.KeyDistribution
	}
	return fmt.Sprintf("Placed: %s keys%s on %d nodes at the start, seed %d", wording.Count(uint64(r.Keys)), law, r.Steps[0].NodesBefore, r.Seed)
}
