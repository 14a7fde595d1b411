package charts

import (
	"testing"

	"lbsim/reports/internal/sample"
	"lbsim/studies/result"
)

// Where servers come and go the timeline draws them beneath the arrivals, and each
// variant's own picture has them too; both have the data.
func TestServersOverTime(t *testing.T) {
	r := sample.Comparison(2)
	same := len(drawn(t, "timeline", r).figure.panels)
	for v := range r.Results {
		x := &r.Results[v].Timeline
		for i := range x.Offered {
			x.Up, x.Wanted = append(x.Up, 3), append(x.Wanted, float64(3+i%2))
		}
	}
	c := drawn(t, "timeline", r)
	panels := c.figure.panels
	if len(panels) != same+2 {
		t.Fatalf("%d panels, without servers %d", len(panels), same)
	}
	load, fleet := panels[same], panels[same+1]
	if load.yLabel != "Arrivals (/s)" || fleet.yLabel != "Servers; thin: wanted" || fleet.xLabel != "Time (s)" || fleet.y.high < 4 {
		t.Errorf("%q over %q up to %v", load.yLabel, fleet.yLabel, fleet.y.high)
	}
	if row := c.data[2]; c.data[0][9] != "servers_up" || c.data[0][10] != "servers_wanted" || row[9] != "3" || row[10] != "4" {
		t.Errorf("%v: %v", c.data[0], row)
	}

	one := broken()
	before := len(failover(one, &one.Results[0], "x").figure.panels)
	x := &one.Results[0].Timeline
	x.Up, x.Wanted = make([]float64, len(x.Offered)), make([]float64, len(x.Offered))
	x.Up[0], x.Wanted[0] = 3, 4
	picture := failover(one, &one.Results[0], "x")
	if p := picture.figure.panels; len(p) != before+1 || p[1].yLabel != "Servers" || len(p[1].legend) != 2 {
		t.Errorf("%d panels, without servers %d", len(p), before)
	}
	if picture.data[0][4] != "servers_up" || picture.data[1][4] != "3" || picture.data[1][5] != "4" {
		t.Errorf("%v: %v", picture.data[0], picture.data[1])
	}
}

// A few changes of the number of servers are marked, many are not; other events always.
func TestFewScalingsAreMarked(t *testing.T) {
	events := []result.Event{{At: 1, Kind: "crash", Server: "api-1"}}
	for len(events) <= mostScalings {
		events = append(events, result.Event{At: float64(len(events)), Kind: "scale_up", Detail: "api 3 to 4 (cpu)"})
	}
	if marks := labelled(fewScalings(events), 0.5); len(marks) != mostScalings+1 || marks[1].text != "api 3→4 (cpu)" {
		t.Errorf("%v", marks)
	}
	if left := fewScalings(append(events, result.Event{At: 99, Kind: "scale_down"})); len(left) != 1 || left[0].Kind != "crash" {
		t.Errorf("%v", left)
	}
}
