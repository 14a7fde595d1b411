package algorithms

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
)

// truth is one row of the table of known answers.
type truth struct {
	id, metric, expected, kind string
	text                       string // the params as they are written
	params                     struct {
		Weights  []float64 `json:"weights"`
		Picks    int       `json:"picks"`
		Bins     int       `json:"bins_n"`
		Balls    int       `json:"balls_m"`
		D        int       `json:"d"`
		Rule     string    `json:"rule"`
		PerBin   float64   `json:"balls_per_bin"`
		Sampling string    `json:"sampling"`
	}
}

func (r truth) value(t *testing.T) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(r.expected, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// se returns the standard error that a row's kind states, 0 when none.
func (r truth) se(t *testing.T) float64 {
	t.Helper()
	_, text, ok := strings.Cut(r.kind, "se=")
	if !ok {
		return 0
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// truthRows returns the rows of a family: the id before the first dot.
func truthRows(t *testing.T, family string) (rows []truth) {
	t.Helper()
	file, err := os.Open("../testdata/truth_public.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records[1:] {
		if f, _, _ := strings.Cut(record[0], "."); f != family {
			continue
		}
		r := truth{id: record[0], metric: record[3], expected: record[4], kind: record[5], text: record[2]}
		if err := json.Unmarshal([]byte(record[2]), &r.params); err != nil {
			t.Fatalf("%s: %v", r.id, err)
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		t.Fatalf("no rows of family %s", family)
	}
	return rows
}
