package scenarios_test

import (
	"strings"
	"testing"

	"lbsim/balancer"
	"lbsim/scenarios"
	"lbsim/sim"
)

const configured = `
name: configured
workload:
  arrivals: {process: poisson, rate: 400/s}
  classes: [{name: read, service: 5ms}]
servers: [{name: api, count: 5}]
balancer: {algorithm: round_robin, retries: {attempts: 3}}
timeline:
  - {at: 1s, do: rate, rate: 1000/s}
  - {at: 2s, do: configure, set: {algorithm: least_connections, affinity: {cookie: {}}, panic_threshold: 50%}}
  - {at: 3s, do: configure, unset: [affinity, retries]}
  - {at: 4s, do: configure, set: {health: {active: {}}}, anew: true}
  - {at: 5s, do: rate, factor: 1}
  - {at: 6s, do: flaky, server: api-2, ratio: 30%}
run: {duration: 10s, warmup: 0s}
`

// Settings change one upon the other: each act has the whole of what is in force from
// then on, and the scenario's own stay as they are written. The document reads back as
// the same scenario.
func TestSettingsOverTime(t *testing.T) {
	load := func(text string) *sim.Model {
		t.Helper()
		source, err := scenarios.Parse("s.yaml", ".", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		s, err := source.Scenario()
		if err != nil {
			t.Fatal(err)
		}
		return s.Build()
	}
	m := load(configured)
	var labels []string
	for _, a := range m.Acts {
		labels = append(labels, a.Label)
	}
	want := "rate 1000/s|configure least_connections, affinity, panic_threshold|configure no affinity, no retries|configure health, anew|rate ×1|flaky api-2 30%"
	if got := strings.Join(labels, "|"); got != want {
		t.Errorf("labels\n%s\nwant\n%s", got, want)
	}
	if m.Acts[0].Factor != 2.5 || m.Acts[4].Factor != 1 || m.Acts[5].Ratio != 0.3 || m.Acts[5].Status != 503 {
		t.Errorf("%+v", m.Acts)
	}
	all := m.Acts[1:4]
	for i, x := range []struct {
		algorithm                         string
		affinity, retries, health, during bool
	}{{"least_connections", true, true, false, true}, {"least_connections", false, false, false, true}, {"least_connections", false, false, true, true}} {
		p := all[i].Balancer.Pools[0]
		if p.Algorithm.String() != x.algorithm || (p.Affinity != nil) != x.affinity || (p.Retries != nil) != x.retries || (p.Health != nil) != x.health || (p.PanicBelow == 0.5) != x.during {
			t.Errorf("act %d: %+v", i, p)
		}
	}
	if p := m.Balancer.Pools[0]; p.Algorithm.String() != "round_robin" || p.Retries == nil || p.Affinity != nil {
		t.Errorf("the first settings: %+v", p)
	}
	if !all[2].Anew || all[0].Anew {
		t.Error("anew")
	}
}

const shifted = `
name: shifted
workload:
  arrivals: {process: poisson, rate: 400/s}
  classes: [{name: read, service: 5ms}]
servers: [{name: old, count: 5}, {name: new, count: 5}]
balancer:
  algorithm: round_robin
  retries: {attempts: 3}
  pools: {stable: {servers: [old]}, canary: {servers: [new], limits: {requests: 5}}}
  routes: [{name: all, split: {stable: 99%, canary: 1%}}]
timeline:
  - {at: 1s, do: configure, set: {routes: [{name: all, split: {stable: 50%, canary: 50%}}, {name: api, match: {path_prefix: /api}, pool: canary}]}}
  - {at: 2s, do: configure, pool: canary, set: {hedge: {delay: 10ms}}, unset: [limits, retries]}
  - {at: 3s, do: configure, anew: true}
run: {duration: 10s, warmup: 0s}
`

// Routes are the balancer's and change by themselves; what a pool has is changed in an act
// that names it, and the others keep theirs, also what is written beside the pools.
func TestPoolsAndRoutesOverTime(t *testing.T) {
	s, err := scenarios.Load("-", strings.NewReader(shifted))
	if err != nil {
		t.Fatal(err)
	}
	m := s.Build()
	routed, changed := m.Acts[0].Balancer, m.Acts[1].Balancer
	if routed.Routes[0].Branches[1].Share != 0.5 || len(routed.Routes) != 2 || len(changed.Routes) != 2 || routed.Pools[0].Limits == nil || changed.Pools[0].Limits != nil {
		t.Errorf("%+v, then %+v", routed, changed)
	}
	for i, cfg := range []*balancer.Config{&m.Balancer, routed, changed, m.Acts[2].Balancer} {
		canary, stable := cfg.Pools[0], cfg.Pools[1]
		if stable.Retries == nil || stable.Hedges != nil || (canary.Hedges != nil) != (i > 1) || (canary.Retries == nil) != (i > 1) {
			t.Errorf("configuration %d: %+v", i, cfg.Pools)
		}
	}
	if got := strings.Join(m.RouteNames(), " "); got != "all api" {
		t.Errorf("routes: %s", got)
	}
	if got := m.Acts[1].Label; got != "configure canary: no retries, no limits, hedge" {
		t.Errorf("label: %s", got)
	}
}

func TestWhoseSettings(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"pool: canary, set", "set", "timeline[1].do = configure: changes settings of a pool, and there are several: give pool, one of canary, stable"},
		{"pool: canary, set", "pool: cannary, set", "timeline[1].pool = cannary: there is no pool cannary: did you mean canary?"},
		{"{at: 1s, do: configure,", "{at: 1s, do: configure, pool: canary,", "timeline[0].set.routes: are the balancer's, not a pool's: change them in an act without pool"},
		{"stable: 50%, canary: 50%", "stable: 50%, canary: 20%", "timeline[0].set = {…}: contradicts the settings that stay: routes[0].split: the shares must sum to 100%, not 70%"},
		{"unset: [limits, retries]", "unset: [routes]", "timeline[1].unset[0] = routes: unknown word"},
		{"hedge: {delay: 10ms}", "limits: {requests: 2}", "timeline[1].unset[0] = limits: is in set too: put it in or take it out"},
		{"hedge: {delay: 10ms}}, unset: [limits, retries]", "limits: {rates: [{rate: 1/s, per: client}]}}", "timeline[1].set.limits.rates[0].per = client: tells clients apart by their address"},
		{"set: {hedge: {delay: 10ms}}, unset: [limits, retries]", "set: {limits: {queue: {size: 1}}}", "timeline[1].set.limits.queue: needs something that is bounded"},
	} {
		if !strings.Contains(shifted, c.old) {
			t.Fatalf("%s is not in the scenario", c.old)
		}
		if _, err := scenarios.Load("-", strings.NewReader(strings.Replace(shifted, c.old, c.new, 1))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got\n%v\nwant\n%s", c.new, err, c.want)
		}
	}
	for change, want := range map[string]string{
		"pool: a, set: {subset: 2}":              "timeline[1].pool: names one of several pools, and there is only one: leave it out",
		"set: {routes: [{pool: a}]}":             "timeline[1].set.routes: can't be put in where there were none",
		"set: {limits: {requests: 3}, subset: 2": "",
	} {
		text := strings.Replace(configured, "set: {algorithm: least_connections, affinity: {cookie: {}}, panic_threshold: 50%}", change, 1)
		if want == "" {
			text = strings.Replace(text, change, change+"}", 1)
		}
		if _, err := scenarios.Load("-", strings.NewReader(text)); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got\n%v\nwant\n%s", change, err, want)
		}
	}
}

