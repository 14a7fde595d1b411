package exercise

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"lbsim/studies/drills"
)

// answered is an answer to one point in place of the solution's.
type answered struct {
	Point, Verdict, Says string
	Answer               yaml.Node
}

// Every point of every exercise has a good answer beside the solution's and two poor ones
// at least, judged rightly and explained; and what is poor of one point is held against no
// other, but for the whole.
func TestPoints(t *testing.T) {
	for _, x := range All() {
		text, err := os.ReadFile("testdata/" + x.Name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		var cases []answered
		if err := yaml.Unmarshal(text, &cases); err != nil {
			t.Fatal(err)
		}
		solved, err := x.drill(t.Context(), x.good(), drilled, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		model := modelOf(solved)
		seen := map[string]int{}
		for _, c := range cases {
			seen[c.Point+" "+c.Verdict]++
			t.Run(x.Name+"/"+c.Point+"/"+c.Says, func(t *testing.T) {
				p := judgeAlone(t, x, &c, model)
				if p.Verdict != c.Verdict {
					t.Errorf("%s, want %s: %v", p.Verdict, c.Verdict, p.Remarks)
				}
				if !explained(p, c.Verdict == Good, c.Says) {
					t.Errorf("nothing says %q: %v", c.Says, p.Remarks)
				}
			})
		}
		for i := range points {
			p := &points[i]
			if p.asked != nil && !p.asked(x) {
				continue
			}
			poor := 2
			if p.name == "weights" && len(x.weights) == 1 {
				poor = 0 // any weight is right where there is one kind
			}
			if seen[p.name+" good"] < 1 || seen[p.name+" poor"] < poor {
				t.Errorf("%s: %s has %d good and %d poor answers in testdata", x.Name, p.name, seen[p.name+" good"], seen[p.name+" poor"])
			}
		}
	}
}

// explained reports whether a remark of that kind has the words.
func explained(p Point, good bool, says string) bool {
	re := regexp.MustCompile(says)
	for _, r := range p.Remarks {
		if r.Good == good && re.MatchString(r.Text) {
			return true
		}
	}
	return false
}

// judgeAlone puts an answer into the solution's form and judges that point as Check does.
func judgeAlone(t *testing.T, x *Exercise, c *answered, model map[string]*Figures) Point {
	t.Helper()
	var form map[string]any
	if err := yaml.Unmarshal([]byte(x.Solution()), &form); err != nil {
		t.Fatal(err)
	}
	var answer any
	if err := c.Answer.Decode(&answer); err != nil {
		t.Fatal(err)
	}
	form[c.Point] = answer
	a, err := Read(c.Point, strings.NewReader(written(form)))
	if err != nil {
		t.Fatal(err)
	}
	j := &judging{exercise: x, answers: a, report: &Report{}, model: model, alone: map[string]*drills.Result{}, contradictions: map[string]contradiction{}}
	for i := range points {
		p := &points[i]
		if p.name != c.Point {
			continue
		}
		// What rules have settled needs no drill here, which takes long.
		if rules := j.judge(p, nil); len(p.trials) > 0 && !(rules.Verdict == Poor && explained(rules, false, c.Says)) {
			r, err := x.drill(t.Context(), x.good().with(p.name, a), x.picks(p.trials), 0, nil)
			if why, ok := errors.AsType[contradiction](err); ok {
				j.contradictions[p.name] = why
			} else if err != nil {
				t.Fatal(err)
			}
			j.alone[p.name] = r
		}
		if p.name == "launch" {
			if err := j.launch(t.Context(), 0, nil); err != nil {
				t.Fatal(err)
			}
		}
		found, err := j.lint()
		if err != nil {
			t.Fatal(err)
		}
		return j.judge(p, found)
	}
	t.Fatalf("there is no point %s", c.Point)
	return Point{}
}
