package exercise

import (
	"context"
	"math"
	"strings"
	"testing"

	"lbsim/scenarios"
)

// The solutions of all exercises are good at every point, and their forms ask for each.
func TestSolutions(t *testing.T) {
	for _, x := range All() {
		t.Run(x.Name, func(t *testing.T) {
			r := check(t, x.good())
			for _, p := range r.Points {
				if p.Verdict != Good {
					t.Errorf("%s is %s: %v", p.Name, p.Verdict, p.Remarks)
				}
			}
			for _, c := range r.SelfCheck {
				if c.Verdict != Good {
					t.Errorf("self-check: %s is %s", c.Name, c.Verdict)
				}
			}
			blank, err := Read("form", strings.NewReader(x.Form()))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range r.Points {
				if p.Name != together && !strings.Contains(x.Form(), "\n"+p.Name+":") || p.Name != together && blank.answered(p.Name) {
					t.Errorf("the form has no empty field for %s", p.Name)
				}
			}
		})
	}
}

func check(t *testing.T, a *Answers) *Report {
	t.Helper()
	r, err := Question{File: "answers.yaml", Answers: a}.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Interrupted {
		t.Fatal("interrupted")
	}
	return r
}

// A check that is stopped says so, and judges by rules what was not simulated.
func TestInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	x := Lookup("read-api")
	r, err := Question{File: "answers.yaml", Answers: x.good(), Progress: func(done, planned int) {
		if done > planned/8 {
			stop()
		}
	}}.Check(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Interrupted || len(r.Points) != 11 || r.point("slo").Verdict != Good || r.point(together).Verdict != Missing {
		t.Errorf("%+v", r)
	}
}

// A form of which little is filled in is judged by that alone, and drilled only if there is
// something to drill.
func TestHalfFilled(t *testing.T) {
	read := func(text string) *Answers {
		a, err := Read("answers.yaml", strings.NewReader("exercise: read-api\n"+text))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	r := check(t, read("slo: fast\n"))
	if len(r.Trials) > 0 || r.Count(Missing) != 10 || r.Count(Poor) != 1 {
		t.Errorf("%d trials, %d missing, %d poor", len(r.Trials), r.Count(Missing), r.Count(Poor))
	}
	r = check(t, read("health: {path: /ready, interval: 5s}\nweights: {large: 4, medium: 1}\n"))
	if p := r.point("health"); p.Answer != "/ready, every 5s" || p.Verdict != Poor {
		t.Errorf("health: %q is %s", p.Answer, p.Verdict)
	}
	if p := r.point("weights"); p.Verdict != Good {
		t.Errorf("weights are %s: %v", p.Verdict, p.Remarks)
	}
	for text, want := range map[string]string{
		"slo: 99%: within 250ms\n":                     "stands in quotes",
		"dashboards: [{shows: p99, alert: > 250ms}]\n": "stands in quotes",
		"layer: {choice: L5}\n":                        "layer.choice = L5: did you mean L4? (known: L4, L7)",
		"retries: {methods: FETCH}\n":                  "known: GET, HEAD",
		"launch: {least: 3}\n":                         "is not asked by read-api",
		"weights: {lage: 2}\n":                         "did you mean large?",
		"exercise: login\n":                            "exercise",
	} {
		if _, err := Read("answers.yaml", strings.NewReader("exercise: read-api\n"+text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// What exercises say of their worlds is what those have: the sizes of servers, the work of a
// request, what the largest server can do, when the launch is, and how many servers it keeps
// busy.
func TestSaidOfWorlds(t *testing.T) {
	for _, x := range All() {
		source, err := scenarios.Parse("world", ".", strings.NewReader(x.scenario("world", x.good())))
		if err != nil {
			t.Fatal(err)
		}
		s, err := source.Scenario()
		if err != nil {
			t.Fatal(err)
		}
		largest := 0
		for i, g := range s.Servers {
			if w := x.weights[i]; w.group != g.Name || w.size != float64(g.Workers) {
				t.Errorf("%s: %s is said to work on %g, and %s works on %d", x.Name, w.group, w.size, g.Name, g.Workers)
			}
			largest = max(largest, g.Workers)
		}
		mean := s.MeanService()
		if got := x.demands.work.Seconds(); math.Abs(got/mean-1) > 0.01 {
			t.Errorf("%s: a request is said to be %g s of work, and is %g", x.Name, got, mean)
		}
		if got := float64(largest) / mean; math.Abs(x.demands.most/got-1) > 0.02 {
			t.Errorf("%s: the largest server is said to do %g/s, and does %g", x.Name, x.demands.most, got)
		}
		if !x.launched {
			continue
		}
		if source, err = scenarios.Parse("launch", ".", strings.NewReader(x.scenario("launch", x.good()))); err != nil {
			t.Fatal(err)
		}
		if s, err = source.Scenario(); err != nil {
			t.Fatal(err)
		}
		if got := math.Ceil(s.PeakRate() * s.MeanService() / float64(largest)); got != busyInLaunch {
			t.Errorf("%s: the launch is said to keep %d servers busy, and keeps %g", x.Name, busyInLaunch, got)
		}
		if text := x.text("launch"); !strings.Contains(text, "{at: "+seconds(launchAt)+", factor: 10}") {
			t.Errorf("%s: no launch at %s: %s", x.Name, seconds(launchAt), text)
		}
	}
}