// A rate that changes by itself is not stretched.
func TestRateNeedsALawThatStays(t *testing.T) {
	for arrivals, want := range map[string]string{
		"process: closed, users: 5, think: 1s":                     "timeline[0].do = rate: arrivals of process closed have no rate",
		"process: diurnal, rate: 5/s, amplitude: 0.5, period: 60s": "timeline[0].do = rate: arrivals of process diurnal change their rate themselves: write it there, or take poisson, constant or renewal",
	} {
		text := strings.Replace(configured, "process: poisson, rate: 400/s", arrivals, 1)
		source, err := scenarios.Parse("s.yaml", ".", strings.NewReader(text))
		if err == nil {
			_, err = source.Scenario()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", arrivals, err)
		}
	}
}

// Slow start that stays does not go with an algorithm that can't follow it.
func TestSettingsContradictThoseThatStay(t *testing.T) {
	text := strings.Replace(configured, "balancer: {algorithm: round_robin,", "balancer: {algorithm: least_connections, slow_start: {window: 10s},", 1)
	text = strings.Replace(text, "set: {algorithm: least_connections,", "set: {algorithm: {name: weighted_round_robin, schedule: lvs},", 1)
	source, err := scenarios.Parse("s.yaml", ".", strings.NewReader(text))
	if err == nil {
		_, err = source.Scenario()
	}
	if err == nil || !strings.Contains(err.Error(), "timeline[1].set") || !strings.Contains(err.Error(), "slow_start: needs an algorithm") {
		t.Errorf("%v", err)
	}
}

// Whether a deploy drains, and whether a server can be drained, is a matter of the settings
// by then.
func TestDrainsFollowTheSettings(t *testing.T) {
	text := strings.Replace(configured, "  - {at: 6s, do: flaky, server: api-2, ratio: 30%}\n", `  - {at: 6s, do: deploy, group: api}
  - {at: 7s, do: configure, set: {drain: {timeout: 5s}}}
  - {at: 8s, do: deploy, group: api}
  - {at: 8s, do: drain, server: api-1}
`, 1)
	s, err := scenarios.Load("-", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	acts := s.Build().Acts
	if acts[5].Deploy.Drain || !acts[7].Deploy.Drain {
		t.Errorf("drained: %v before and %v after drain was put in", acts[5].Deploy.Drain, acts[7].Deploy.Drain)
	}
	text = strings.Replace(text, "do: drain, server: api-1}", "do: configure, unset: [drain]}\n  - {at: 9s, do: drain, server: api-1}", 1)
	if _, err := scenarios.Load("-", strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "timeline[9].do = drain: needs balancer.drain") {
		t.Errorf("a drain after drain was taken out: %v", err)
	}
}
