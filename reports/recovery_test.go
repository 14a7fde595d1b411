package reports

import (
	"strings"
	"testing"

	"lbsim/reports/internal/sample"
	"lbsim/studies/result"
)

// Every failure has a row for each variant that met it; sessions and deploys have a table
// of their own where there are any.
func TestFailureRows(t *testing.T) {
	first := result.Failure{At: 20, Kind: "crash", Server: "api-1", Detail: "crash api-1", Detect: sample.Estimate(5.25, 0.1), Recover: sample.Estimate(6, 0.5), Failed: sample.Estimate(260, 5)}
	second := result.Failure{At: 60, Kind: "lose_zone", Detail: "lose zone b", Failed: sample.Estimate(31, 2), Saved: sample.Estimate(12, 1), Peak: sample.Estimate(1.4, 0.1)}
	r := &result.Result{Schema: result.Schema, Results: []result.Variant{
		{Name: "plain", Recovery: result.Recovery{Events: []result.Failure{first, second}}},
		{Name: "once", Recovery: result.Recovery{Events: []result.Failure{first}, Cut: sample.Estimate(3, 1)}}}}
	var out strings.Builder
	p := page{}
	p.recovery(r)
	if err := p.flush(&out); err != nil {
		t.Fatal(err)
	}
	want := `Failures, each until the next: the mean over replications
failure      at    variant  detected after (s)  recovered after (s)     failed  saved by retries  most attempts per request
───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
crash api-1  20 s  plain            5.25 ±0.10           6.00 ±0.50   260 ±5              –                         –
                   once             5.25 ±0.10           6.00 ±0.50   260 ±5              –                         –
lose zone b  60 s  plain               –                    –        31.0 ±2.0         12.0 ±1.0                 1.40 ±0.10
`
	if got := out.String(); !strings.HasPrefix(got, want) || !strings.Contains(got, "\nSessions and deploys: the mean over replications\nvariant         cut\n") {
		t.Errorf("\n%s", got)
	}
}

// A comparison that begins with another figure than latency says why, unless it was asked
// for.
func TestLeadingIsExplained(t *testing.T) {
	of := func(metric string, asked ...string) string {
		return leading(&result.Result{Comparisons: []result.Comparison{{Metric: metric}}, Provenance: result.Provenance{Study: result.Study{Metrics: asked}}})
	}
	if got, want := of("error_ratio"), "; the scenario is about the error ratio, so it comes first: --metric compares other figures"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := of("latency_seconds.mean") + of("error_ratio", "error_ratio"); got != "" {
		t.Errorf("%q", got)
	}
}
