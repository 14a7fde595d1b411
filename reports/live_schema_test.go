package reports

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"lbsim/reports/internal/sample"
	"lbsim/studies/capacity"
	"lbsim/studies/exercise"
	"lbsim/studies/fit"
	"lbsim/studies/lab"
	"lbsim/studies/replay"
)

// Every field of the Go types is in the schemas of lab, capacity, replay and fit under the same name,
// required unless omitted when empty, and the schemas have no other. What the commands
// write is held against them in their scripts.
func TestLiveSchemasHaveEveryField(t *testing.T) {
	for _, s := range []struct {
		schema []byte
		whole  reflect.Type
		parts  map[string]reflect.Type
	}{
		{LabSchema(), reflect.TypeFor[lab.Result](), map[string]reflect.Type{
			"outcome": reflect.TypeFor[lab.Outcome](), "figures": reflect.TypeFor[lab.Figures](), "differences": reflect.TypeFor[lab.Figures](),
			"both": reflect.TypeFor[lab.Both](), "status": reflect.TypeFor[lab.Status](), "server": reflect.TypeFor[lab.Server](),
			"detection": reflect.TypeFor[lab.Detection](), "event": reflect.TypeFor[lab.Event]()}},
		{CapacitySchema(), reflect.TypeFor[capacity.Result](), map[string]reflect.Type{
			"line": reflect.TypeFor[capacity.Line](), "probe": reflect.TypeFor[capacity.Probe](), "limit": reflect.TypeFor[capacity.Limit](),
			"rule": reflect.TypeFor[capacity.Rule](), "not_asked": reflect.TypeFor[capacity.NotAsked](), "provenance": reflect.TypeFor[capacity.Provenance]()}},
		{ReplaySchema(), reflect.TypeFor[replay.Result](), map[string]reflect.Type{
			"outcome": reflect.TypeFor[replay.Outcome](), "imbalance": reflect.TypeFor[replay.Imbalance](), "server": reflect.TypeFor[replay.Server]()}},
		{ExerciseSchema(), reflect.TypeFor[exercise.Report](), map[string]reflect.Type{
			"point": reflect.TypeFor[exercise.Point](), "remark": reflect.TypeFor[exercise.Remark](), "check": reflect.TypeFor[exercise.Check](),
			"trial": reflect.TypeFor[exercise.Trial](), "figures": reflect.TypeFor[exercise.Figures](), "launch": reflect.TypeFor[exercise.Launched]()}},
		{FitSchema(), reflect.TypeFor[fit.Result](), map[string]reflect.Type{
			"parameter": reflect.TypeFor[fit.Parameter](), "log": reflect.TypeFor[fit.Log](), "problem": reflect.TypeFor[fit.Problem](), "latency": reflect.TypeFor[fit.Latency](),
			"arrivals": reflect.TypeFor[fit.Arrivals](), "tried": reflect.TypeFor[fit.Tried](), "dispersion": reflect.TypeFor[fit.Dispersion](), "rate": reflect.TypeFor[fit.Rate](),
			"class": reflect.TypeFor[fit.Class](), "service": reflect.TypeFor[fit.Service](), "law": reflect.TypeFor[fit.Law](), "source": reflect.TypeFor[fit.Source](),
			"popularity": reflect.TypeFor[fit.Popularity](), "clients": reflect.TypeFor[fit.Clients](), "status": reflect.TypeFor[fit.Status](), "servers": reflect.TypeFor[fit.Servers](),
			"simulated": reflect.TypeFor[fit.Simulated]()}},
	} {
		var doc map[string]any
		if err := json.Unmarshal(s.schema, &doc); err != nil {
			t.Fatal(err)
		}
		describes(t, doc, s.whole)
		for name, typ := range s.parts {
			describes(t, doc["$defs"].(map[string]any)[name].(map[string]any), typ)
		}
	}
}

func TestLabSchemaIsNoRubberStamp(t *testing.T) {
	r := &lab.Result{Schema: lab.Schema, Proxy: "lbsim", Seconds: 1, Results: []lab.Outcome{{Detections: []lab.Detection{{Kind: "crash"}}, Status: []lab.Status{{Status: 200}}}}}
	var out bytes.Buffer
	if err := WriteLabJSON(&out, r); err != nil {
		t.Fatal(err)
	}
	first := func(m map[string]any) map[string]any { return m["results"].([]any)[0].(map[string]any) }
	refuses(t, compiled(t, LabSchema()), out.Bytes(), map[string]func(map[string]any){
		"other schema": func(m map[string]any) { m["schema"] = "lbsim.lab/v2" },
		"unknown key":  func(m map[string]any) { m["moved"] = 1 },
		"another one":  func(m map[string]any) { m["proxy"] = "traefik" },
		"missing key":  func(m map[string]any) { delete(first(m), "late_seconds") },
		"percent":      func(m map[string]any) { first(m)["error_ratio"].(map[string]any)["measured"] = 3.0 },
		"a fault":      func(m map[string]any) { first(m)["detections"].([]any)[0].(map[string]any)["kind"] = "slow" },
		"a status":     func(m map[string]any) { first(m)["status"].([]any)[0].(map[string]any)["status"] = 0 },
	})
}

func TestReplaySchemaIsNoRubberStamp(t *testing.T) {
	r := &replay.Result{Schema: replay.Schema, Results: []replay.Outcome{{Servers: []replay.Server{{}}}}}
	var out bytes.Buffer
	if err := WriteReplayJSON(&out, r); err != nil {
		t.Fatal(err)
	}
	first := func(m map[string]any) map[string]any { return m["results"].([]any)[0].(map[string]any) }
	refuses(t, compiled(t, ReplaySchema()), out.Bytes(), map[string]func(map[string]any){
		"other schema": func(m map[string]any) { m["schema"] = "lbsim.replay/v2" },
		"no result":    func(m map[string]any) { m["results"] = []any{} },
		"missing key":  func(m map[string]any) { delete(first(m), "recorded") },
		"half a retry": func(m map[string]any) { first(m)["retries"] = 0.5 },
		"percent":      func(m map[string]any) { first(m)["servers"].([]any)[0].(map[string]any)["share"] = 40.0 },
	})
}

func TestCapacitySchemaIsNoRubberStamp(t *testing.T) {
	r := sample.Capacity()
	var out bytes.Buffer
	if err := WriteCapacityJSON(&out, r); err != nil {
		t.Fatal(err)
	}
	first := func(m map[string]any) map[string]any { return m["results"].([]any)[0].(map[string]any) }
	probe := func(m map[string]any) map[string]any { return first(m)["probes"].([]any)[0].(map[string]any) }
	refuses(t, compiled(t, CapacitySchema()), out.Bytes(), map[string]func(map[string]any){
		"other schema": func(m map[string]any) { m["schema"] = "lbsim.capacity/v2" },
		"unknown key":  func(m map[string]any) { m["moved"] = 1 },
		"a find":       func(m map[string]any) { m["find"] = "money" },
		"no objective": func(m map[string]any) { m["objectives"] = []any{} },
		"certainty":    func(m map[string]any) { m["confidence"] = 1 },
		"a fleet":      func(m map[string]any) { first(m)["fleet"] = "less_two_servers" },
		"missing key":  func(m map[string]any) { delete(first(m), "missed") },
		"a verdict":    func(m map[string]any) { probe(m)["verdict"] = "perhaps" },
		"half a run":   func(m map[string]any) { probe(m)["replications"] = 0.5 },
		"a rule":       func(m map[string]any) { first(m)["theory"].([]any)[0].(map[string]any)["rule"] = "thumb" },
	})
}
