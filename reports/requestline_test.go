package reports

import (
	"testing"

	"lbsim/studies/result"
)

func TestRequestLine(t *testing.T) {
	v := &result.Variant{Name: "rr", Requests: result.Requests{Offered: 1500, Completed: 1400, TimedOut: 100}}
	const plain = "requests: 1,500 offered, 1,400 completed, 100 timed out"
	if got := requestLine(v, false); got != plain {
		t.Errorf("%q", got)
	}
	v.Resent = 1234
	if got := requestLine(v, false); got != plain+"; clients sent 1,234 times again by themselves" {
		t.Errorf("%q", got)
	}
}
