package charts

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// Whatever the names: every text stays within the figure, legend entries touch
// neither each other nor the next row, and title, legend, panels and footer follow
// each other without overlap, the panels with room for their data.
func TestNothingOverlaps(t *testing.T) {
	name := rapid.StringMatching(`[A-Za-z0-9_=:,.-]{1,30}( [a-z0-9]{1,20}){0,12}`)
	rapid.Check(t, func(t *rapid.T) {
		f := &figure{title: name.Draw(t, "title"), subtitle: name.Draw(t, "subtitle"), footer: name.Draw(t, "footer")}
		for _, text := range rapid.SliceOfN(name, 0, 14).Draw(t, "legend") {
			f.legend = append(f.legend, entry{text: text, box: rapid.Bool().Draw(t, "box")})
		}
		for range rapid.IntRange(1, 2).Draw(t, "panels") {
			p := &panel{xLabel: "x", x: scale{0, 1, false}, y: scale{0, 1, false}, named: rapid.Bool().Draw(t, "named")}
			for range rapid.IntRange(0, 9).Draw(t, "events") {
				p.events = append(p.events, eventLabel{at: rapid.Float64Range(0, 1).Draw(t, "at"), text: name.Draw(t, "event")})
			}
			f.panels = append(f.panels, p)
		}
		fr := f.layout()
		checkTexts(t, fr)
		checkLegend(t, fr)
		checkOrder(t, f, fr)
	})
}

func checkTexts(t *rapid.T, fr frame) {
	for _, part := range []struct {
		texts []textAt
		face  typeface
	}{{fr.title, titleFace}, {fr.subtitle, subtitleFace}, {fr.footer, footerFace}} {
		for _, s := range part.texts {
			if s.X < margin || s.X+part.face.width(s.text) > fr.size.X-margin+0.01 || s.Y < 0 || s.Y > fr.size.Y {
				t.Fatalf("%q leaves the figure", s.text)
			}
		}
	}
}

func checkLegend(t *rapid.T, fr frame) {
	for i, e := range fr.legend {
		if e.X+e.width > fr.size.X-margin+0.01 {
			t.Fatalf("legend entry %q ends at %v", e.text, e.X+e.width)
		}
		if i == 0 {
			continue
		}
		before := fr.legend[i-1]
		sameRow := e.Y == before.Y
		if sameRow && e.X < before.X+before.width+legendGap-0.01 || !sameRow && e.Y > before.Y-legendFace.face.Font.Size {
			t.Fatalf("legend entries %q and %q touch", before.text, e.text)
		}
	}
}

func checkOrder(t *rapid.T, f *figure, fr frame) {
	floor := fr.size.Y
	below := func(what string, y vg.Length) {
		if y > floor+0.01 {
			t.Fatalf("%s at %v overlaps what ends at %v", what, y, floor)
		}
		floor = y
	}
	for _, s := range append(fr.title, fr.subtitle...) {
		below("text", s.Y)
	}
	for _, e := range fr.legend {
		below("legend", e.Y-2)
	}
	for i, r := range fr.panels {
		below("panel's top", r.Max.Y)
		box := f.panels[i].box(r, f.panels[i].yTickWidth())
		if box.Size().Y < leastPanel-0.01 || box.Size().X < textWidth/2 {
			t.Fatalf("panel %d has a box of %v", i, box.Size())
		}
		below("panel's bottom", r.Min.Y)
	}
	for _, s := range fr.footer {
		below("footer", s.Y+footerFace.face.Font.Size*0.7)
	}
}

