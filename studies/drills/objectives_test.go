package drills

import (
	"slices"
	"strings"
	"testing"

	"lbsim/config"
	"lbsim/scenarios"
)

// objectivesOf are those of each drill, by its name.
func objectivesOf(t *testing.T, q Question) (of map[string]string, assumed string) {
	t.Helper()
	p, err := q.Plan()
	if err != nil {
		t.Fatal(err)
	}
	of = map[string]string{}
	for _, d := range p.courses[0].drills {
		s, err := d.source.Scenario()
		if err != nil {
			t.Fatal(err)
		}
		of[d.name] = strings.Join(textsOf(s.SLO), ", ")
	}
	return of, strings.Join(p.assumed, "\n")
}

// An objective during=deploy is about that drill alone, one during=fault about each in which
// something happens, and others are about all.
func TestDuring(t *testing.T) {
	q := Question{File: "lb.yaml", Balancer: balancerOf(t, full), Pick: []string{"deploy", "lose zone a", "cold-restart"},
		World: worldOf(t, small[:strings.Index(small, "slo:")]+`slo: [p99 < 1s, "p99{during=deploy} < 2s", "error_ratio{during=fault} < 3%", "p50{during=outage} < 4s"]`+"\n")}
	got, assumed := objectivesOf(t, q)
	for name, want := range map[string]string{
		"steady":       "p99 < 1s, error_ratio < 1%",
		"deploy":       "p99 < 1s, error_ratio < 1%, p99{during=deploy} < 2s, error_ratio{during=deploy} < 3%",
		"lose zone a":  "p99 < 1s, error_ratio < 1%, error_ratio{during=lose-zone} < 3%",
		"cold restart": "p99 < 1s, error_ratio < 1%, error_ratio{during=cold-restart} < 3%",
	} {
		if got[name] != want {
			t.Errorf("%s: %s, want %s", name, got[name], want)
		}
	}
	if !strings.Contains(assumed, "no objective is about errors, so drills are held against error_ratio < 1% as well") {
		t.Error(assumed)
	}
	if !strings.Contains(assumed, "p50{during=outage} < 4s is not judged: no drill is called outage") {
		t.Error(assumed)
	}
}

// A scenario whose objectives are all about its own timeline is held against the usual one.
func TestOwnTimeline(t *testing.T) {
	text, err := scenarios.Show("rolling-deploy")
	if err != nil {
		t.Fatal(err)
	}
	q := Question{File: "lb.yaml", Balancer: balancerOf(t, "{algorithm: lc}"), World: worldOf(t, text), Pick: []string{"deploy"}}
	got, assumed := objectivesOf(t, q)
	if got["steady"] != errorObjective || !strings.HasPrefix(got["deploy"], errorObjective+", error_ratio{during=deploy}") {
		t.Errorf("%v", got)
	}
	for _, want := range []string{"world.yaml is a scenario: it is taken without its balancer and its timeline", "nobody gave objectives about the whole of a drill, so drills are held against error_ratio < 1%"} {
		if !strings.Contains(assumed, want) {
			t.Errorf("%s\nlacks: %s", assumed, want)
		}
	}
}

// The limits of the one route to a pool come before the pool's own.
func TestRouteLimits(t *testing.T) {
	b := balancerOf(t, `
algorithm: rr
pools: {a: {endpoints: [{name: x}], limits: {rates: [{rate: 7/s, per: all}]}}, b: {endpoints: [{name: y}]}}
routes: [{match: {path_prefix: /a}, pool: a, limits: {rates: [{rate: 9/s, per: all}]}}, {pool: b}]`)
	q := Question{File: "lb.yaml", Balancer: b}
	p := &Plan{}
	rates := func(pool config.Pool) (all []float64) {
		if l := q.limited(p, pool).Limits; l != nil {
			for _, r := range l.Rates {
				all = append(all, r.Rate)
			}
		}
		return all
	}
	if got := rates(b.Pools[0]); !slices.Equal(got, []float64{9, 7}) || rates(b.Pools[1]) != nil || len(p.assumed) > 0 {
		t.Errorf("%v, %v", got, p.assumed)
	}
	if n := len(b.Pools[0].Limits.Rates); n != 1 {
		t.Errorf("the configuration has %d limits now", n)
	}
}
