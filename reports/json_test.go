package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"lbsim/reports/internal/sample"
	"lbsim/studies/result"
)

func writtenJSON(t *testing.T, r *result.Result) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := WriteJSON(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// emptyResult is a valid result with nothing in its lists.
func emptyResult() *result.Result {
	return &result.Result{Schema: result.Schema, WarmUp: result.WarmUp{Rule: "none"}, Results: []result.Variant{{Name: "a"}}}
}

func TestJSONMatchesTheSchema(t *testing.T) {
	schema := compiled(t, ResultSchema())
	for name, r := range map[string]*result.Result{
		"compare": sample.Comparison(8), "run": sample.Run(), "overload": sample.Overloaded(), "empty": emptyResult(),
	} {
		accepts(t, schema, name, writtenJSON(t, r))
	}
}

// The schema is no rubber stamp: it refuses what the contract forbids.
func TestSchemaRefuses(t *testing.T) {
	refuses(t, compiled(t, ResultSchema()), writtenJSON(t, sample.Comparison(2)), map[string]func(map[string]any){
		"unknown key":      func(m map[string]any) { m["p99"] = 1 },
		"missing key":      func(m map[string]any) { delete(m, "warnings") },
		"null list":        func(m map[string]any) { m["comparisons"] = nil },
		"other schema":     func(m map[string]any) { m["schema"] = "lbsim.result/v2" },
		"verdict":          func(m map[string]any) { m["slo"].([]any)[0].(map[string]any)["verdict"] = "passed" },
		"duration as text": func(m map[string]any) { m["warmup"].(map[string]any)["seconds"] = "60s" },
	})
}

// Every field of the Go types is in the schema under the same name, required
// unless omitted when empty, and the schema has no other.
func TestSchemaHasEveryField(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(ResultSchema(), &doc); err != nil {
		t.Fatal(err)
	}
	defs := doc["$defs"].(map[string]any)
	describes(t, doc, reflect.TypeFor[result.Result]())
	for name, typ := range map[string]reflect.Type{
		"provenance": reflect.TypeFor[result.Provenance](), "warmup": reflect.TypeFor[result.WarmUp](), "estimate": reflect.TypeFor[result.Estimate](),
		"latency": reflect.TypeFor[result.Latency](), "wait": reflect.TypeFor[result.Wait](), "requests": reflect.TypeFor[result.Requests](),
		"imbalance": reflect.TypeFor[result.Imbalance](), "variant": reflect.TypeFor[result.Variant](), "class": reflect.TypeFor[result.Class](),
		"server": reflect.TypeFor[result.Server](), "timeline": reflect.TypeFor[result.Timeline](), "event": reflect.TypeFor[result.Event](),
		"recovery": reflect.TypeFor[result.Recovery](), "failure": reflect.TypeFor[result.Failure](), "theory": reflect.TypeFor[result.Theory](), "comparison": reflect.TypeFor[result.Comparison](),
		"objective": reflect.TypeFor[result.Objective](), "server_timeline": reflect.TypeFor[result.ServerTimeline](),
	} {
		describes(t, defs[name].(map[string]any), typ)
	}
}

func TestJSONForm(t *testing.T) {
	r := emptyResult()
	r.Description = "a < b & c"
	third := 1.0 / 3
	r.Results[0].Throughput.Value = &third
	got := string(writtenJSON(t, r))
	for _, want := range []string{`"warnings": []`, `"comparisons": []`, `"slo": []`, `"servers": []`, `"p99_seconds": []`,
		`"parameters": {}`, `"scenario": {}`, `"a < b & c"`, `"value": 0.3333333333333333,`, `"low": null`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if !strings.HasSuffix(got, "}\n") || strings.Contains(got, "Distribution") {
		t.Error("the end or a field that is not part of the contract")
	}
	if again := string(writtenJSON(t, r)); again != got {
		t.Error("written twice, it differs")
	}
	if r.Warnings != nil || r.Results[0].Servers != nil {
		t.Error("the result was changed")
	}
}

// What is written is read back as the same result.
func TestJSONRoundTrip(t *testing.T) {
	first := writtenJSON(t, sample.Comparison(3))
	var r result.Result
	if err := json.Unmarshal(first, &r); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, writtenJSON(t, &r)) {
		t.Error("reading and writing again changes the JSON")
	}
}

func TestNaNIsNamed(t *testing.T) {
	r := sample.Comparison(2)
	nan := math.NaN()
	r.Results[1].Latency.P99.Value = &nan
	var out bytes.Buffer
	err := WriteJSON(&out, r)
	if err == nil || !strings.Contains(err.Error(), "result.results[1].latency_seconds.p99.value is NaN") {
		t.Errorf("error: %v", err)
	}
	if out.Len() > 0 {
		t.Error("something was written before the error")
	}
}

// Each row of the CSV has the figure that the JSON has at the row's path.
func TestCSVAgreesWithJSON(t *testing.T) {
	r := sample.Comparison(2)
	r.Results[0].Recovery.Detect = sample.Estimate(6.5, 0.4)
	var contract struct{ Results []map[string]any }
	if err := json.Unmarshal(writtenJSON(t, r), &contract); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := WriteCSV(&out, r); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		var at any = named(contract.Results, "variant", row[0])
		if row[1] != AllClasses {
			var classes []map[string]any
			for _, c := range at.(map[string]any)["classes"].([]any) {
				classes = append(classes, c.(map[string]any))
			}
			at = named(classes, "name", row[1])
		}
		for key := range strings.SplitSeq(row[2], ".") {
			at = at.(map[string]any)[key]
		}
		want := [3]any{at, nil, nil} // a count
		if e, ok := at.(map[string]any); ok {
			want = [3]any{e["value"], e["low"], e["high"]}
		}
		for i, cell := range row[3:] {
			got, err := strconv.ParseFloat(cell, 64)
			if (want[i] == nil) != (cell == "") || want[i] != nil && (err != nil || got != want[i]) {
				t.Errorf("%v: the JSON has %v", row, want)
			}
		}
	}
}

func named(list []map[string]any, key, name string) map[string]any {
	for _, m := range list {
		if m[key] == name {
			return m
		}
	}
	return nil
}
