package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/config"
)

const full = `layer: l4
algorithm: {name: p2c, choices: 3}
frontends: 4
affinity: {cookie: {name: SESSION, ttl: 10m}}
endpoints:
  - {name: api-1, address: "10.0.0.1:80", weight: 2, zone: a}
  - {name: api-2, address: "[2001:db8::1]:80"}
`

func TestRead(t *testing.T) {
	b, err := config.Read("lb.yaml", strings.NewReader(full))
	if err != nil {
		t.Fatal(err)
	}
	c := b.Config()
	if c.Layer != balancer.L4 || b.Frontends != 4 || len(c.Pools) != 1 {
		t.Errorf("%+v", c)
	}
	if got := c.Pools[0].Algorithm.String(); got != "power_of_two:choices=3" {
		t.Errorf("algorithm %s", got)
	}
	if got, want := *c.Pools[0].Affinity, (balancer.Affinity{Cookie: "SESSION", TTL: 10 * time.Minute}); got != want {
		t.Errorf("affinity %+v", got)
	}
	want := []balancer.Endpoint{
		{Name: "api-1", Address: "10.0.0.1:80", Weight: 2, Zone: "a"},
		{Name: "api-2", Address: "[2001:db8::1]:80", Weight: 1},
	}
	if got := b.Members(); !reflect.DeepEqual(got, want) {
		t.Errorf("endpoints %+v", got)
	}
}

// TestMistakes reports every mistake of a file at once.
func TestMistakes(t *testing.T) {
	_, err := config.Read("lb.yaml", strings.NewReader(`layer: l3
algorithm: {name: power_of_two, choises: 3}
frontends: 0
affinity: {cookie: {ttl: 10}}
endpoints:
  - {name: a, weight: 0}
  - {name: a, address: localhost}
waf: {}
retry: {attempts: 2}
`))
	const want = `lb.yaml:1:8: layer = l3: unknown word: did you mean l7? (known: l7, l4)
lb.yaml:2:33: algorithm.choises: unknown parameter of power_of_two: did you mean choices? (known: `
	const rest = `lb.yaml:3:12: frontends = 0: must be >= 1
lb.yaml:4:26: affinity.cookie.ttl = 10: must be a duration, such as 5ms or 1m30s
lb.yaml:6:23: endpoints[0].weight = 0: must be > 0
lb.yaml:7:24: endpoints[1].address = localhost: must be an address and a port, such as 10.0.0.1:80
lb.yaml:8:6: waf = {…}: has no rules: give rules, a file, or core_rule_set: {}
lb.yaml:9:1: retry: unknown key: known: algorithm, affinity, `
	if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), rest) {
		t.Errorf("got\n%v\nwant\n%s…\n%s…", err, want, rest)
	}
}

// TestEveryAlgorithm reads each algorithm by its name, by its aliases, and from its
// canonical form with every parameter.
func TestEveryAlgorithm(t *testing.T) {
	if len(algorithms.All()) == 0 {
		t.Fatal("there is no algorithm")
	}
	for _, spec := range algorithms.All() {
		for _, name := range append([]string{spec.Name}, spec.Aliases...) {
			b, err := config.Read("lb.yaml", strings.NewReader("algorithm: "+name))
			if err != nil {
				t.Error(err)
				continue
			}
			if b.Algorithm.Spec.Name != spec.Name {
				t.Errorf("%s is read as %s", name, b.Algorithm.Spec.Name)
			}
			doc, err := json.Marshal(b.Document())
			if err != nil {
				t.Fatal(err)
			}
			again, err := config.Read("canonical", bytes.NewReader(doc))
			if err != nil {
				t.Errorf("%s: %v", doc, err)
				continue
			}
			if !reflect.DeepEqual(again.Algorithm.Values.Map(), b.Algorithm.Values.Map()) {
				t.Errorf("%s: %v came back as %v", name, b.Algorithm.Values.Map(), again.Algorithm.Values.Map())
			}
		}
	}
}

func ExampleRead() {
	b, err := config.Read("lb.yaml", strings.NewReader("algorithm: leastconn"))
	fmt.Println(b.Algorithm, b.Frontends, b.Layer, err)
	_, err = config.Read("lb.yaml", strings.NewReader("algorithm: leastconn\nfrontends: 2.5\nlayer: 7\n"))
	fmt.Println(err)
	// Output:
	// least_connections 1 l7 <nil>
	// lb.yaml:2:12: frontends = 2.5: must be a whole number
	// lb.yaml:3:8: layer = 7: must be one of l7, l4
}

// What an algorithm's parameters must be together is said where they stand.
func TestAlgorithmsThatCannotBeMade(t *testing.T) {
	_, err := config.Read("lb.yaml", strings.NewReader("algorithm: {name: maglev, table_size: 100}\n"))
	if want := "lb.yaml:1:12: algorithm = {…}: table_size = 100: must be a prime; the nearest is 101"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// The canonical form can be read again as YAML, with every parameter of every algorithm at
// its default: also where that is a large number.
func TestDefaultsSurviveYAML(t *testing.T) {
	for _, s := range algorithms.All() {
		b, err := config.Read("lb.yaml", strings.NewReader("algorithm: "+s.Name))
		if err != nil {
			t.Fatal(err)
		}
		text, err := yaml.Marshal(b.Document())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := config.Read("again.yaml", bytes.NewReader(text)); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
}
