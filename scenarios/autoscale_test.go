package scenarios_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"lbsim/clock"
	"lbsim/scenarios"
	"lbsim/sim"
	"lbsim/sim/autoscale"
)

// scaledText is a scenario of an autoscaled group between two others.
func scaledText(group, timeline string) string {
	return `name: scaled
workload:
  arrivals: {process: poisson, rate: 10/s}
  classes: [{name: read, service: 5ms}]
servers:
  - {name: first, count: 2}
  - {name: api, ` + group + `}
  - {name: last, cost_per_hour: 0.5}
balancer: {algorithm: round_robin}
timeline: [` + timeline + `]
run: {duration: 60s}
`
}

// TestAutoscale: the defaults are those of Kubernetes, the group begins with its least
// number, and its spare servers follow all others.
func TestAutoscale(t *testing.T) {
	s, err := load(scaledText("cpu_share: 25%, autoscale: {min: 2, max: 4, target: {cpu: 60%, latency: {p95: 300ms}, queue: 5}, schedule: [{at: 30s, min: 3}]}",
		"{at: 20s, do: scale, group: first, count: 3}, {at: 30s, do: slow, group: api, factor: 2}"))
	if err != nil {
		t.Fatal(err)
	}
	m := s.Build()
	var names []string
	for i := range m.Total() {
		names = append(names, m.Server(i).Name)
	}
	if got := strings.Join(names, " "); got != "first-1 first-2 api-1 api-2 last-1 api-3 api-4 first-3" {
		t.Errorf("servers %s", got)
	}
	if acts := m.Acts; !reflect.DeepEqual(acts[1].Servers, []int{2, 3, 5, 6}) {
		t.Errorf("the group's servers are %v", acts[1].Servers)
	}
	if m.Servers[2].CPUShare != 0.25 || m.Servers[0].CPUShare != 1 || m.Servers[4].HourPrice != 0.5 || m.Stationary {
		t.Errorf("%+v", m.Servers)
	}
	want := autoscale.Policy{Min: 2, Max: 4, Schedule: []autoscale.Floor{{At: clock.FromSeconds(30), Min: 3}},
		Targets:   []autoscale.Target{{Metric: autoscale.CPU, Value: 0.6}, {Metric: autoscale.Latency, Value: 0.3, Quantile: 0.95}, {Metric: autoscale.Queue, Value: 5}},
		Tolerance: 0.1, Sync: 15 * time.Second, Window: 15 * time.Second, Provisioning: time.Minute,
		Up:   autoscale.Pace{Limits: []autoscale.Limit{{Share: 1, Period: 15 * time.Second}, {Servers: 4, Period: 15 * time.Second}}},
		Down: autoscale.Pace{Stabilization: 5 * time.Minute, Limits: []autoscale.Limit{{Share: 1, Period: 15 * time.Second}}}}
	if a := m.Autoscalers[0]; !reflect.DeepEqual(a.Policy, want) || !reflect.DeepEqual(a.Servers, []int{2, 3}) || a.Group != "api" {
		t.Errorf("%+v", a)
	}
	if _, err := sim.Run(m, sim.Options{Seed: 1}); err != nil {
		t.Error(err)
	}
}

// TestAutoscaleIsWrittenWhole: the canonical form reads back as the same scenario.
func TestAutoscaleIsWrittenWhole(t *testing.T) {
	s, err := load(scaledText("autoscale: {min: 2, max: 4, target: {queue: 5}, sync: 5s, limits: {up: []}, select: {down: disabled}}", ""))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(s.Document())
	if err != nil {
		t.Fatal(err)
	}
	again, err := scenarios.Load("-", strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again.Servers, s.Servers) {
		t.Errorf("%+v\n%+v", again.Servers, s.Servers)
	}
}

func TestAutoscaleErrors(t *testing.T) {
	for _, c := range []struct{ group, timeline, want string }{
		{"autoscale: {min: 2, max: 4, target: {}}", "", "target: needs at least one of cpu, latency and queue"},
		{"autoscale: {min: 2, max: 1, target: {queue: 5}}", "", "max = 1: must be at least min, 2"},
		{"autoscale: {min: 2, max: 4, target: {queue: 5}, window: 20s}", "", "window = 20s: must be 1 to 100 times the sync, 15s"},
		{"autoscale: {min: 2, max: 4, target: {queue: 5}, schedule: [{at: 1s, min: 5}]}", "", "schedule[0].min = 5: must be at most max, 4"},
		{"autoscale: {min: 2, max: 4, target: {queue: 5}, schedule: [{at: 2s, min: 3}, {at: 1s, min: 2}]}", "", "must not be before the one above, 2s"},
		{"autoscale: {min: 2, max: 4, target: {latency: {p95: 1s, p99: 2s}}}", "", "p95"},
		{"autoscale: {min: 2, max: 4, target: {cpu: 120%}}", "", "target.cpu = 120%: must be <= 100%"},
		{"autoscale: {min: 2, max: 4, target: {queue: 5}, limits: {up: [{servers: 1, share: 1, period: 1s}]}}", "", "share"},
		{"count: 7, autoscale: {min: 2, max: 4, target: {queue: 5}}", "", "count = 7: must lie within autoscale.min and max, 2 to 4: leave it out to begin with 2"},
		{"autoscale: {min: 2, max: 4, target: {queue: 5}}", "{at: 1s, do: scale, group: api, count: 3}", "do = scale: contradicts the group's autoscale"},
		{"autoscale: {min: 2, max: 4, target: {queue: 5}}", "{at: 1s, do: remove, server: api-2}", "do = remove: contradicts the group's autoscale"},
		{"autoscale: {min: 2, max: 4, target: {cpus: 5}}", "", "did you mean cpu?"},
	} {
		_, err := load(scaledText(c.group, c.timeline))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v does not say %q", c.group, err, c.want)
		}
	}
}
