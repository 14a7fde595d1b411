package reports

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"

	"lbsim/reports/internal/sample"
	"lbsim/studies/result"
)

var update = flag.Bool("update", false, "rewrite the files in testdata; read what changed before committing it")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got:\n%s\nwant:\n%s", path, got, want)
	}
}

func tableOf(t *testing.T, r *result.Result, opt TableOptions) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := WriteTable(&out, r, opt); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestTables(t *testing.T) {
	for _, c := range []struct {
		name   string
		result *result.Result
		opt    TableOptions
	}{
		{"compare-80.txt", sample.Comparison(3), TableOptions{Width: 80}},
		{"compare-full.txt", sample.Comparison(3), TableOptions{Full: true}},
		{"compare.md", sample.Comparison(3), TableOptions{Markdown: true}},
		{"run-100.txt", sample.Run(), TableOptions{Width: 100}},
		{"overload-80.txt", sample.Overloaded(), TableOptions{Width: 80}},
		{"color-100.ansi", sample.Comparison(2), TableOptions{Width: 100, Color: true}},
	} {
		t.Run(c.name, func(t *testing.T) { golden(t, c.name, tableOf(t, c.result, c.opt)) })
	}
}

// No line is wider than the terminal, except for a single word that is.
func TestTableFitsItsWidth(t *testing.T) {
	long := sample.Comparison(8)
	for i := range long.Results {
		long.Results[i].Name += ":with_a_long_name=of_many_words,and_parameters=42"
	}
	for _, r := range []*result.Result{sample.Comparison(8), sample.Run(), sample.Overloaded(), long} {
		for width := 60; width <= 200; width += 7 {
			out := string(tableOf(t, r, TableOptions{Width: width, Color: width%2 == 0, Full: true}))
			for line := range strings.Lines(out) {
				if got := text.StringWidthWithoutEscSequences(strings.TrimSuffix(line, "\n")); got > width && strings.Contains(strings.TrimSpace(line), " ") {
					t.Fatalf("width %d: a line of %d:\n%s", width, got, line)
				}
			}
		}
	}
}

// A wide table shows more than a narrow one and the narrow one says what it
// leaves out.
func TestNarrowTableNamesWhatIsLeftOut(t *testing.T) {
	narrow, wide := string(tableOf(t, sample.Comparison(3), TableOptions{Width: 80})), string(tableOf(t, sample.Comparison(3), TableOptions{}))
	if !strings.Contains(wide, "throughput (/s)") || strings.Contains(narrow, "throughput (/s)") {
		t.Error("the width does not choose the columns")
	}
	if !regexp.MustCompile(`(?s)wider terminal\s+also\s+shows.*throughput`).MatchString(narrow) {
		t.Error("the narrow table does not say that it hides the throughput")
	}
}

// An overloaded variant has no latency printed, even when the result carries one.
func TestOverloadSaysSo(t *testing.T) {
	r := sample.Comparison(2)
	r.Results[0].Unstable = true
	r.Results[0].Name = "saturated"
	r.Warnings = []string{"saturated is overloaded"}
	out := string(tableOf(t, r, TableOptions{}))
	warning, first := strings.Index(out, "warning: saturated is overloaded"), strings.Index(out, "mean (ms)")
	if warning < 0 || warning > first {
		t.Errorf("no warning before the figures:\n%s", out)
	}
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "saturated (overloaded)") && (!strings.Contains(line, "–") || strings.Contains(line, "107")) {
			t.Errorf("a latency is printed: %s", line)
		}
	}
}

// The best of a column is marked, and none where all read the same.
func TestBestIsMarked(t *testing.T) {
	out := string(tableOf(t, sample.Comparison(3), TableOptions{Markdown: true}))
	for line := range strings.Lines(out) {
		cells := strings.Split(line, "|")
		if len(cells) < 8 || !strings.Contains(cells[1], "least_connections") {
			continue
		}
		if !strings.HasPrefix(cells[5], " **50.5") {
			t.Errorf("p99 of the best is not bold: %s", cells[5])
		}
		if strings.Contains(cells[6], "**") {
			t.Errorf("throughput is the same for all, yet marked: %s", cells[6])
		}
		return
	}
	t.Error("no row of least_connections")
}

// In a sweep of loads the best is sought at each load, and where one variant is
// overloaded nothing is best.
func TestBestAtItsLoad(t *testing.T) {
	r := &result.Result{Scenario: "sweep"}
	for _, c := range []struct {
		name string
		load float64
		p99  float64
	}{{"rr@50%", 0.5, 0.030}, {"lc@50%", 0.5, 0.020}, {"rr@90%", 0.9, 0.300}, {"lc@90%", 0.9, 0.200}, {"rr@120%", 1.2, 0}, {"lc@120%", 1.2, 0.900}} {
		r.Results = append(r.Results, result.Variant{Name: c.name, Load: &c.load, Unstable: c.p99 == 0, Latency: result.Latency{P99: sample.Estimate(c.p99, 0.001)}})
	}
	out := string(tableOf(t, r, TableOptions{}))
	for line := range strings.Lines(out) {
		name, _, _ := strings.Cut(line, " ")
		if want := name == "lc@50%" || name == "lc@90%"; name != "*" && strings.Contains(line, "*") != want {
			t.Errorf("marked must be %v: %s", want, line)
		}
	}
	if !strings.Contains(out, "* best at its load") || !strings.Contains(out, "– overloaded: no mean") || strings.Contains(out, "too few") {
		t.Errorf("the legend is wrong:\n%s", out)
	}
}

// A single overloaded run has no columns of dashes.
func TestOverloadedRun(t *testing.T) {
	r := sample.Overloaded()
	r.Results = r.Results[:1]
	out := string(tableOf(t, r, TableOptions{}))
	if strings.Contains(out, "–") || strings.Contains(out, "p99 (ms)") || !strings.Contains(out, "worked off after the end") {
		t.Errorf("got:\n%s", out)
	}
}

func TestEmptyResult(t *testing.T) {
	out := string(tableOf(t, &result.Result{Scenario: "nothing"}, TableOptions{Width: 80}))
	if !strings.HasPrefix(out, "nothing\n") || strings.Contains(out, "variant") {
		t.Errorf("got:\n%s", out)
	}
}

// Where one variant is overloaded there is no latency to compare, but a verdict: who
// keeps up, said once for all metrics.
func TestVerdictOnOverload(t *testing.T) {
	for _, c := range []struct {
		baseline, candidate bool // overloaded
		want                string
	}{
		{true, false, "  fast keeps up with the load that overloads slow\n"},
		{false, true, "  fast is overloaded where slow keeps up with the load\n"},
		{true, true, "  fast and slow are both overloaded: there is no latency to compare\n"},
	} {
		r := &result.Result{Results: []result.Variant{{Name: "slow", Unstable: c.baseline}, {Name: "fast", Unstable: c.candidate}}}
		for _, metric := range []string{"latency_seconds.mean", "latency_seconds.p99"} {
			r.Comparisons = append(r.Comparisons, result.Comparison{Baseline: "slow", Candidate: "fast", Metric: metric, Verdict: "undecided"})
		}
		_, verdict, _ := strings.Cut(string(tableOf(t, r, TableOptions{Width: 80})), "Verdict\n")
		if verdict != c.want {
			t.Errorf("%+v: %q", c, verdict)
		}
	}
}
