package theory

import (
	"math"
	"testing"
)

// The cases ring.cv and ring.max of testdata/truth_public.csv.
func TestRing(t *testing.T) {
	for _, c := range []struct {
		Ring
		cv, peak float64
	}{
		{Ring{10, 1}, 0.9045340337, 2.928968254},
		{Ring{10, 10}, 0.2985111571, 1.538478935},
		{Ring{10, 100}, 0.09482093119, 1.159426379},
		{Ring{10, 1000}, 0.02999850011, 1.049225498},
		{Ring{100, 100}, 0.09949376915, 1.26897121},
		{Ring{5, 160}, 0.07066652533, 1.093538907},
		{Ring{50, 200}, 0.06999650026, 1.166125373},
	} {
		if got := c.CV(); math.Abs(got/c.cv-1) > 1e-8 {
			t.Errorf("%+v: cv %.10g, want %.10g", c.Ring, got, c.cv)
		}
		if got := c.Peak(); math.Abs(got/c.peak-1) > 1e-8 {
			t.Errorf("%+v: peak %.10g, want %.10g", c.Ring, got, c.peak)
		}
	}
}