// Names of events neither touch each other nor leave the panel, those of what was done to
// the world come first, and in the upper rows no vertical crosses a name that was placed
// before.
func TestMarksDoNotTouch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const width = vg.Length(420)
		var events []eventLabel
		for range rapid.IntRange(1, 30).Draw(t, "events") {
			events = append(events, eventLabel{rapid.Float64Range(-5, 105).Draw(t, "at"), rapid.StringMatching(`[a-z]{3,9} [a-z0-9-]{0,50}`).Draw(t, "text"), rapid.IntRange(0, 2).Draw(t, "rank")})
		}
		marks := placeMarks(events, scale{low: 0, high: 100}, width)
		first := slices.IndexFunc(marks, func(m mark) bool { return m.rank == 0 })
		if first >= 0 && marks[first].row != 0 {
			t.Fatalf("%+v of what was done has no place in the first row", marks[first])
		}
		for i, a := range marks {
			if a.at < 0 || a.at > 100 {
				t.Fatalf("%+v is no instant of the panel", a)
			}
			if a.row >= 0 && (a.from < 0 || a.to() > width+2 || a.row >= mostRows) {
				t.Fatalf("%+v leaves the rows", a)
			}
			for _, b := range marks[:i] {
				if a.row == b.row && a.row >= 0 && a.from < b.to() && b.from < a.to() {
					t.Fatalf("%+v and %+v touch", a, b)
				}
			}
		}
	})
}

// Marks that come one soon after the other all have their names, and no vertical crosses
// one as long as three rows are enough.
func TestMarksHaveNames(t *testing.T) {
	var events []eventLabel
	for i := range 9 {
		events = append(events, eventLabel{float64(10 + 8*i), "api 3→4 (cpu)", 1})
	}
	marks := placeMarks(append(events, eventLabel{98, "restore api-1", 0}), scale{low: 0, high: 100}, 420)
	for i, m := range marks {
		if m.row < 0 {
			t.Errorf("%+v has no name", m)
		}
		for _, o := range marks {
			if i < 3 && m.crosses(&o) {
				t.Errorf("%+v crosses %+v", m, o)
			}
		}
	}
	if last := marks[9]; last.from > last.x || rowsOf(marks) != clearRows {
		t.Errorf("at the edge %+v; %d rows", last, rowsOf(marks))
	}
}

// Labels of ticks leave room between them.
func TestTickLabelsDoNotTouch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := math.Pow(10, rapid.Float64Range(-8, 1).Draw(t, "low"))
		s := logAround(low, low*math.Pow(10, rapid.Float64Range(0, 7).Draw(t, "decades")))
		width := vg.Length(rapid.Float64Range(100, 430).Draw(t, "width"))
		end := vg.Length(math.Inf(-1))
		shown := withoutOverlap(durationTicks(s), func(k tick) vg.Length { return vg.Length(s.at(k.value)) * width })
		for _, k := range shown {
			x, half := vg.Length(s.at(k.value))*width, tickFace.width(k.label)/2
			if x-half < end+4 {
				t.Fatalf("%q touches the label before", k.label)
			}
			end = x + half
		}
		if len(shown) == 0 {
			t.Fatalf("no label from %v to %v", s.low, s.high)
		}
	})
}

func TestScales(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := math.Pow(10, rapid.Float64Range(-9, 4).Draw(t, "a"))
		b := a * rapid.Float64Range(1, 1e6).Draw(t, "ratio")
		s := logAround(a, b)
		if !s.holds(a) || !s.holds(b) || s.low < a/2.51 || s.high > b*10.01 {
			t.Fatalf("[%v, %v] on a scale of [%v, %v]", a, b, s.low, s.high)
		}
		top := fromZero(b, 0.05)
		if n := len(linearTicks(top, wording.Plain, 6)); n < 3 || n > 8 {
			t.Fatalf("%d ticks up to %v", n, b)
		}
	})
	if got := fmt.Sprint(labels(durationTicks(scale{0.0005, 2, true}))); got != "[1 ms 10 ms 100 ms 1 s]" {
		t.Errorf("labels %v", got)
	}
	if got := fmt.Sprint(labels(durationTicks(scale{0.002, 0.05, true}))); got != "[2 ms 5 ms 10 ms 20 ms 50 ms]" {
		t.Errorf("labels %v", got)
	}
	if got := fmt.Sprint(labels(linearTicks(scale{0, 0.11, false}, wording.Milliseconds, 6))); got != "[0 20 40 60 80 100]" {
		t.Errorf("labels %v", got)
	}
	if got := fmt.Sprint(labels(tailTicks(scale{1e-5, 1, true}))); got != "[100% 10% (p90) 1% (p99) 0.1% (p99.9) 0.01% (p99.99) 0.001% (p99.999)]" {
		t.Errorf("labels %v", got)
	}
}

