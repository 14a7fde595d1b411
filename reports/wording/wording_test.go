package wording

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lbsim/studies/remap"
	"lbsim/studies/result"
)

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   string
	}{
		{[]float64{0.0412}, "41.2 ms"},
		{[]float64{0.000123456}, "123 µs"},
		{[]float64{2.5}, "2.50 s"},
		{[]float64{0.9999}, "1.00 s"},
		{[]float64{0.00000042}, "420 ns"},
		{[]float64{0.0008, 2}, "0.800 ms"}, // one unit for a column that spans decades
		{[]float64{2, 0.0008}, "2,000 ms"},
		{[]float64{0}, "0 ms"},
		{[]float64{0.009996}, "10.0 ms"},
		{[]float64{-0.0412, 0.05}, "-41.2 ms"},
	} {
		if got := UnitFor(c.values...).Text(c.values[0]); got != c.want {
			t.Errorf("%v: %q, want %q", c.values, got, c.want)
		}
	}
}

// What is printed with 3 significant digits is within half a unit of the third.
func TestNumberIsRight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(1e-6, 1e9).Draw(t, "v")
		printed, err := strconv.ParseFloat(strings.ReplaceAll(Plain.Number(v), ",", ""), 64)
		if err != nil {
			t.Fatal(err)
		}
		unit := max(math.Pow(10, math.Floor(math.Log10(v))-2), 1e-9)
		if v >= 1000 {
			unit = 1
		}
		if math.Abs(printed-v) > unit/2*(1+1e-9) {
			t.Fatalf("%v printed as %v", v, Plain.Number(v))
		}
	})
}

