package charts

import (
	"strings"
	"testing"

	"lbsim/reports/internal/sample"
	"lbsim/studies/fit"
)

func TestFitPictures(t *testing.T) {
	for _, draw := range []func(*fit.Result) (*chart, string){fitLatency, fitRate} {
		c, why := draw(sample.Fit())
		if c == nil {
			t.Fatal(why)
		}
		checkPicture(t, c)
	}
}

// The title says how near the fit is, or that it is not; what can't be drawn says why.
func TestFitFindings(t *testing.T) {
	r := sample.Fit()
	c, _ := fitLatency(r)
	if want := "What was fitted takes as long as the log: p50 +1.7%, p99 -0.6%"; c.figure.title != want {
		t.Errorf("%q, want %q", c.figure.title, want)
	}
	r.Again.P99 *= 2
	if c, _ := fitLatency(r); !strings.HasPrefix(c.figure.title, "What was fitted does not take as long as the log") {
		t.Errorf("%q", c.figure.title)
	}
	r.Again, r.Rates = nil, nil
	done, err := WriteFit(t.TempDir(), r)
	if err != nil || len(done.Files) > 0 || len(done.Skipped) != 2 {
		t.Fatalf("%+v, %v", done, err)
	}
	r.Latency = nil
	if _, why := fitLatency(r); why != "the log has no durations" {
		t.Error(why)
	}
}
