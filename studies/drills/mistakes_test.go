package drills

import (
	"strings"
	"testing"
	"time"
)

// What a scenario can't have of a configuration is left out, and said.
func TestLeftOut(t *testing.T) {
	load := Load{RateRPS: 100, Service: time.Millisecond}
	for config, want := range map[string]string{
		`{algorithm: rr, layer: l4, endpoints: [{name: a}], retries: {attempts: 2}, limits: {per_endpoint: 9}}`:                                                               "pool default balances connections: that they are tried again, and limits on them, is not simulated",
		`{algorithm: rr, pools: {a: {endpoints: [{name: x}]}, b: {}}, routes: [{match: {path_prefix: /b}, pool: b}, {pool: a}]}`:                                              "pool b is not drilled: it lists no endpoints",
		`{algorithm: rr, pools: {a: {endpoints: [{name: x}]}, b: {}}, routes: [{name: one, match: {host: x}, pool: a, limits: {rates: [{rate: 9/s, per: all}]}}, {pool: a}]}`: "NOT simulated: the rate limits of one: pool a is drilled with the requests of all routes that lead to it",
		`{algorithm: rr, pools: {a: {endpoints: [{name: x}]}, b: {}}, routes: [{name: two, split: {a: 50%, b: 50%}, limits: {rates: [{rate: 9/s, per: all}]}}]}`:              "NOT simulated: the rate limits of two: its requests are split among pools, and pool a is drilled alone",
	} {
		p, err := Question{File: "lb.yaml", Balancer: balancerOf(t, config), Load: load}.Plan()
		if err != nil {
			t.Error(err)
		} else if text := strings.Join(p.assumed, "\n"); !strings.Contains(text, want) || len(p.courses) != 1 {
			t.Errorf("%s\nlacks: %s", text, want)
		}
	}
}

// Whoever knows of one kind of servers alone, as an access log does, means all endpoints.
func TestLoneGroup(t *testing.T) {
	world := `{workload: {arrivals: {process: poisson, rate: 100/s}, classes: [{name: r, service: {dist: exponential, mean: 5ms}}]}, servers: [{name: server, count: 9, workers: 2}]}`
	p, err := Question{File: "lb.yaml", Balancer: balancerOf(t, `{algorithm: rr, endpoints: [{name: x}, {name: y}, {name: z}]}`), World: worldOf(t, world)}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	if c := p.courses[0]; len(c.members) != 3 || c.members[2].Name != "z" || c.scenario.Servers[0].Workers != 2 {
		t.Errorf("%+v", c.members)
	}
}

// What is missing is named.
func TestMistakes(t *testing.T) {
	load := Load{RateRPS: 100, Service: time.Millisecond}
	for _, x := range []struct {
		config string
		q      Question
		want   string
	}{
		{bare, Question{}, "drills need a load: give --with world.yaml, or --rps and --service"},
		{bare, Question{Load: Load{RateRPS: 100}}, "--service is missing: the mean time that a server works on a request, such as --service 20ms"},
		{bare, Question{Load: load, Pick: []string{"lose-servers"}}, "--drill lose-servers: did you mean lose-server? (known: steady,"},
		{bare, Question{Load: load, Pick: []string{"lose web-3"}}, "--drill lose web-3: there is no such drill here: did you mean lose web-1?"},
		{bare, Question{Load: load, Pick: []string{"lose-zone"}}, "--drill lose-zone: there is no such drill here"},
		{bare, Question{Load: Load{RateRPS: 100, Service: time.Millisecond, Zones: 3}}, "--zones 3: pool default has only 2 endpoints"},
		{`{algorithm: rr, endpoints: [{name: a, zone: z}]}`, Question{Load: Load{RateRPS: 100, Service: time.Millisecond, Zones: 1}}, "--zones 1: the endpoint a says itself where it is"},
		{`{algorithm: rr, pools: {a: {}, b: {}}, routes: [{pool: a}]}`, Question{Load: load}, "lb.yaml: there is nothing to drill: pool a is not drilled: it lists no endpoints; pool b is"},
		{`{algorithm: rr}`, Question{Load: load}, "lb.yaml: pool default lists no endpoints: give --with world.yaml, whose servers they are"},
		{bare, Question{World: worldOf(t, strings.Replace(small, "10.0.2.*", "10.0.3.*", 1))}, "lb.yaml: balancer.endpoints[1].name = web-2: no server has this name, and no match fits it: did you mean web-1?"},
		{bare, Question{World: worldOf(t, strings.Replace(small, "duration: 50s, warmup: 10s", "requests: 1000", 1))}, "world.yaml: run.requests: drills happen at instants: give run.duration"},
		{bare, Question{World: worldOf(t, strings.ReplaceAll(small, "10.0", "10.1"))}, "world.yaml:7:3: servers = […]: model none of the endpoints: give a group the name of one, or match: \"*\""},
		{strings.Replace(bare, "rr", "ring_hash", 1), Question{World: worldOf(t, small)}, "lb.yaml: balancer.algorithm = {…}: ring_hash chooses by key: the scenario needs workload.keys"},
	} {
		x.q.File, x.q.Balancer = "lb.yaml", balancerOf(t, x.config)
		if _, err := x.q.Plan(); err == nil || !strings.HasPrefix(err.Error(), x.want) {
			t.Errorf("got  %v\nwant %s", err, x.want)
		}
	}
}
