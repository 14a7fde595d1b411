package scenarios_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lbsim/config"
	"lbsim/scenarios"
	"lbsim/sim"
)

const modelled = `
name: modelled
workload:
  arrivals: {process: poisson, rate: 400/s}
  classes: [{name: read, service: 5ms}]
servers: SERVERS
balancer: {algorithm: round_robin, endpoints: [{name: web, address: "10.0.0.1:80", weight: 2}, {name: api-1, address: "10.0.1.1:80", zone: b}, {name: api-2, address: "10.0.1.2:8080"}]}
run: {duration: 10s, warmup: 0s}
`

// A group of servers models the endpoints that its match fits, by name, address or host,
// in the order of the list; one without match those of its name. What the endpoint says of
// itself counts. The document reads back as the same scenario.
func TestServersModelEndpoints(t *testing.T) {
	for servers, want := range map[string]string{
		`[{name: web}, {name: api, count: 2}]`:                                          "web/web/a/2 api-1/api/b/1 api-2/api/a/1",
		`[{name: all, match: "*"}]`:                                                     "web/all/a/2 api-1/all/b/1 api-2/all/a/1",
		`[{name: x, match: "10.0.1.*", zone: c}, {name: y, match: ["10.0.0.1"]}]`:       "api-1/x/b/1 api-2/x/c/1 web/y/a/2",
		`[{name: y, match: ["10.0.0.1:80", "*:8080"]}, {name: rest, match: "*"}]`:       "web/y/a/2 api-2/y/a/1 api-1/rest/b/1",
		`[{name: rest, match: "*", zone: d}, {name: api, count: 2, zone: c}]`:           "web/rest/d/2 api-1/api/b/1 api-2/api/c/1",
		`[{name: rest, count: 3, match: ["a*i-?", "*i-*", w*]}]`:                        "web/rest/a/2 api-1/rest/b/1 api-2/rest/a/1",
		`[{name: api-1}, {name: web, zone: d}, {name: api-2, match: api-2, zone: "e"}]`: "api-1/api-1/b/1 web/web/d/2 api-2/api-2/e/1",
	} {
		s, err := load(strings.Replace(modelled, "SERVERS", servers, 1))
		if err != nil {
			t.Errorf("%s: %v", servers, err)
			continue
		}
		m, members := s.Build(), s.Members()
		var got []string
		for i, x := range m.Servers {
			got = append(got, fmt.Sprintf("%s/%s/%s/%g", x.Name, x.Group, m.ZoneName(x.Zone), x.Weight))
			if y := members[i]; y.Name != x.Name || y.Group != x.Group || y.Zone != m.ZoneName(x.Zone) || y.Weight != x.Weight {
				t.Errorf("%s: member %+v of %s", servers, y, x.Name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s:\n got %s\nwant %s", servers, strings.Join(got, " "), want)
		}
		text := written(t, s)
		again, err := load(text)
		if err != nil || written(t, again) != text || !reflect.DeepEqual(again.Build().Servers, m.Servers) {
			t.Errorf("%s: reads back as something else (%v)", servers, err)
		}
	}
}

func TestModelMistakes(t *testing.T) {
	for servers, want := range map[string]string{
		`[{name: web}]`: "s.yaml:7:103: balancer.endpoints[1].name = api-1: no server has this name, and no match fits it: known: web",
		`[{name: all, match: "*"}, {name: api, count: 3}]`:                           "balancer.endpoints = […]: the server api-3 is missing: leave endpoints out to have all servers",
		`[{name: all, match: "*"}, {name: more, match: "10.*"}]`:                     "s.yaml:6:56: servers[1].match = 10.*: fits no endpoint's name or address, or others above have them",
		`[{name: all, match: "*", count: 4}]`:                                        "s.yaml:6:35: servers[0].count: contradicts match, which fits 3 endpoints (web, api-1, api-2): leave it out",
		`[{name: all, match: "*", autoscale: {min: 1, max: 3, target: {cpu: 50%}}}]`: "starts servers that are no endpoints",
	} {
		_, err := load(strings.Replace(modelled, "SERVERS", servers, 1))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n got %v\nwant %s", servers, err, want)
		}
	}
}

// A zone that is lost takes the servers whose endpoints are there.
func TestZonesOfEndpoints(t *testing.T) {
	text := strings.Replace(modelled, "SERVERS", `[{name: all, match: "*"}]`, 1) + "timeline: [{at: 1s, do: lose_zone, zone: b}]\n"
	s, err := load(text)
	if err != nil {
		t.Fatal(err)
	}
	if m := s.Build(); !reflect.DeepEqual(m.Acts[0].Servers, []int{1}) || m.Servers[1].Name != "api-1" {
		t.Errorf("lost: %v", m.Acts[0].Servers)
	}
}

// A world takes a configuration in. What models none of its endpoints is left out, but for
// servers that others call.
func TestWorldAroundBalancer(t *testing.T) {
	world := read(t, `
workload:
  arrivals: {process: poisson, rate: 400/s}
  classes: [{name: read, service: 5ms}]
servers:
  - {name: web, match: "10.0.0.*", calls: {group: store, service: 1ms, balancer: {algorithm: rr}}}
  - {name: api, count: 2}
  - {name: other, match: "10.9.*"}
  - {name: store, count: 2}
`)
	b, err := config.Read("lb.yaml", strings.NewReader(`{algorithm: rr, endpoints: [{name: one, address: "10.0.0.1:80"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	source, err := world.Around("lb.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	s, err := source.Scenario()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, x := range s.Build().Servers {
		names = append(names, x.Name)
	}
	if got := strings.Join(names, " "); got != "one store-1 store-2" || s.Name != "world" || s.Run.Duration == 0 {
		t.Errorf("servers %s, name %s", got, s.Name)
	}
	b.Endpoints = append(b.Endpoints, config.Endpoint{Name: "two", Weight: 1})
	source, err = world.Around("lb.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	_, err = source.Scenario()
	if want := "lb.yaml: balancer.endpoints[1].name = two: no server has this name, and no match fits it: known: one"; err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestWorldMistakes(t *testing.T) {
	_, err := scenarios.ParseWorld("w.yaml", ".", strings.NewReader("[]"))
	if want := "w.yaml:1:1 = […]: must be a mapping, such as {key: value}"; err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

// A scenario is a world, too: without its balancer and its timeline.
func TestWorldOfAScenario(t *testing.T) {
	text, err := scenarios.Show("kill-one")
	if err != nil {
		t.Fatal(err)
	}
	w := read(t, text)
	if left := w.Left(); !slices.Equal(left, []string{"balancer", "timeline"}) || w.Says("balancer") || w.Says("timeline") || !w.Says("servers") {
		t.Errorf("left out: %v", left)
	}
}

// written is a scenario's canonical document.
func written(t *testing.T, s *scenarios.Scenario) string {
	t.Helper()
	text, err := json.Marshal(s.Document())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func read(t *testing.T, text string) *scenarios.World {
	t.Helper()
	w, err := scenarios.ParseWorld("w.yaml", ".", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// An endpoint that is down gets nothing: its server is no part of the capacity, and all
// requests go to the others, whatever the algorithm.
func TestDownEndpoints(t *testing.T) {
	for _, algorithm := range []string{"rr", "wrr", "lc", "p2c", "ip_hash", "random"} {
		source, err := scenarios.Parse("s.yaml", ".", strings.NewReader(`
name: s
workload: {arrivals: {process: poisson, rate: 100/s}, classes: [{name: r, service: {dist: exponential, mean: 10ms}}], clients: {count: 100}}
servers: [{name: web, count: 3, workers: 2}]
balancer: {algorithm: `+algorithm+`, endpoints: [{name: web-1}, {name: web-2, down: true}, {name: web-3}]}
run: {duration: 20s}
`))
		if err != nil {
			t.Fatal(err)
		}
		s, err := source.Scenario()
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Capacity(); got != 400 || len(s.Members()) != 2 {
			t.Errorf("%s: capacity %v, members %v", algorithm, got, s.Members())
		}
		r, err := sim.Run(s.Build(), sim.Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range r.Servers {
			if (x.Requests == 0) != (i == 1) {
				t.Errorf("%s: server %d had %d requests", algorithm, i, x.Requests)
			}
		}
	}
}
