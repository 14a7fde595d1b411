package scenarios_test

import (
	"strings"
	"testing"

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
