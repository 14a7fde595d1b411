package theory

import (
	"math"
	"sort"
	"strconv"
	"strings"
	"testing"

	table "lbsim/studies/truth/answers" // the name answers is taken here
)

// A known is one row of the table of known answers.
type known struct {
	table.Answer
	params   map[string]any
	expected float64
}

// number reads a parameter that must be there.
func (k known) number(name string) float64 {
	value, ok := k.params[name].(float64)
	if !ok {
		panic(k.ID + ": no number " + name)
	}
	return value
}

func (k known) whole(name string) int { return int(k.number(name)) }

func (k known) text(name string) string {
	value, _ := k.params[name].(string)
	return value
}

func (k known) numbers(name string) []float64 {
	var values []float64
	for _, v := range k.params[name].([]any) {
		values = append(values, v.(float64))
	}
	return values
}

// quantileOf reads p50_T as 0.5 and p999_W as 0.999.
func (k known) quantileOf(what string) (q float64, ok bool) {
	digits, found := strings.CutSuffix(strings.TrimSuffix(k.Metric, " (accepted)"), "_"+what)
	if !found || digits[0] != 'p' {
		return 0, false
	}
	number, err := strconv.Atoi(digits[1:])
	return float64(number) / math.Pow(10, float64(len(digits)-1)), err == nil
}

// tolerance is 1e-8 relative for what is printed from a formula, widened by the
// error that the table states for its own numeric methods; published simulations
// count 1%.
func (k known) tolerance() float64 {
	if strings.HasPrefix(k.Kind, "published-sim") {
		return 0.01 * math.Abs(k.expected)
	}
	tolerance := 1e-8 * math.Abs(k.expected)
	if !strings.HasPrefix(k.Kind, "approximation") {
		absolute, _ := k.Stated("abs_err")
		relative, _ := k.Stated("rel_err")
		tolerance += absolute + relative*math.Abs(k.expected)
	}
	return tolerance
}

func knownAnswers(t *testing.T, families string) (rows []known) {
	t.Helper()
	for _, a := range table.Of(t, families) {
		k := known{Answer: a, expected: a.Value()}
		a.Decode(t, &k.params)
		rows = append(rows, k)
	}
	return rows
}

// Every row of the families that queueing theory speaks about is computed here, or
// listed as known only by simulation or by solving a chain that this package does
// not solve.
func TestKnownAnswers(t *testing.T) {
	const families = "mm1 md1 mdc mg1 mh21 me21 mmc mmck erlA erlB mm1ps mg1ps mgcps dm1 h2m1 mmpp mm1tr mtminf nhpp " +
		"rand rr wsplit optsplit het2 jsq jsqN pod pod100 podN mf rmf mitz gast jiq jiqm mmcN closedrand bins little bound deadline size"
	covered, uncovered := 0, map[string]int{}
	for _, k := range knownAnswers(t, families) {
		got, ok := formula(k)
		if !ok {
			uncovered[k.Family()]++
			continue
		}
		covered++
		if !(math.Abs(got-k.expected) <= k.tolerance()) {
			t.Errorf("%s (%s): got %.12g, want %.12g ± %.2g", k.ID, k.Metric, got, k.expected, k.tolerance())
		}
	}
	var left []string
	for family, rows := range uncovered {
		left = append(left, family+" "+strconv.Itoa(rows))
	}
	sort.Strings(left)
	t.Logf("%d rows covered; by no formula: %s", covered, strings.Join(left, ", "))
	if covered < leastCovered {
		t.Errorf("%d rows covered, there were %d", covered, leastCovered)
	}
}

const leastCovered = 527
