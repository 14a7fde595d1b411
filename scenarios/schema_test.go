package scenarios_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"lbsim/config/decode"
	"lbsim/scenarios"
)

// compiled is the language's JSON Schema, read by a validator that knows nothing of
// how it was made.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := json.Marshal(scenarios.Schema())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// instance is YAML as a validator of JSON sees it.
func instance(t *testing.T, text string) any {
	t.Helper()
	var tree any
	if err := yaml.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatal(err)
	}
	doc, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	x, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestSchemaTakesLibrary validates every shipped scenario, as written and in its
// canonical form.
func TestSchemaTakesLibrary(t *testing.T) {
	schema := compiled(t)
	for _, name := range scenarios.Names() {
		text, err := scenarios.Show(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := scenarios.Load(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		canonical, err := json.Marshal(s.Document())
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{text, string(canonical)} {
			if err := schema.Validate(instance(t, text)); err != nil {
				t.Errorf("%s: %v\n%s", name, err, text)
			}
		}
	}
}

// TestSchemaRefuses gives what the loader refuses by the rules of one value or
// mapping to the schema, which must refuse it too. The rules between parts (shares
// that sum to 1, names that must exist) are not the schema's to know.
func TestSchemaRefuses(t *testing.T) {
	schema := compiled(t)
	if err := schema.Validate(instance(t, base)); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{"rate: 400/s", "rate: 400"}, {"rate: 400/s", "rate: 400/s, load: 50%"}, {"rate: 400/s", "load: -0.5"},
		{"rate: 400/s", "rate: 400/s, users: 5"}, {"process: poisson", "process: poison"},
		{"mean: 5ms", "mean: 5"}, {"mean: 5ms", "mean: fast"}, {"mean: 5ms", "mean: 5ms, cv: 1"}, {"mean: 90ms, cv: 2", "mean: 90ms"},
		{"count: 5", "count: 5, cache: {capacity: 10, policy: lfu, miss_penalty: 5ms}"}, {"count: 5", "count: 5, cache: {miss_penalty: 5ms}"},
		{"do: slow, server: api-1, factor: 5", "do: remove, server: api-1, factor: 5"},
		{"count: 5", "count: 0"}, {"count: 5", "count: 2.5"}, {"count: 5", "count: many"}, {"count: 5", "queue: unlimted"},
		{"timeout:", "time_out:"}, {"name: base\n", ""}, {"name: big", "name: 5"},
		{"algorithm: round_robin", "algorithm: roundrobin"}, {"algorithm: round_robin", "algorithm: {name: power_of_two, choices: 0}"},
		{"algorithm: round_robin", "algorithm: rr, health: {}"}, {"algorithm: round_robin", "algorithm: rr, layer: l5"},
		{"do: slow, server: api-1", "do: drain, server: api-1"}, {"do: restore, server: api-1", "do: restore, server: api-1, group: api"},
		{"factor: 5", "factor: 0"}, {"duration: 600s, ", ""}, {"duration: 600s", "duration: 600s, requests: 5"},
		{"warmup: 10s", "warmup: atuo"}, {"warmup: 10s", "replications: 0"}, {"p99 < 250ms", "p98 < 250ms"},
	} {
		if !strings.Contains(base, c[0]) {
			t.Fatalf("base has no %q", c[0])
		}
		text := strings.Replace(base, c[0], c[1], 1)
		if err := schema.Validate(instance(t, text)); err == nil {
			t.Errorf("the schema takes %s", c[1])
		}
		if _, err := load(text); err == nil {
			t.Errorf("the loader takes %s", c[1])
		}
	}
}

// TestSchemaTakes gives both what is unusual and right.
func TestSchemaTakes(t *testing.T) {
	schema := compiled(t)
	for _, c := range [][2]string{
		{"rate: 400/s", "rate: 24000/min"}, {"rate: 400/s", "rate: 400 rps"}, {"rate: 400/s", "load: 0.5"}, {"rate: 400/s", "load: 50%"},
		{"service: {dist: exponential, mean: 5ms}", "service: 5ms"}, {"mean: 5ms", "mean: 1.5e-3s"}, {"mean: 5ms", "mean: 1m30s"},
		{"dist: exponential, mean: 5ms", "dist: uniform, min: 0, max: 10ms"}, {"dist: exponential, mean: 5ms", "dist: uniform, mean: 10ms, cv: 0.2"},
		{"dist: exponential, mean: 5ms", "dist: empirical, values: [1ms, 2ms], weights: [3, 1]"},
		{"dist: exponential, mean: 5ms", "dist: hyperexponential, phases: [{share: 50%, mean: 1ms}, {share: 50%, mean: 9ms}]"},
		{"process: poisson, rate: 400/s", "process: renewal, load: 50%, dist: gamma, cv: 2"},
		{"process: poisson, rate: 400/s", "process: bursts, phases: [{mean: 1s, rate: 900/s}, {mean: 9s, rate: 0/s}]"},
		{"process: poisson, rate: 400/s", "process: ramp, from: 10/s, to: 500/s, start: 10s, duration: 60s"},
		{"algorithm: round_robin", "algorithm: {name: p2c, choices: 3}"}, {"algorithm: round_robin", "algorithm: 'p2c:choices=3'"},
		{"algorithm: round_robin", "algorithm: {name: ip_hash, bits: 32}"},
		{"algorithm: round_robin", "algorithm: rr, affinity: {cookie: {name: S, ttl: 10m}}"},
		{"latency: 1ms", "latency: {within: 100us, between: 1ms, pairs: [{zones: [a, b], latency: 2ms}]}, frontends: [b]"},
		{"count: 5", "count: 5, queue: 0, discipline: fifo"}, {"count: 5", "count: 5, queue: unlimited"},
		{"do: slow, server: api-1, factor: 5", "do: remove, server: api-1"},
		{"  clients: {count: 2000, timeout: 10s}\nservers:\n  - {", "  keys: {dist: uniform, count: 9}\nservers:\n  - {cache: {capacity: 4, policy: fifo, miss_penalty: {dist: exponential, mean: 5ms}}, "},
		{"duration: 600s", "requests: 1000000"}, {"warmup: 10s", "drain: unlimited"}, {"warmup: 10s", "drain: 0s"},
		{"p99 < 250ms", "p95{class=read} < 20ms at 400/s"}, {"p99 < 250ms", "error_ratio{during=slow} <= 0.1%"},
	} {
		if !strings.Contains(base, c[0]) {
			t.Fatalf("base has no %q", c[0])
		}
		text := strings.Replace(base, c[0], c[1], 1)
		if err := schema.Validate(instance(t, text)); err != nil {
			t.Errorf("the schema refuses %s: %v", c[1], err)
		}
		s, err := load(text)
		if err != nil {
			t.Errorf("the loader refuses %s: %v", c[1], err)
			continue
		}
		s.Build()
		canonical, err := json.Marshal(s.Document())
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance(t, string(canonical))); err != nil {
			t.Errorf("the schema refuses the canonical form %s: %v", canonical, err)
		}
		if again, err := load(string(canonical)); err != nil || again.SHA256() != s.SHA256() {
			t.Errorf("the canonical form %s does not come back: %v", canonical, err)
		}
	}
}

