package reports

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"lbsim/algorithms"
	"lbsim/studies/known"
	"lbsim/studies/result"
	"lbsim/studies/theory"
)

func someAnswers() []known.Answer {
	value, low, high := 0.0501, 0.0497, 0.0505
	return []known.Answer{
		{Case: theory.Case{Name: "mm1-mean", Shows: "one queue", Metric: "latency_seconds.mean", Expected: 0.05, Tolerance: 0.004, Source: "M/M/1"},
			Measured: result.Estimate{Value: &value, Low: &low, High: &high}, Agrees: true},
		{Case: theory.Case{Name: "lost", Shows: "nothing comes", Metric: "error_ratio", Expected: 0.12, Tolerance: 0.004, Source: "Erlang B"}},
	}
}

func TestKnownAnswersAsTable(t *testing.T) {
	var out bytes.Buffer
	if err := WriteKnown(&out, someAnswers(), TableOptions{Width: 80}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nmm1-mean  mean latency  50.0 ms   50.1 ±0.4 ms  0.4%    ✓       M/M/1\n",
		"\nlost      error ratio   12.0%", "✗       Erlang B\n",
		"\nNot agreeing\n  lost: expected 12.0%, measured –: nothing comes\n", "\n1 of 2 agree.\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

func TestKnownAnswersAsJSON(t *testing.T) {
	var out bytes.Buffer
	if err := WriteKnownJSON(&out, someAnswers()); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Schema  string
		Answers []struct {
			Name     string
			Expected float64
			Measured result.Estimate
			Agrees   bool
		}
	}
	if err := json.Unmarshal(out.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if back.Schema != "lbsim.theory/v1" || len(back.Answers) != 2 || !back.Answers[0].Agrees || *back.Answers[0].Measured.Value != 0.0501 ||
		back.Answers[1].Agrees || back.Answers[1].Measured.Known() || back.Answers[1].Expected != 0.12 {
		t.Errorf("%s", &out)
	}
}

// Nothing that is written of an algorithm is wider than the terminal, and no word
// that fits into it is broken.
func TestAlgorithmsFitTheTerminal(t *testing.T) {
	for _, width := range []int{80, 120} {
		for _, s := range algorithms.All() {
			var out bytes.Buffer
			if err := WriteAlgorithm(&out, s, TableOptions{Width: width}); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(out.String()) {
				if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > width && strings.Contains(strings.TrimSpace(line), " ") {
					t.Errorf("%s: %d columns: %s", s.Name, n, line)
				}
			}
			for _, q := range s.Params {
				if !strings.Contains(out.String(), "\n"+q.Name+" ") {
					t.Errorf("%s at %d columns: parameter %s is broken or missing", s.Name, width, q.Name)
				}
			}
		}
	}
}