func TestSetting(t *testing.T) {
	for v, want := range map[float64]string{60: "60", 2.5: "2.5", 13.799999999999999: "13.8", 0.0025: "0.0025", 12345: "12345", 0: "0", 100: "100", 1.0 / 3: "0.3333"} {
		if got := Setting(v); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
}

func TestEstimate(t *testing.T) {
	for _, c := range []struct {
		e    result.Estimate
		want string
	}{
		{estimate(0.0412, 0.0013), "41.2 ±1.3 ms"},
		{estimate(0.0412, 0.00004), "41.2 ±0.04 ms"}, // not ±0.0
		{estimate(0.0412, 0), "41.2 ms"},             // nothing random
		{result.Estimate{}, "–"},
	} {
		if got := EstimateText(Milliseconds, c.e); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestComparisonSentences(t *testing.T) {
	relative := func(r float64) *float64 { return &r }
	for _, c := range []struct {
		comparison result.Comparison
		want       string
	}{
		{
			result.Comparison{Metric: "latency_seconds.p99", Difference: estimate(-0.0412, 0.0013), Relative: relative(-0.38), Verdict: "better"},
			"least_connections is better than round_robin: p99 41.2 ms lower (-38%, 95% CI 39.9 … 42.5 ms lower)",
		},
		{
			result.Comparison{Metric: "latency_seconds.p99", Class: "report", Difference: estimate(0.0412, 0.0013), Relative: relative(11), Verdict: "worse"},
			"least_connections is worse than round_robin: p99 of report 41.2 ms higher (×12.0, 95% CI 39.9 … 42.5 ms higher)",
		},
		{
			result.Comparison{Metric: "latency_seconds.mean", Difference: estimate(0.0003, 0.0006), Relative: relative(0.004), Verdict: "no_difference"},
			"no difference shown between least_connections and round_robin: mean latency 300 µs higher (+0.40%, 95% CI 300 lower … 900 µs higher)",
		},
		{
			result.Comparison{Metric: "latency_seconds.p99", Difference: estimate(-2.72, 1.27), Relative: relative(-0.83), Verdict: "no_difference"},
			"no difference shown between least_connections and round_robin: p99 2.72 s lower (-83%, 95% CI 1.45 … 3.99 s lower), which may be chance among 6 comparisons",
		},
		{
			result.Comparison{Metric: "latency_seconds.p99", Difference: estimate(0.0004, 0.0001), Relative: relative(0.004), Verdict: "no_difference"},
			"no difference shown between least_connections and round_robin: p99 400 µs higher (+0.40%, 95% CI 300 … 500 µs higher), less than the 2% that count as a difference",
		},
		{
			result.Comparison{Metric: "latency_seconds.p99", Difference: estimate(0, 0), Relative: relative(0), Verdict: "no_difference"},
			"no difference shown between least_connections and round_robin: p99 unchanged (0%, 95% CI 0 … 0 ms)",
		},
		{
			result.Comparison{Metric: "error_ratio", Difference: estimate(-0.012, 0.002), Verdict: "better"},
			"least_connections is better than round_robin: error ratio 1.20 percentage points lower (95% CI 1.00 … 1.40 points lower)",
		},
		{
			result.Comparison{Metric: "latency_seconds.p999", Verdict: "undecided"},
			"undecided between least_connections and round_robin: p99.9 is not known",
		},
	} {
		c.comparison.Baseline, c.comparison.Candidate = "round_robin", "least_connections"
		if got := Comparison(c.comparison, Family{Size: 6, MinEffect: 0.02}); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestObjectiveSpeaksItsUnit(t *testing.T) {
	for _, c := range []struct {
		objective string
		e         result.Estimate
		want      string
	}{
		{"p99 < 250ms", estimate(0.212, 0.007), "p99 < 250ms: rr 212 ms (95% CI 205 … 219 ms)"},
		{"p95{class=read} < 20ms at 400/s", estimate(0.0212, 0.0007), "p95{class=read} < 20ms at 400/s: rr 21.2 ms (95% CI 20.5 … 21.9 ms)"},
		{"error_ratio{during=deploy} < 0.1%", estimate(0.0005, 0), "error_ratio{during=deploy} < 0.1%: rr 0.0500% (95% CI 0.0500 … 0.0500%)"},
		{"throughput > 300/s", estimate(400, 1), "throughput > 300/s: rr 400/s (95% CI 399 … 401/s)"},
		{"p99 < 250ms", result.Estimate{}, "p99 < 250ms: rr, not known"},
	} {
		got := Objective(result.Objective{Objective: c.objective, Variant: "rr", Value: c.e.Value, Low: c.e.Low, High: c.e.High}, false)
		if got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestObjectiveOnOverload(t *testing.T) {
	if got := Objective(result.Objective{Objective: "p99 < 250ms", Variant: "rr"}, true); got != "p99 < 250ms: rr, overloaded" {
		t.Error(got)
	}
}

func estimate(v, half float64) result.Estimate {
	low, high := v-half, v+half
	return result.Estimate{Value: &v, Low: &low, High: &high}
}

// A latency that is lower because requests got no answer is not simply better.
func TestUnanswered(t *testing.T) {
	ratio := func(name string, x float64) result.Variant {
		return result.Variant{Name: name, ErrorRatio: result.Estimate{Value: &x}}
	}
	r := &result.Result{Results: []result.Variant{ratio("base", 0), ratio("shed", 0.26), ratio("calm", 0.004)}}
	for _, c := range []struct{ candidate, metric, want string }{
		{"shed", "latency_seconds.p99", "26% of its requests got no answer, 0% of base's"},
		{"shed", "wait_seconds.mean", "26% of its requests got no answer, 0% of base's"},
		{"shed", "error_ratio", ""},
		{"calm", "latency_seconds.p99", ""},
	} {
		if got := Unanswered(r, result.Comparison{Baseline: "base", Candidate: c.candidate, Metric: c.metric}); got != c.want {
			t.Errorf("%s in %s: %q, want %q", c.candidate, c.metric, got, c.want)
		}
	}
}

// Who heeds no weights is not praised for moving nothing when a weight changes.
func TestMovesPraisesWhoFollows(t *testing.T) {
	name := func(o *remap.Outcome) string { return o.Variant }
	s := &remap.Step{Results: []remap.Outcome{
		{Variant: "jump_hash", Moved: 0, Least: 0.089}, {Variant: "ring_hash", Moved: 0.083, Least: 0.089}, {Variant: "modulo", Moved: 0.889, Least: 0.089}}}
	if got, want := Moves(s, name), "ring_hash moves 8.30% of the keys, the least for fair shares is 8.90%; modulo moves 88.9%"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	s.Results = s.Results[:1]
	if got, want := Moves(s, name), "jump_hash moves 0% of the keys, the least for fair shares is 8.90%"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestHappened(t *testing.T) {
	for _, c := range []struct {
		kind    string
		servers []string
		detail  string
		want    string
	}{
		{"crash", []string{"api-1"}, "crash api-1", "crash api-1"},
		{"slow", []string{"api-1"}, "slow api-1 5x", "slow api-1 5x"},
		{"down", []string{"api-1"}, result.ByBalancer, "down api-1"},
		{"down", []string{"api-1", "api-2"}, result.ByBalancer, "down api-1, api-2"},
		{"slow_start_ended", []string{"a", "b", "c"}, "", "slow start ended 3 servers"},
		{"lose_zone", []string{""}, "lose zone b", "lose zone b"},
		{"panic_began", []string{""}, result.ByBalancer, "panic began"},
		{"scale", nil, "", "scale"},
	} {
		if got := Happened(c.kind, c.servers, c.detail); got != c.want {
			t.Errorf("%s: %q, want %q", c.kind, got, c.want)
		}
	}
}
