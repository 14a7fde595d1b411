package validate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lbsim/studies/drills"
)

// What is noticed later than before, or sooner, is told with how soon, whatever the lints
// think of it.
func TestNoticed(t *testing.T) {
	const base = `algorithm: rr
endpoints: [{name: a, address: "10.0.0.1:80"}, {name: b, address: "10.0.0.2:80"}]
`
	const (
		check   = "health: {active: {path: /up, interval: 1s, timeout: 500ms, unhealthy: 3}}\n"
		slower  = "health: {active: {path: /up, interval: 10s, timeout: 500ms, unhealthy: 3}}\n"
		passive = "health: {active: {path: /up, interval: 1s, timeout: 500ms, unhealthy: 3}, passive: {consecutive_failures: 5}}\n"
		windows = "health: {active: {path: /up, interval: 1s, timeout: 500ms, unhealthy: 3}, passive: {rule: nginx, consecutive_failures: 9}}\n"
	)
	report := func(health string) *Report {
		s, err := Read("lb.yaml", []byte(base+health))
		if err != nil {
			t.Fatal(err)
		}
		return Check(s)
	}
	for _, c := range []struct {
		before, after string
		want          []string
	}{
		{passive, passive, nil},
		{passive, check, []string{"errors worse: after 5 failures in a row -> by no check"}},
		{check, passive, []string{"errors better: by no check -> after 5 failures in a row"}},
		{passive, windows, []string{"errors worse: after 5 failures in a row -> after 9 failures within 10s"}},
		{passive, strings.Replace(passive, "failures: 5", "failures: 1", 1), []string{"errors better: after 5 failures in a row -> after 1 failure"}},
		{check, slower, []string{"crash worse: after up to 3s -> after up to 30s", "hang worse: after up to 4.5s -> after up to 31.5s"}},
		{slower, "", []string{"crash worse: after up to 30s -> by no check", "hang worse: after up to 31.5s -> by no check"}},
	} {
		r := report(c.after)
		r.HoldAgainst(report(c.before), &drills.Change{})
		var got []string
		worse := 0
		for _, x := range r.Against.Noticed {
			got = append(got, fmt.Sprintf("%s %s: %s -> %s", x.What, x.Verdict, x.Before, x.After))
			if x.Verdict == "worse" {
				worse++
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s%s:\n%s\nwant\n%s", c.before, c.after, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
		if r.NoticedLater(Warning) != worse || r.NoticedLater(Error) != 0 || r.NoticedLater("") != 0 {
			t.Errorf("%d and %d are noticed later, want %d and none", r.NoticedLater(Warning), r.NoticedLater(Error), worse)
		}
	}
}
