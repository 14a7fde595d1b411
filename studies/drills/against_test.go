package drills

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"lbsim/studies/result"
)

// A configuration against another one in the same world: who is worse off, and who is not.
// The other way round it is better.
func TestAgainst(t *testing.T) {
	pick := []string{"steady", "lose-server", "reload"}
	q := func(text string) Question {
		return Question{File: "lb.yaml", Balancer: balancerOf(t, text), World: worldOf(t, small), Pick: pick}
	}
	renamed := strings.NewReplacer("web-1", "one", "web-2", "two").Replace(full) // as another product calls them
	for _, x := range []struct{ name, before, after, want string }{
		{"mended", bare, full, "steady no_difference|lose web-1 better|lose web-2 better|reload no_difference"},
		{"spoilt", renamed, bare, "steady no_difference|lose web-1 worse|lose web-2 worse|reload no_difference"},
	} {
		p, err := q(x.after).Against(q(x.before))
		if err != nil {
			t.Fatal(err)
		}
		p.Workers = 2
		r, err := RunChange(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, y := range r.Pairs {
			got = append(got, y.Name+" "+y.Verdict)
			for _, d := range y.Differences {
				if d.Baseline != "before" || d.Candidate != "after" {
					t.Errorf("%s: %s against %s", y.Name, d.Candidate, d.Baseline)
				}
			}
			if y.Name == "lose web-1" && math.Abs(*y.Before.ErrorRatio.Value-*y.After.ErrorRatio.Value) < 0.4 {
				t.Errorf("errors %s before and %s after", figure(y.Before.ErrorRatio), figure(y.After.ErrorRatio))
			}
		}
		if text := strings.Join(got, "|"); text != x.want {
			t.Errorf("%s:\n got %s\nwant %s", x.name, text, x.want)
		}
		if n := len(r.Worse()); (n > 0) != (x.name == "spoilt") {
			t.Errorf("%s: %d are worse", x.name, n)
		}
	}
}

// From no error at all a few are clearly more; they count once there are enough of them, or an
// objective is missed.
func TestSlightlyMoreErrors(t *testing.T) {
	for _, c := range []struct {
		by   float64
		now  string
		want string
	}{
		{0.00055, "met", "no_difference"},
		{0.002, "met", "worse"},
		{0.00055, "undecided", "worse"},
		{0.00055, "missed", "worse"},
	} {
		y := Pair{Before: Drill{Verdict: "met"}, After: Drill{Verdict: c.now},
			Differences: []result.Comparison{{Metric: "error_ratio", Verdict: "worse", Difference: result.Estimate{Value: &c.by}}, {Metric: "p99", Verdict: "no_difference"}}}
		if got := y.judge(); got != c.want {
			t.Errorf("%g more, %s: %s, want %s", c.by, c.now, got, c.want)
		}
	}
}

// What one of both does not have is said.
func TestAgainstOtherPools(t *testing.T) {
	q := func(text string) Question {
		return Question{File: "lb.yaml", Balancer: balancerOf(t, text), Load: Load{RateRPS: 100, Service: 1e6}, Pick: []string{"lose-server"}}
	}
	before := q(`{algorithm: rr, pools: {a: {endpoints: [{name: x}, {name: y}]}, b: {endpoints: [{name: z}]}}, routes: [{pool: a}]}`)
	after := q(`{algorithm: rr, pools: {a: {endpoints: [{name: x}, {name: w}]}, c: {endpoints: [{name: z}]}}, routes: [{pool: a}]}`)
	p, err := after.Against(before)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, pair := range p.matches[0].pairs {
		got = append(got, pair[1].name)
	}
	if text := strings.Join(got, "|"); len(p.matches) != 1 || text != "steady|lose x" {
		t.Errorf("%d pools, %s", len(p.matches), text)
	}
	assumed := strings.Join(p.assumed, "\n")
	for _, want := range []string{"pool c is new: there is nothing to hold it against", "pool b is there no more", "drill lose w of pool a has nothing to be held against before"} {
		if !strings.Contains(assumed, want) {
			t.Errorf("%s\nlacks: %s", assumed, want)
		}
	}
}

// What moves: keys as the hash has it, clients as their addresses have it, and sessions whose
// cookie names nobody any more.
func TestMoved(t *testing.T) {
	with := func(settings string, n int) string {
		var endpoints []string
		for i := range n {
			endpoints = append(endpoints, fmt.Sprintf(`{name: web-%d, address: "10.0.0.%d:80"}`, i+1, i+1))
		}
		return "{" + settings + ", endpoints: [" + strings.Join(endpoints, ", ") + "]}"
	}
	for _, x := range []struct{ before, after, want string }{
		{with("algorithm: rendezvous", 9), with("algorithm: rendezvous", 10), "keys 10% of 10%"},
		{with("algorithm: modulo", 9), with("algorithm: modulo", 10), "keys 90% of 10%"},
		{with("algorithm: rendezvous", 9), with("algorithm: rendezvous", 9), "keys 0% of 0%"},
		{with("algorithm: rendezvous", 9), with("algorithm: rr", 9), "keys 100% of 0%"},
		{with("algorithm: rr", 9), with("algorithm: rendezvous", 9), ""},
		{with("algorithm: ip_hash", 4), with("algorithm: ip_hash", 5), "clients 80% of 20%"},
		{with("algorithm: rr, affinity: {cookie: {}}", 5), with("algorithm: rr, affinity: {cookie: {}}", 4), "sessions 20% of 20%"},
		{with("algorithm: rr, affinity: {cookie: {}}", 5), with("algorithm: rr, affinity: {cookie: {name: other}}", 5), "sessions 100% of 0%"},
	} {
		q := Question{File: "lb.yaml", Balancer: balancerOf(t, x.after)}
		p, err := q.Against(Question{File: "lb.yaml", Balancer: balancerOf(t, x.before)})
		if err != nil {
			t.Fatal(err)
		}
		r, err := RunChange(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range r.Moved {
			got = append(got, fmt.Sprintf("%s %.0f%% of %.0f%%", m.What, m.Moved*100, m.Least*100))
		}
		if text := strings.Join(got, "|"); text != x.want {
			t.Errorf("%s to %s:\n got %s\nwant %s", x.before, x.after, text, x.want)
		}
	}
}
