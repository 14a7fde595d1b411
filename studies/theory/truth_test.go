package theory

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// A known is one row of the table of known answers.
type known struct {
	id, metric, kind string
	params           map[string]any
	expected         float64
}

func (k known) family() string { return k.id[:strings.IndexByte(k.id, '.')] }

// number reads a parameter that must be there.
func (k known) number(name string) float64 {
	value, ok := k.params[name].(float64)
	if !ok {
		panic(k.id + ": no number " + name)
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
	digits, found := strings.CutSuffix(strings.TrimSuffix(k.metric, " (accepted)"), "_"+what)
	if !found || digits[0] != 'p' {
		return 0, false
	}
	number, err := strconv.Atoi(digits[1:])
	return float64(number) / math.Pow(10, float64(len(digits)-1)), err == nil
}

var statedError = regexp.MustCompile(`(abs_err|rel_err)(?:=| about )([0-9.e-]+)`)

// tolerance is 1e-8 relative for what is printed from a formula, widened by the
// error that the table states for its own numeric methods; published simulations
// count 1%.
func (k known) tolerance() float64 {
	if strings.HasPrefix(k.kind, "published-sim") {
		return 0.01 * math.Abs(k.expected)
	}
	tolerance := 1e-8 * math.Abs(k.expected)
	if stated := statedError.FindStringSubmatch(k.kind); stated != nil && !strings.HasPrefix(k.kind, "approximation") {
		size, err := strconv.ParseFloat(stated[2], 64)
		if err != nil {
			panic(k.id + ": " + k.kind)
		}
		if stated[1] == "rel_err" {
			size *= math.Abs(k.expected)
		}
		tolerance += size
	}
	return tolerance
}

func knownAnswers(t *testing.T) []known {
	t.Helper()
	file, err := os.Open("../../testdata/truth_public.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var answers []known
	for _, row := range rows[1:] {
		expected, err := strconv.ParseFloat(row[4], 64)
		if err != nil {
			continue // digests and assignments of the hashing families
		}
		k := known{id: row[0], metric: row[3], kind: row[5], expected: expected}
		if err := json.Unmarshal([]byte(row[2]), &k.params); err != nil {
			t.Fatalf("%s: %v", k.id, err)
		}
		answers = append(answers, k)
	}
	return answers
}

// Every row of the families that queueing theory speaks about is computed here, or
// listed as known only by simulation or by solving a chain that this package does
// not solve.
func TestKnownAnswers(t *testing.T) {
	const families = "mm1 md1 mdc mg1 mh21 me21 mmc mmck erlA erlB mm1ps mg1ps mgcps dm1 h2m1 mmpp mm1tr mtminf nhpp " +
		"rand rr wsplit optsplit het2 jsq jsqN pod pod100 podN mf rmf mitz gast jiq jiqm mmcN closedrand bins little bound deadline size"
	belongs := map[string]bool{}
	for _, family := range strings.Fields(families) {
		belongs[family] = true
	}
	covered, uncovered := 0, map[string]int{}
	for _, k := range knownAnswers(t) {
		if !belongs[k.family()] {
			continue
		}
		got, ok := formula(k)
		if !ok {
			uncovered[k.family()]++
			continue
		}
		covered++
		if !(math.Abs(got-k.expected) <= k.tolerance()) {
			t.Errorf("%s (%s): got %.12g, want %.12g ± %.2g", k.id, k.metric, got, k.expected, k.tolerance())
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
