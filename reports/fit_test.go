package reports

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"lbsim/reports/internal/sample"
	"lbsim/studies/fit"
)

func TestFitTables(t *testing.T) {
	for name, opt := range map[string]TableOptions{"fit-80.txt": {Width: 80}, "fit.md": {Markdown: true}} {
		var out bytes.Buffer
		if err := WriteFit(&out, sample.Fit(), opt); err != nil {
			t.Fatal(err)
		}
		golden(t, name, out.Bytes())
	}
}

// A document as YAML says the same as it does as JSON, long ones and short ones, and what
// YAML would take for something else is in quotes.
func TestFitYAML(t *testing.T) {
	var many []any
	for range 40 {
		many = append(many, "1.5ms")
	}
	document := fit.Pairs{
		{Key: "workload", Value: fit.Pairs{
			{Key: "arrivals", Value: fit.Pairs{{Key: "process", Value: "poisson"}, {Key: "rate", Value: "200.5/s"}}},
			{Key: "classes", Value: []fit.Pairs{
				{{Key: "name", Value: "get-items"}, {Key: "share", Value: "95%"}, {Key: "path", Value: "/a/b_c.d"}},
				{{Key: "name", Value: "no"}, {Key: "service", Value: fit.Pairs{{Key: "dist", Value: "empirical"}, {Key: "values", Value: many}, {Key: "weights", Value: []any{json.Number("0.25")}}}}}}}}},
		{Key: "servers", Value: []fit.Pairs{{{Key: "match", Value: "*"}, {Key: "count", Value: 3}}}, Note: "a comment: with [signs]"},
		{Key: "description", Value: "a: b # c"},
	}
	var out bytes.Buffer
	if err := WriteFitYAML(&out, sample.Fit(), document); err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := yaml.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	asJSON, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(asJSON, &want); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	wanted, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again, wanted) {
		t.Errorf("%s, want %s", again, wanted)
	}
	for _, line := range []string{"# Fitted to access.log (nginx with times) by lbsim fit: 60000 requests in 200 s.\n", "#   rate 400 ±3.9\n", "# Note: keys are whole paths"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q is missing in\n%s", line, &out)
		}
	}
}

func TestFitSchemaIsNoRubberStamp(t *testing.T) {
	var out bytes.Buffer
	if err := WriteFitJSON(&out, sample.Fit()); err != nil {
		t.Fatal(err)
	}
	part := func(m map[string]any, key string) map[string]any { return m[key].(map[string]any) }
	refuses(t, compiled(t, FitSchema()), out.Bytes(), map[string]func(map[string]any){
		"other schema":   func(m map[string]any) { m["schema"] = "lbsim.fit/v2" },
		"unknown key":    func(m map[string]any) { m["path"] = "/secret" },
		"missing key":    func(m map[string]any) { delete(m, "notes") },
		"text of a line": func(m map[string]any) { part(m, "log")["broken_lines"].([]any)[0].(map[string]any)["text"] = "x" },
		"a status":       func(m map[string]any) { m["status"].([]any)[0].(map[string]any)["share"] = 98.3 },
		"another source": func(m map[string]any) { part(m, "service_times")["kind"] = "guessed" },
		"no workers":     func(m map[string]any) { part(m, "servers")["workers"] = 0 },
	})
}
