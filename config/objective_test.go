package config_test

import (
	"testing"

	"lbsim/config"
)

func TestParseObjective(t *testing.T) {
	for _, c := range []struct {
		text string
		want config.Objective
	}{
		{"p99 < 250ms", config.Objective{Metric: "p99", Op: "<", Limit: 0.25}},
		{"p99.9<=1s", config.Objective{Metric: "p999", Op: "<=", Limit: 1}},
		{"p95{class=read} < 20ms at 400/s", config.Objective{Metric: "p95", Class: "read", Op: "<", Limit: 0.02, Rate: 400}},
		{"error_ratio{during=deploy} < 0.1%", config.Objective{Metric: "error_ratio", During: "deploy", Op: "<", Limit: 0.001}},
		{"mean{class=a, during=b} > 0.5ms", config.Objective{Metric: "mean", Class: "a", During: "b", Op: ">", Limit: 0.0005}},
		{"throughput >= 24000/min", config.Objective{Metric: "throughput", Op: ">=", Limit: 400}},
		{"utilization < 0.8", config.Objective{Metric: "utilization", Op: "<", Limit: 0.8}},
	} {
		c.want.Text = c.text
		got, err := config.ParseObjective(c.text)
		if err != nil || got != c.want {
			t.Errorf("%s: got %+v, %v", c.text, got, err)
		}
	}
	for _, text := range []string{"", "p99", "p99 <", "p99 250ms", "p98 < 1s", "p99 < 250", "p99 < -1ms", "p99 < 0.1%", "error_ratio < 5ms",
		"p99{class} < 1s", "p99{size=4} < 1s", "p99{class=a,class=b} < 1s", "p99 < 1s at", "p99 < 1s at 0/s", "p99 == 1s"} {
		if o, err := config.ParseObjective(text); err == nil {
			t.Errorf("%q is taken as %+v", text, o)
		}
	}
}

func TestObjectiveMet(t *testing.T) {
	for _, c := range []struct {
		op                 string
		below, same, above bool
	}{{"<", true, false, false}, {"<=", true, true, false}, {">", false, false, true}, {">=", false, true, true}} {
		o := config.Objective{Op: c.op, Limit: 1}
		if o.Met(0.5) != c.below || o.Met(1) != c.same || o.Met(2) != c.above {
			t.Errorf("%s 1: 0.5 %v, 1 %v, 2 %v", c.op, o.Met(0.5), o.Met(1), o.Met(2))
		}
	}
}
