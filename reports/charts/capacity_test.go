package charts

import (
	"testing"

	"lbsim/reports/internal/sample"
	"lbsim/studies/capacity"
)

func TestCapacityPicture(t *testing.T) {
	r := sample.Capacity()
	c, why := capacityChart(r, r.Results[:2], "curve")
	if c == nil {
		t.Fatal(why)
	}
	checkPicture(t, c)
}

// Each algorithm has a curve; one of which nothing is known is skipped with the reason.
func TestCapacityCurves(t *testing.T) {
	r := sample.Capacity()
	for i := range r.Results[2:] {
		r.Results[2+i].Curve, r.Results[2+i].Met, r.Results[2+i].Missed = nil, nil, nil
	}
	done, err := WriteCapacity(t.TempDir(), r)
	if err != nil || len(done.Files) != 3 || len(done.Skipped) != 1 || done.Skipped[0] != (Skipped{"curve-least_connections", "no figure is known"}) {
		t.Errorf("%+v, error %v", done, err)
	}
}

// A limit that was not found is no number in the title.
func TestCapacityWithoutLimit(t *testing.T) {
	r := sample.Capacity()
	lines := r.Results[:1]
	lines[0].Missed, lines[0].Answer = nil, capacity.NeverMissed
	c, why := capacityChart(r, lines, "curve")
	if c == nil {
		t.Fatal(why)
	}
	if want := "shop: no limit was found"; c.figure.title != want {
		t.Errorf("title %q, want %q", c.figure.title, want)
	}
}
