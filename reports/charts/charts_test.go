package charts

import (
	"bytes"
	"encoding/csv"
	"flag"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lbsim/reports/internal/sample"
	"lbsim/studies/result"
)

var update = flag.Bool("update", false, "rewrite the pictures in testdata; look at them before committing")

// goldenDPI keeps the pictures small; they are drawn by the same code at 200.
const goldenDPI = 80

func drawn(t testing.TB, name string, r *result.Result) *chart {
	t.Helper()
	for _, d := range drawers {
		if d.name == name {
			c, why := d.draw(r, palettesOf(identities(r.Results)))
			if c == nil {
				t.Fatalf("%s was skipped: %s", name, why)
			}
			return c
		}
	}
	t.Fatalf("no chart %s", name)
	return nil
}

// loadPoints has the shape of queueing delay, 1/(1-load), and an overload.
func loadPoints() []LoadPoint {
	var out []LoadPoint
	for i, v := range sample.Comparison(3).Results {
		for _, load := range []float64{0.5, 0.6, 0.7, 0.8, 0.9, 0.95} {
			p99 := 0.02 / (1 - load) * (1.6 - 0.3*float64(i))
			q := LoadPoint{Load: load, Variant: v.Name, Title: v.Title, Algorithm: v.Algorithm, Estimate: sample.Estimate(p99, 0.06*p99)}
			if i == 0 && load > 0.92 {
				q.Estimate = result.Estimate{}
			}
			out = append(out, q)
		}
	}
	return out
}