// TestSchemaDescribes wants a description at every key, for editors, and no key
// that other YAML readers would take for a boolean.
func TestSchemaDescribes(t *testing.T) {
	booleans := []string{"n", "y", "yes", "no", "on", "off"}
	keys := 0
	var walk func(where string, x any)
	walk = func(where string, x any) {
		switch x := x.(type) {
		case map[string]any:
			for _, properties := range []any{x["properties"]} {
				p, _ := properties.(map[string]any)
				for name, value := range p {
					keys++
					if slices.Contains(booleans, name) {
						t.Errorf("%s: the key %s is a boolean in YAML 1.1", where, name)
					}
					if d, _ := value.(map[string]any)["description"].(string); !strings.HasSuffix(d, ".") {
						t.Errorf("%s.%s: the description %q is no sentence", where, name, d)
					}
				}
			}
			for name, value := range x {
				walk(where+"/"+name, value)
			}
		case []any:
			for _, value := range x {
				walk(where, value)
			}
		}
	}
	text, err := json.Marshal(scenarios.Schema())
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	walk("", doc)
	if keys < 100 {
		t.Errorf("only %d keys", keys)
	}
	for _, path := range []string{"workload.classes[].service.cv", "servers[].discipline", "balancer.affinity.cookie.ttl", "run.seed", "network.latency.between"} {
		if !slices.Contains(decode.Paths(scenarios.Schema()), path) {
			t.Errorf("the schema has no %s", path)
		}
	}
}
