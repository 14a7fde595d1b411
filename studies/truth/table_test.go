package truth

import (
	"fmt"
	"testing"

	"lbsim/studies/truth/answers"
)

// A row is one known answer.
type row struct {
	answers.Answer
	params parameters
}

// families are what this package answers for, by the id before the first dot.
const families = "mm1 md1 mdc mg1 mh21 me21 mmc mmck erlA erlB mm1ps mg1ps mgcps dm1 h2m1 mmpp mm1tr mtminf nhpp " +
	"rand rr wsplit optsplit het2 jsq jsqN pod pod100 podN mf rmf mitz gast jiq jiqm mmcN closedrand bins little bound " +
	"deadline size swrr edf stride lvswrr"

// parameters are a row's, as JSON has them.
type parameters map[string]any

func (p parameters) has(name string) bool { _, ok := p[name]; return ok }

// number reads the first of the names that is there.
func (p parameters) number(names ...string) float64 {
	for _, name := range names {
		if x, ok := p[name].(float64); ok {
			return x
		}
	}
	panic(fmt.Sprintf("none of the numbers %v in %v", names, p))
}

// numberOr reads a number that may be left out.
func (p parameters) numberOr(name string, otherwise float64) float64 {
	if x, ok := p[name].(float64); ok {
		return x
	}
	return otherwise
}

func (p parameters) whole(name string) int { return int(p.number(name)) }

func (p parameters) text(name string) string { s, _ := p[name].(string); return s }

func (p parameters) numbers(name string) (xs []float64) {
	for _, x := range p[name].([]any) {
		xs = append(xs, x.(float64))
	}
	return xs
}

// readTable returns the rows of the families.
func readTable(t *testing.T) []row { t.Helper(); return readFamilies(t, families) }

// readFamilies returns the rows of some families.
func readFamilies(t *testing.T, families string) (rows []row) {
	t.Helper()
	for _, a := range answers.Of(t, families) {
		r := row{Answer: a}
		a.Decode(t, &r.params)
		rows = append(rows, r)
	}
	return rows
}
