package autoscale

import (
	"strings"
	"testing"
	"time"

	"lbsim/clock"
)

// What one target asks for. The last rows are what the Kubernetes documentation says
// of pods that are not ready.
func TestRecommend(t *testing.T) {
	cpu, latency := Target{Metric: CPU, Value: 0.5}, Target{Metric: Latency, Value: 0.2, Quantile: 0.95}
	for _, c := range []struct {
		name   string
		target Target
		value  float64
		fleet  Fleet
		want   int
	}{
		{"twice the target takes twice the servers", cpu, 1, Fleet{4, 4}, 8},
		{"half of it half of them", cpu, 0.25, Fleet{4, 4}, 2},
		{"a started server is a server", cpu, 0.6, Fleet{4, 4}, 5},
		{"within the tolerance nothing changes", cpu, 0.55, Fleet{10, 10}, 10},
		{"just beyond it does", cpu, 0.5501, Fleet{10, 10}, 12},
		{"and below", cpu, 0.45, Fleet{10, 10}, 10},
		{"just below", cpu, 0.4499, Fleet{10, 10}, 9},
		{"a product that floating point puts above a whole number", Target{Metric: CPU, Value: 0.7}, 2.1, Fleet{3, 3}, 9},
		{"no load takes nobody; the bounds know better", cpu, 0, Fleet{4, 4}, 0},
		{"those to come count with nothing, so they are not asked for twice", cpu, 1, Fleet{8, 4}, 8},
		{"those to come are too few", cpu, 1.5, Fleet{8, 4}, 12},
		{"those to come are more than enough, which is no reason to have fewer", cpu, 0.6, Fleet{8, 4}, 8},
		{"going down they are set aside", cpu, 0.25, Fleet{8, 4}, 2},
		{"a latency is of all: it is those that serve who are multiplied", latency, 0.4, Fleet{8, 4}, 8},
		{"nobody is ready, so nothing is known", cpu, 1, Fleet{3, 0}, 3},
	} {
		p := Policy{Tolerance: 0.1}
		if got := p.Recommend(c.target, c.value, c.fleet); got != c.want {
			t.Errorf("%s: %v with %+v: %d servers, want %d", c.name, c.value, c.fleet, got, c.want)
		}
	}
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	good := func() Policy {
		return Policy{Min: 1, Max: 5, Targets: []Target{{Metric: CPU, Value: 0.6}}, Sync: 15 * time.Second, Window: 30 * time.Second}
	}
	if p := good(); p.Check() != nil {
		t.Fatal(p.Check())
	}
	for want, change := range map[string]func(*Policy){
		"1 <= min <= max":     func(p *Policy) { p.Min = 6 },
		"no target":           func(p *Policy) { p.Targets = nil },
		"cpu = 0":             func(p *Policy) { p.Targets[0].Value = 0 },
		"must be a multiple":  func(p *Policy) { p.Window = 20 * time.Second },
		"in [1, 5]":           func(p *Policy) { p.Schedule = []Floor{{0, 9}} },
		"goes back in time":   func(p *Policy) { p.Schedule = []Floor{{clock.Time(5), 2}, {0, 3}} },
		"servers or a share":  func(p *Policy) { p.Up.Limits = []Limit{{Servers: 1, Share: 1, Period: 1}} },
		"stabilization must":  func(p *Policy) { p.Down.Stabilization = -1 },
		"and provisioning mu": func(p *Policy) { p.Provisioning = -1 },
	} {
		p := good()
		change(&p)
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}
