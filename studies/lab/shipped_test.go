package lab

import (
	"strings"
	"testing"

	"lbsim/scenarios"
)

// Every shipped scenario is one that can be carried out, or says what of it can't be, in
// words that begin with the place.
func TestShippedScenarios(t *testing.T) {
	can := 0
	for _, name := range scenarios.Names() {
		source, err := scenarios.Open(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Question{Source: source, Settings: []string{"run.warmup=0s"}}.Plan()
		if err == nil {
			can++
			t.Log(name)
			continue
		}
		t.Log(err)
		lines := strings.Split(err.Error(), "\n")
		for _, line := range lines[1:] {
			if line = strings.TrimSpace(line); !strings.Contains(line, ".") && !strings.HasPrefix(line, "timeline[") {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
	if can < 15 {
		t.Errorf("only %d can be carried out", can)
	}
}
