package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"

	"lbsim/reports/internal/sample"
	"lbsim/studies/remap"
)

func remapTable(t *testing.T, opt TableOptions) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := WriteRemap(&out, sample.Remap(), opt); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRemapTables(t *testing.T) {
	golden(t, "remap-80.txt", remapTable(t, TableOptions{Width: 80}))
	golden(t, "remap.txt", remapTable(t, TableOptions{}))
	golden(t, "remap.md", remapTable(t, TableOptions{Markdown: true}))
}

func TestRemapFitsItsWidth(t *testing.T) {
	for width := 60; width <= 200; width += 7 {
		for line := range strings.Lines(string(remapTable(t, TableOptions{Width: width, Color: width%2 == 0}))) {
			if got := text.StringWidthWithoutEscSequences(strings.TrimSuffix(line, "\n")); got > width {
				t.Fatalf("width %d: a line of %d:\n%s", width, got, line)
			}
		}
	}
}

func remapJSON(t *testing.T, r *remap.Result) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := WriteRemapJSON(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRemapJSONMatchesTheSchema(t *testing.T) {
	schema := compiled(t, RemapSchema())
	empty := &remap.Result{Schema: remap.Schema, Keys: 1, Steps: []remap.Step{{Change: "+1", NodesBefore: 1, NodesAfter: 2, Results: []remap.Outcome{{}}}}}
	accepts(t, schema, "empty", remapJSON(t, empty))
	refuses(t, schema, remapJSON(t, sample.Remap()), map[string]func(map[string]any){
		"unknown key":  func(m map[string]any) { m["moved"] = 1 },
		"missing key":  func(m map[string]any) { delete(m, "keys") },
		"other schema": func(m map[string]any) { m["schema"] = "lbsim.remap/v2" },
		"percent": func(m map[string]any) {
			m["steps"].([]any)[0].(map[string]any)["results"].([]any)[0].(map[string]any)["moved_ratio"] = 9.1
		},
		"time": func(m map[string]any) { m["steps"].([]any)[0].(map[string]any)["at"] = "noon" },
	})
}

// Every field of the Go types is in the schema under the same name, required unless
// omitted when empty, and the schema has no other.
func TestRemapSchemaHasEveryField(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(RemapSchema(), &doc); err != nil {
		t.Fatal(err)
	}
	defs := doc["$defs"].(map[string]any)
	for typ, object := range map[reflect.Type]any{
		reflect.TypeFor[remap.Result](): doc, reflect.TypeFor[remap.Provenance](): defs["provenance"],
		reflect.TypeFor[remap.Step](): defs["step"], reflect.TypeFor[remap.Total](): defs["total"], reflect.TypeFor[remap.Outcome](): defs["outcome"],
	} {
		describes(t, object.(map[string]any), typ)
	}
}

// Each cell of the CSV is the figure that the JSON has under the column's name.
func TestRemapCSVAgreesWithJSON(t *testing.T) {
	r := sample.Remap()
	var contract struct {
		Steps []map[string]any
	}
	if err := json.Unmarshal(remapJSON(t, r), &contract); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := WriteRemapCSV(&out, r); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+len(r.Steps)*len(r.Steps[0].Results) {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows[1:] {
		step := contract.Steps[i/4]
		outcome := step["results"].([]any)[i%4].(map[string]any)
		for j, column := range rows[0] {
			var want any
			switch column {
			case "step":
				want = float64(i/4 + 1)
			case "algorithm":
				want = outcome["variant"]
			case "at", "change", "nodes_before", "nodes_after":
				want = step[column]
			default:
				known := false
				if want, known = outcome[column]; !known {
					t.Fatalf("the JSON has no %s", column)
				}
			}
			got, err := strconv.ParseFloat(row[j], 64)
			if number, isNumber := want.(float64); isNumber && (err != nil || got != number) || want == nil && row[j] != "" {
				t.Errorf("%s is %s, the JSON has %v", column, row[j], want)
			}
		}
	}
}
