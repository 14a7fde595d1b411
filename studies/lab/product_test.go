package lab

import (
	"fmt"
	"math"
	"os/exec"
	"strings"
	"testing"

	"lbsim/balancer"
	"lbsim/sim"
)

// Products deal the same requests, where they are installed.
func TestProducts(t *testing.T) {
	for _, name := range Products() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(name); err != nil {
				t.Logf("NOT CHECKED: %s is not installed", name)
				return
			}
			r := carryOut(t, Question{Product: name, Source: world(t, "{name: api, count: 2}", "{algorithm: round_robin}", "")})
			o := r.Results[0]
			if o.Errors != (Both{}) || r.Proxy != name {
				t.Error(brief(o))
			}
			for _, s := range o.Servers {
				if math.Abs(s.Measured-0.5) > 0.05 {
					t.Errorf("%+v", s)
				}
			}
		})
	}
}

func TestBounds(t *testing.T) {
	for _, c := range []struct {
		health balancer.HealthCheck
		kind   sim.ActKind
		want   float64
	}{
		{balancer.HealthCheck{Interval: 2e9, Timeout: 5e8, Unhealthy: 3}, sim.Crash, 6},
		{balancer.HealthCheck{Interval: 2e9, Timeout: 5e8, Unhealthy: 3}, sim.Hang, 7.5},
		{balancer.HealthCheck{Interval: 2e9, Unhealthy: 1, Jitter: 0.5}, sim.Hang, 5},
		{balancer.HealthCheck{Interval: 2e9, TransitionInterval: 1e9, Unhealthy: 3}, sim.Crash, 4},
	} {
		if got := bound(&c.health, c.kind); *got != c.want {
			t.Errorf("%+v: %g, want %g", c, *got, c.want)
		}
	}
	if bound(nil, sim.Crash) != nil || bound(&balancer.HealthCheck{Interval: 1}, sim.Errors) != nil {
		t.Error("nobody looks, and there is a bound")
	}
}

func TestOwnConfiguration(t *testing.T) {
	k, err := kindOf("nginx")
	if err != nil {
		t.Fatal(err)
	}
	p := &product{kind: k, listen: "127.0.0.1:80", dir: "/tmp/x"}
	source := world(t, "{name: api, count: 2, weight: 3}", "{algorithm: least_connections, retries: {attempts: 2}}", "")
	plan, err := Question{Source: source}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.configuration("", plan.trials[0], map[string]string{"api-1": "127.0.0.1:1", "api-2": "127.0.0.1:2"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"listen 127.0.0.1:80 ", "least_conn;", "server 127.0.0.1:2 weight=3", "proxy_next_upstream_tries 2;", "pid /tmp/x/nginx.pid"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if _, err := p.configuration("testdata/bad.conf", plan.trials[0], nil); err == nil || !strings.Contains(fmt.Sprint(err), "there is no server api-9") {
		t.Error(err)
	}
}
