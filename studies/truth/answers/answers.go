// Package answers reads the table of known answers, testdata/truth_public.csv, for
// the tests of every package that answers for some of its rows.
package answers

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// An Answer is one row of the table.
type Answer struct {
	ID, Model, Metric string
	Parameters        string // a JSON object
	Expected          string // a number, or a text such as a sequence
	Kind              string // how it is known: exact, vector, own-sim;se=0.01 …
}

// Family is the part of the id before the first dot.
func (a Answer) Family() string {
	family, _, _ := strings.Cut(a.ID, ".")
	return family
}

// Decode reads the parameters into what a pointer points to.
func (a Answer) Decode(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Parameters), into); err != nil {
		t.Fatalf("%s: %v", a.ID, err)
	}
}

// Value is the expected number. It panics where the table has a text.
func (a Answer) Value() float64 { return a.number(a.Expected) }

func (a Answer) number(text string) float64 {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(a.ID + ": " + err.Error())
	}
	return x
}

var statedError = regexp.MustCompile(`(abs_err|rel_err|se)(?:=| about )([0-9.e-]+)`)

// Stated is the error that the kind states under a name: abs_err, rel_err or se.
func (a Answer) Stated(name string) (size float64, ok bool) {
	found := statedError.FindStringSubmatch(a.Kind)
	if found == nil || found[1] != name {
		return 0, false
	}
	return a.number(found[2]), true
}

// StandardError is the one that the kind states, 0 when none.
func (a Answer) StandardError() float64 {
	se, _ := a.Stated("se")
	return se
}

// Of returns the rows of some families, separated by blanks, in the table's order. A
// family without a row ends the test: its answers would go unasked without a word.
func Of(t testing.TB, families string) (rows []Answer) {
	t.Helper()
	missing := map[string]bool{}
	for _, family := range strings.Fields(families) {
		missing[family] = true
	}
	for _, a := range read(t) {
		if _, wanted := missing[a.Family()]; wanted {
			missing[a.Family()] = false
			rows = append(rows, a)
		}
	}
	for family, none := range missing {
		if none {
			t.Fatalf("the table of known answers has no row of family %s", family)
		}
	}
	return rows
}

func read(t testing.TB) (all []Answer) {
	t.Helper()
	file, err := os.Open(filepath.Join(root(t), "testdata", "truth_public.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records[1:] {
		all = append(all, Answer{ID: r[0], Model: r[1], Parameters: r[2], Metric: r[3], Expected: r[4], Kind: r[5]})
	}
	return all
}

// root is the folder of go.mod, at or above the folder in which a test runs.
func root(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		above := filepath.Dir(folder)
		if above == folder {
			t.Fatal("no go.mod at or above the test's folder")
		}
		folder = above
	}
}
