package charts

import (
	"slices"
	"strings"
	"testing"

	"lbsim/reports/internal/sample"
	"lbsim/studies/result"
)

// broken is a result whose first server crashes at 40 s, is noticed at 43 s and comes
// back at 70 s, with the series that tell so.
func broken() *result.Result {
	r := sample.Run()
	t := &r.Results[0].Timeline
	t.Status = map[string][]float64{"502": make([]float64, len(t.Offered)), "503": make([]float64, len(t.Offered))}
	for i, name := range []string{"api-1", "api-2", "api-3"} {
		s := result.ServerTimeline{Name: name}
		for at := range t.Offered {
			share, inFlight := 1./3, 4.0
			if at >= 40 && at < 70 {
				share, inFlight = 0.5, 6
				if i == 0 {
					share, inFlight = 0, 0
				}
			}
			s.Share, s.InFlight = append(s.Share, &share), append(s.InFlight, inFlight)
		}
		t.Servers = append(t.Servers, s)
	}
	r.Results[0].Recovery.Events = []result.Failure{{At: 40, Kind: "crash", Server: "api-1", Detect: sample.Estimate(3, 0.2)}, {At: 80, Kind: "slow"}}
	t.Status["502"][40] = 4
	for at := 40; at < 43; at++ {
		t.Status["503"][at], t.Failed[at], t.Completed[at] = 130, 130, 269
	}
	return r
}

func TestFailoverPicture(t *testing.T) {
	r := broken()
	checkPicture(t, failover(r, &r.Results[0], "failover"))
}

// The chart's data is the timeline's, a column for each status and two for each server.
func TestFailoverData(t *testing.T) {
	r := broken()
	c := failover(r, &r.Results[0], "failover")
	want := "from_seconds offered completed failed status_502 status_503 p50_seconds p99_seconds in_flight " +
		"api-1_share api-1_in_flight api-2_share api-2_in_flight api-3_share api-3_in_flight"
	if got := strings.Join(c.data[0], " "); got != want {
		t.Errorf("columns %s", got)
	}
	if row := c.data[1+41]; row[0] != "41" || row[5] != "130" || row[9] != "0" || row[11] != "0.5" {
		t.Errorf("at 41 s: %v", row)
	}
	if title := c.figure.title; !strings.HasPrefix(title, "Up to 32.6% of the requests get no answer") {
		t.Errorf("title %q", title)
	}
	if want := "; orange: until a failure is detected, on average; dotted: what followed, in the first replication"; !strings.HasSuffix(c.figure.subtitle, want) {
		t.Errorf("subtitle %q", c.figure.subtitle)
	}
}

// Where nothing happens there is no failover, and where everything is answered the
// title says so.
func TestFailoverTitles(t *testing.T) {
	r := broken()
	v := &r.Results[0]
	v.Timeline.Failed = make([]float64, len(v.Timeline.Offered))
	if title := failover(r, v, "failover").figure.title; !strings.HasPrefix(title, "Fewer than 0.5%") {
		t.Errorf("title %q", title)
	}
	v.Requests.Completed = v.Requests.Offered
	if title := failover(r, v, "failover").figure.title; title != "Every request gets its answer" {
		t.Errorf("title %q", title)
	}
	v.Timeline.Events = nil
	if failover(r, v, "failover") != nil {
		t.Error("a failover where nothing happens")
	}
}

// Every result with events has its chart in the folder, one for each variant.
func TestFailoverFiles(t *testing.T) {
	r := sample.Comparison(2)
	done, err := WriteCharts(t.TempDir(), r)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range r.Results {
		if !slices.ContainsFunc(done.Files, func(path string) bool { return strings.HasSuffix(path, "failover-"+v.Name+".svg") }) {
			t.Errorf("no failover of %s among %v", v.Name, done.Files)
		}
	}
}

// A panel names as many servers as its legend has room for, and tells the others of them.
func TestServersInALegend(t *testing.T) {
	r := broken()
	x := &r.Results[0].Timeline
	long := "a-server-of-quite-a-long-name-"
	x.Events = nil
	for _, name := range []string{"1", "2", "3", "4", "5"} {
		x.Events = append(x.Events, result.Event{Kind: "down", Server: name}, result.Event{Kind: "up", Server: name})
	}
	if got := serverColors(x); len(got) != mostNamedServers {
		t.Errorf("short names: %v", got)
	}
	for i := range x.Events {
		x.Events[i].Server = long + x.Events[i].Server
	}
	if got := serverColors(x); len(got) != 1 || got[0] != long+"1" {
		t.Errorf("long names: %v", got)
	}
}

// The objective about the p99 is drawn where the curves stay readable beside it, with room
// for it over them.
func TestObjectiveIsDrawn(t *testing.T) {
	for _, c := range []struct {
		objective string
		limit     float64
		drawn     bool
	}{
		{"p99 < 100ms", 0.1, true}, {"p99 < 500ms", 0.5, true}, {"p99 < 1h", 3600, false}, {"p99{class=read} < 100ms", 0.1, false}, {"error_ratio < 1%", 0.01, false},
	} {
		r := broken()
		r.SLO = []result.Objective{{Objective: c.objective, Limit: c.limit, Variant: r.Results[0].Name}}
		p := latencyPanel(r, &r.Results[0], scale{low: 0, high: 120})
		if drawn := len(p.items) == 3; drawn != c.drawn || drawn && p.y.high < c.limit {
			t.Errorf("%s: %d items up to %v", c.objective, len(p.items), p.y.high)
		}
		if p := latencyPanel(r, &result.Variant{Timeline: r.Results[0].Timeline}, scale{low: 0, high: 120}); len(p.items) != 2 {
			t.Errorf("%s is drawn for another variant", c.objective)
		}
	}
}