func drawnLoad(t testing.TB) *chart {
	t.Helper()
	c, err := loadChart(LoadCurve{Metric: "latency_seconds.p99", Footer: "Simulated: mixed-load, seed 1", Points: loadPoints()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPictures(t *testing.T) {
	three := sample.Comparison(3)
	for _, c := range []*chart{
		drawn(t, "latency-cdf", three), drawn(t, "latency-ccdf", three), drawn(t, "timeline", three),
		drawn(t, "quantiles", sample.Comparison(8)), drawn(t, "servers", three), drawnLoad(t),
	} {
		checkPicture(t, c)
	}
}

// checkPicture holds a chart against its picture in testdata.
func checkPicture(t *testing.T, c *chart) {
	t.Helper()
	var out bytes.Buffer
	if err := c.figure.png(&out, goldenDPI); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", c.name+".png")
	if *update {
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if share := difference(t, out.Bytes(), want); share > 0.002 {
		t.Errorf("%s: %.2f%% of the pixels differ from %s", c.name, 100*share, path)
	}
}

// difference is the share of pixels of which a channel differs by more than an
// eighth of its range: rounding on another platform moves the edges of strokes by
// less, a changed label or line by more.
func difference(t *testing.T, a, b []byte) float64 {
	t.Helper()
	first, second := decoded(t, a), decoded(t, b)
	if first.Bounds() != second.Bounds() {
		return 1
	}
	differ := 0
	box := first.Bounds()
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			r1, g1, b1, _ := first.At(x, y).RGBA()
			r2, g2, b2, _ := second.At(x, y).RGBA()
			if far(r1, r2) || far(g1, g2) || far(b1, b2) {
				differ++
			}
		}
	}
	return float64(differ) / float64(box.Dx()*box.Dy())
}

func far(a, b uint32) bool { return max(a, b)-min(a, b) > 0xffff/8 }

func decoded(t *testing.T, data []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// The comparison of pictures sees a changed word.
func TestDifferenceSeesAWord(t *testing.T) {
	c := drawn(t, "servers", sample.Comparison(3))
	var first, second bytes.Buffer
	c.figure.png(&first, goldenDPI)
	c.figure.subtitle = strings.Replace(c.figure.subtitle, "server", "client", 1)
	c.figure.png(&second, goldenDPI)
	if share := difference(t, first.Bytes(), second.Bytes()); share == 0 {
		t.Error("no pixel differs")
	}
}

// The same result gives the same files, byte by byte: PNG, SVG and CSV of each
// chart, and no others.
func TestFilesAreTheSameAgain(t *testing.T) {
	r := sample.Comparison(2)
	var content [2]map[string]string
	for i := range content {
		dir := filepath.Join(t.TempDir(), "new", "folder")
		done, err := WriteCharts(dir, r)
		if err != nil {
			t.Fatal(err)
		}
		content[i] = map[string]string{}
		for _, path := range done.Files {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			content[i][filepath.Base(path)] = string(data)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 21 || len(done.Files) != 21 {
			t.Errorf("%d files on the disk, %d reported, want 21", len(entries), len(done.Files))
		}
	}
	for name, data := range content[0] {
		if content[1][name] != data {
			t.Errorf("%s differs", name)
		}
	}
}

// The SVG holds its texts as text, in a font that is named and not embedded.
func TestSVGTexts(t *testing.T) {
	for _, c := range []*chart{drawn(t, "latency-ccdf", sample.Comparison(3)), drawn(t, "timeline", sample.Comparison(3)), drawnLoad(t)} {
		var out bytes.Buffer
		if err := c.figure.svg(&out); err != nil {
			t.Fatal(err)
		}
		svg := out.String()
		want := []string{c.figure.title, subtitleFace.wrapped(c.figure.subtitle, textWidth)[0], c.figure.panels[0].yLabel, "'Liberation Sans',Arial", "Round robin", "Power of two choices", "seed 1"}
		for _, text := range want {
			if !strings.Contains(svg, text) {
				t.Errorf("%s: %q is missing", c.name, text)
			}
		}
		if strings.Contains(svg, "base64") || len(svg) > 60_000 {
			t.Errorf("%s: %d bytes, or an embedded font", c.name, len(svg))
		}
	}
}

func TestChartsWithoutDataAreSkipped(t *testing.T) {
	r := sample.Comparison(2)
	for i := range r.Results {
		v := &r.Results[i]
		v.Distribution, v.Replicates, v.Servers = nil, nil, nil
		v.Timeline.P99, v.Timeline.InFlight = make([]*float64, 120), nil
	}
	done, err := WriteCharts(t.TempDir(), r)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range done.Skipped {
		names = append(names, s.Chart)
		if s.Why == "" {
			t.Errorf("%s is skipped without a reason", s.Chart)
		}
	}
	if !slices.Equal(names, []string{"latency-cdf", "latency-ccdf", "timeline", "servers"}) || len(done.Files) != 3 {
		t.Errorf("skipped %v, written %v", names, done.Files)
	}
	if done, err := WriteCharts(t.TempDir(), &result.Result{}); err != nil || len(done.Files) > 0 || len(done.Skipped) != len(drawers) {
		t.Errorf("an empty result: %v, error %v", done, err)
	}
	if _, err := WriteLoadCurve(t.TempDir(), LoadCurve{Points: []LoadPoint{{Load: 1, Variant: "a"}}}); err == nil {
		t.Error("a load curve without a known point was drawn")
	}
}

// The data beside the tail: shares fall, times rise, the last point rests on at
// least 20 requests, and the curve lies within the span of its replications.
func TestTailData(t *testing.T) {
	r := sample.Comparison(2)
	c := drawn(t, "latency-ccdf", r)
	n := float64(r.Results[0].Distribution.Count())
	last := map[string][2]float64{}
	for _, row := range c.data[1:] {
		x, share, low, high := parsed(t, row[1]), parsed(t, row[2]), parsed(t, row[3]), parsed(t, row[4])
		if share*n < leastBeyond*(1-1e-9) {
			t.Errorf("a point rests on %v requests", share*n)
		}
		if before, ok := last[row[0]]; ok && (share >= before[1] || x < before[0]) {
			t.Errorf("%v after %v", row, before)
		}
		if x < low*0.996 || x > high*1.004 { // a bucket's width
			t.Errorf("%v lies outside of its replications", row)
		}
		last[row[0]] = [2]float64{x, share}
	}
	if len(last) != 2 {
		t.Errorf("variants %v", last)
	}
}

// Overload leaves no p99, but what is in flight grows for all to see.
func TestTimelineOfOverload(t *testing.T) {
	r := sample.Overloaded()
	r.Results = r.Results[:1]
	v := &r.Results[0]
	v.Timeline.P99 = make([]*float64, 120)
	c := drawn(t, "timeline", r)
	if len(c.figure.panels) != 1 || c.figure.panels[0].yLabel != "Requests in flight" || c.figure.title != "Round robin is overloaded" {
		t.Errorf("%d panels, %q", len(c.figure.panels), c.figure.title)
	}
}

// Caches have a panel of their own, of the variants that have any.
func TestTimelineOfCaches(t *testing.T) {
	r := sample.Comparison(2)
	warming := &r.Results[1].Timeline
	for i := range warming.P99 {
		ratio := 1 - 1/float64(i+2)
		warming.HitRatio = append(warming.HitRatio, &ratio)
	}
	warming.HitRatio[9] = nil // nothing was looked up
	c := drawn(t, "timeline", r)
	panels := c.figure.panels
	if len(panels) != 3 || panels[2].yLabel != "Hit ratio (%)" || len(panels[2].items) != 1 || len(panels[2].events) == 0 {
		t.Fatalf("%d panels", len(panels))
	}
	for i, want := range []string{"", "", "Time (s)"} {
		if panels[i].xLabel != want {
			t.Errorf("panel %d: x label %q", i, panels[i].xLabel)
		}
	}
	if got := c.data[1][8] + c.data[121][8] + c.data[130][8]; c.data[0][8] != "hit_ratio" || got != "0.5" {
		t.Errorf("hit ratios %s", got)
	}
	r.Results[0].Timeline.P99, r.Results[1].Timeline.P99 = nil, nil
	if c = drawn(t, "timeline", r); len(c.figure.panels) != 2 {
		t.Errorf("without a p99: %d panels", len(c.figure.panels))
	}
}

// What happens before the measured window, a cold start, is no peak of what happened
// in it.
func TestTimelineTitleLeavesTheWarmUpOut(t *testing.T) {
	r := sample.Comparison(1)
	title := drawn(t, "timeline", r).figure.title
	start := 77.0
	r.Results[0].Timeline.P99[3] = &start
	if got := drawn(t, "timeline", r).figure.title; got != title {
		t.Errorf("%q, was %q", got, title)
	}
	r.WarmUp.Seconds = 0
	if got := drawn(t, "timeline", r).figure.title; got != "p99 peaks at 77.0 s" {
		t.Errorf("without a warm-up: %q", got)
	}
}

// A median far below p99 has a bar that can be seen.
func TestQuantilesFarApart(t *testing.T) {
	r := sample.Comparison(3)
	for i := range r.Results {
		p50 := *r.Results[i].Latency.P50.Value / 20
		r.Results[i].Latency.P50 = sample.Estimate(p50, p50/10)
	}
	p := drawn(t, "quantiles", r).figure.panels[0]
	if !p.y.log || p.y.at(*r.Results[1].Latency.P50.Value) < 0.1 || p.y.at(*r.Results[0].Latency.P99.High) > 0.95 {
		t.Errorf("%+v", p.y)
	}
}

// In a sweep the load curve stands alone, and no footer claims the scenario's load.
func TestSweep(t *testing.T) {
	r := sample.Comparison(2)
	loads := []float64{0.5, 0.9}
	for i := range r.Results {
		r.Results[i].Load = &loads[i]
	}
	done, err := WriteCharts(t.TempDir(), r)
	if err != nil || len(done.Files) > 0 || len(done.Skipped) != len(drawers) {
		t.Errorf("%+v, error %v", done, err)
	}
	curve, ok := LoadCurveOf(r)
	want := "Simulated: mixed-load (95% short reads and 5% long reports on five equal servers), 80,032 requests per variant, 20 replications, warm-up 10 s, seed 1"
	if !ok || curve.Footer != want {
		t.Errorf("%q", curve.Footer)
	}
}

func TestWithoutLoad(t *testing.T) {
	for description, want := range map[string]string{
		"Arrivals that come in bursts at 50% mean load":                          "Arrivals that come in bursts",
		"One server at 80% load, where theory knows every answer":                "One server, where theory knows every answer",
		"120% load on four servers":                                              "",
		"A day's swing in 24 minutes, from 24% load at night to 96% at the peak": "",
		"95% short reads on five equal servers":                                  "95% short reads on five equal servers",
	} {
		if got := withoutLoad(description); got != want {
			t.Errorf("%q: %q", description, got)
		}
	}
}

func TestTimelineData(t *testing.T) {
	r := sample.Comparison(1)
	c := drawn(t, "timeline", r)
	if len(c.data) != 121 || c.data[1][7] != "" || c.data[3][7] != number(*r.Results[0].Timeline.P99[2]) {
		t.Errorf("%d rows; %v; %v", len(c.data), c.data[1], c.data[3])
	}
	var out bytes.Buffer
	if err := c.csv(&out); err != nil {
		t.Fatal(err)
	}
	if rows, err := csv.NewReader(&out).ReadAll(); err != nil || len(rows) != 121 {
		t.Errorf("%d rows, error %v", len(rows), err)
	}
	// The line has a gap where the quantile is unknown, not a zero.
	r.Results[0].Timeline.P99[60] = nil
	if got := len(segments(r.Results[0].Timeline.P99, 1)); got != 2 {
		t.Errorf("%d segments, want 2", got)
	}
}

func parsed(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
