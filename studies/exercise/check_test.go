package exercise

import (
	"context"
	"strings"
	"testing"
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