func labels(ticks []tick) []string {
	var out []string
	for _, t := range ticks {
		if t.label != "" {
			out = append(out, t.label)
		}
	}
	return out
}

// An algorithm has its colour whoever it is compared with, as long as that one
// does not have it; and no two variants look the same.
func TestColors(t *testing.T) {
	rr, lc := identity{algorithm: "round_robin"}, identity{algorithm: "least_connections"}
	if looks([]identity{rr, lc})[1].color != looks([]identity{lc, {algorithm: "mine"}, rr})[0].color {
		t.Error("least_connections changes its colour")
	}
	if l := looks([]identity{{algorithm: "mine"}, rr}); l[1].color != palette[colorOf["round_robin"]] || l[0].color == l[1].color {
		t.Error("an unknown algorithm takes a known one's colour")
	}
	seen := map[string]bool{}
	many := looks(make([]identity, 14))
	for _, l := range many {
		seen[fmt.Sprint(l.color)] = true
	}
	if len(seen) != len(many) {
		t.Errorf("%d colours for %d variants", len(seen), len(many))
	}
}

func TestFindings(t *testing.T) {
	change := func(candidate, verdict string, relative float64) result.Comparison {
		return result.Comparison{Baseline: "round_robin", Candidate: candidate, Metric: "latency_seconds.p99", Verdict: verdict, Relative: &relative,
			Difference: result.Estimate{Value: &relative}}
	}
	results := []result.Variant{{Name: "round_robin", Title: "Round robin"}, {Name: "least_connections", Title: "Least connections"}, {Name: "peak_ewma", Title: "Peak EWMA"}, {Name: "p2c:choices=3"}}
	for _, c := range []struct {
		comparisons []result.Comparison
		want        string
	}{
		{nil, ""},
		{[]result.Comparison{change("least_connections", "better", -0.38)}, "Least connections cuts p99 by 38% against round robin"},
		{[]result.Comparison{change("least_connections", "better", -0.38), change("peak_ewma", "better", -0.41)}, "Peak EWMA cuts p99 by 41% against round robin"},
		{[]result.Comparison{change("p2c:choices=3", "better", -0.05)}, "p2c:choices=3 cuts p99 by 5.0% against round robin"},
		{[]result.Comparison{change("least_connections", "worse", 0.12)}, "Least connections raises p99 by 12% against round robin"},
		{[]result.Comparison{change("least_connections", "worse", 11)}, "Least connections multiplies p99 by 12 against round robin"},
		{[]result.Comparison{change("least_connections", "worse", 0.12), change("peak_ewma", "worse", 0.2)}, "Nothing beats round robin: p99 is higher with every alternative"},
		{[]result.Comparison{change("least_connections", "worse", 0.12), change("peak_ewma", "no_difference", 0.01)}, "Least connections raises p99 by 12% against round robin"},
		{[]result.Comparison{change("peak_ewma", "no_difference", 0.01)}, "No difference in p99 shown between round robin and peak EWMA"},
		{[]result.Comparison{change("least_connections", "no_difference", 0), change("peak_ewma", "no_difference", 0.01)}, "No difference in p99 shown between the variants"},
		{[]result.Comparison{change("least_connections", "undecided", -0.3)}, ""},
		{[]result.Comparison{change("least_connections", "undecided", -0.3), change("peak_ewma", "worse", 0.2)}, ""},
	} {
		r := &result.Result{Results: results, Comparisons: c.comparisons}
		if got := finding(r, "latency_seconds.p99"); string(got) != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	ofClass := change("least_connections", "better", -0.38)
	ofClass.Class = "read"
	if got := finding(&result.Result{Results: results, Comparisons: []result.Comparison{ofClass}}, "latency_seconds.p99"); got != "" {
		t.Errorf("a finding about one class is said of all requests: %q", got)
	}
	if got := finding(&result.Result{Results: []result.Variant{{Name: "a", Unstable: true}, {Name: "b"}}}, "latency_seconds.p99"); got != "A is overloaded" {
		t.Errorf("overload: %q", got)
	}
}

// What only one balancer did is not drawn across all; what was done to the world
// is, the servers of an instant together.
func TestEventLabels(t *testing.T) {
	crash := func(server string) result.Event { return result.Event{At: 20, Kind: "crash", Server: server} }
	first := &result.Variant{Timeline: result.Timeline{Events: []result.Event{
		{At: 60, Kind: "configure", Detail: "algorithm=maglev"}, {At: 24, Kind: "ejected", Server: "api-1"}, crash("api-1"), crash("api-2"), crash("api-3"),
		{At: 40, Kind: "slow_start", Server: "api-1"}, {At: 50, Kind: "scale", Detail: "scale api to 8"},
	}}}
	second := &result.Variant{Timeline: result.Timeline{Events: slices.Concat(first.Timeline.Events[:1], first.Timeline.Events[2:])}}
	for _, v := range []*result.Variant{first, second} { // a step that happens to be alike
		v.Timeline.Events = append(v.Timeline.Events, result.Event{At: 70, Kind: "batch", Detail: "batch 1 of api"})
	}
	got := fmt.Sprint(labelled(commonEvents([]*result.Variant{first, second}), 1))
	if want := "[{20 crash 3 servers 0} {40 slow start api-1 0} {50 scale api to 8 0} {60 configure algorithm=maglev 0}]"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := len(labelled(commonEvents([]*result.Variant{first}), 1)); got != 6 {
		t.Errorf("%d labels for a single variant, want 6", got)
	}
	down := func(at float64, server string) result.Event {
		return result.Event{At: at, Kind: "down", Server: server, Detail: result.ByBalancer}
	}
	soon := []result.Event{down(5, "a"), {At: 5.2, Kind: "panic", Detail: result.ByBalancer}, down(5.5, "b"), {At: 5.6, Kind: "draining", Server: "c"}, down(9, "a"), {At: 9, Kind: "batch", Detail: "batch 1 of api"},
		{At: 12, Kind: "panic", Pool: "db", Detail: result.ByBalancer}}
	if got, want := fmt.Sprint(labelled(soon, 1)), "[{5 down a, b 1} {5.2 panic 1} {5.6 draining c 2} {9 down a 1} {9 batch 1 of api 1} {12 panic db 1}]"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestProfileBeginsWithTheBusiest(t *testing.T) {
	at := func(v float64) result.Server { return result.Server{Utilization: result.Estimate{Value: &v}} }
	if got := fmt.Sprint(profile([]result.Server{at(0.5), {}, at(0.9), at(0.7)})); got != "[{1 0.9} {2 0.7} {3 0.5}]" {
		t.Errorf("profile %s", got)
	}
}

// A load curve goes from the least load to the greatest, in whatever order the
// points came, and its variants keep the order of their first points.
func TestLoadCurveIsInOrder(t *testing.T) {
	ids, lines := LoadCurve{Points: []LoadPoint{{Load: 0.9, Variant: "b"}, {Load: 0.5, Variant: "a"}, {Load: 0.5, Variant: "b", Title: "B"}, {Load: 0.7, Variant: "b"}}}.byVariant()
	if len(ids) != 2 || ids[0].name != "b" || ids[0].title != "b" || ids[1].name != "a" {
		t.Errorf("variants %v", ids)
	}
	var loads []float64
	for _, q := range lines[0] {
		loads = append(loads, q.Load)
	}
	if !slices.Equal(loads, []float64{0.5, 0.7, 0.9}) {
		t.Errorf("loads %v", loads)
	}
}
