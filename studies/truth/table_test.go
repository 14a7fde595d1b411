package truth

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A row is one known answer.
type row struct {
	id, model, metric, kind string
	params                  parameters
	expected                string
}

// families are what this package answers for, by the id before the first dot.
const families = "mm1 md1 mdc mg1 mh21 me21 mmc mmck erlA erlB mm1ps mg1ps mgcps dm1 h2m1 mmpp mm1tr mtminf nhpp " +
	"rand rr wsplit optsplit het2 jsq jsqN pod pod100 podN mf rmf mitz gast jiq jiqm mmcN closedrand bins little bound " +
	"deadline size swrr edf stride lvswrr"

func (r row) family() string { return r.id[:strings.IndexByte(r.id, '.')] }

// value is the expected number.
func (r row) value() float64 {
	x, err := strconv.ParseFloat(r.expected, 64)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", r.id, err))
	}
	return x
}

var statedError = regexp.MustCompile(`(abs_err|rel_err|se)(?:=| about )([0-9.e-]+)`)

// stated is the number that a row's kind gives under a name.
func (r row) stated(name string) (float64, bool) {
	found := statedError.FindStringSubmatch(r.kind)
	if found == nil || found[1] != name {
		return 0, false
	}
	x, err := strconv.ParseFloat(found[2], 64)
	if err != nil {
		panic(r.id + ": " + r.kind)
	}
	return x, true
}

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
func readTable(t *testing.T) []row {
	t.Helper()
	return readRows(t, families)
}

// readRows returns the rows of some families.
func readRows(t *testing.T, families string) (rows []row) {
	t.Helper()
	file, err := os.Open("../../testdata/truth_public.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string]bool{}
	for _, family := range strings.Fields(families) {
		ours[family] = true
	}
	for _, record := range records[1:] {
		r := row{id: record[0], model: record[1], metric: record[3], expected: record[4], kind: record[5]}
		if !ours[r.family()] {
			continue
		}
		if err := json.Unmarshal([]byte(record[2]), &r.params); err != nil {
			t.Fatalf("%s: %v", r.id, err)
		}
		rows = append(rows, r)
	}
	return rows
}
