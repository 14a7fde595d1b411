package result

import (
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	r, err := Read(strings.NewReader(`{"schema": "lbsim.result/v1", "seed": 18446744073709551615, "scenario": "x", "added later": 1}`))
	if err != nil || r.Seed != 1<<64-1 || r.Scenario != "x" {
		t.Errorf("%+v, %v", r, err)
	}
	for text, rule := range map[string]string{
		"":                               "is empty",
		"name: x":                        "is no result",
		`{"schema": "lbsim.remap/v1"}`:   `its schema is "lbsim.remap/v1"`,
		`{"schema": "lbsim.result/v1"`:   "is no result",
		`{"schema": "lbsim.result/v1"}{`: "holds more than one",
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), rule) {
			t.Errorf("%q: %v, want %s", text, err, rule)
		}
	}
}
