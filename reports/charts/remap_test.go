package charts

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lbsim/reports/internal/sample"
	"lbsim/studies/remap"
)

func remapCharts(t testing.TB, m Remap) []*chart {
	t.Helper()
	var out []*chart
	for _, draw := range []func(Remap) (*chart, string){movedChart, flowChart, spreadChart, lookupChart} {
		c, why := draw(m)
		if c == nil {
			t.Fatal(why)
		}
		out = append(out, c)
	}
	return out
}

func TestRemapPictures(t *testing.T) {
	for _, c := range remapCharts(t, Remap{sample.Remap(), sample.Spread(), sample.Costs()}) {
		checkPicture(t, c)
	}
}

// A chart without data is skipped, and says why.
func TestRemapChartsWithoutData(t *testing.T) {
	r := sample.Remap()
	for i := range r.Steps {
		r.Steps[i].Before, r.Steps[i].After = nil, nil
	}
	done, err := WriteRemap(t.TempDir(), Remap{Result: r})
	if err != nil || len(done.Files) != 3 || len(done.Skipped) != 3 {
		t.Fatalf("%+v, error %v", done, err)
	}
	for _, s := range done.Skipped {
		if s.Why == "" {
			t.Errorf("%s is skipped without a reason", s.Chart)
		}
	}
	if done, err := WriteRemap(t.TempDir(), Remap{Result: &remap.Result{}}); err != nil || len(done.Files) > 0 {
		t.Errorf("an empty result: %+v, error %v", done, err)
	}
}

// The same figures give the same files, byte by byte.
func TestRemapFilesAreTheSameAgain(t *testing.T) {
	var content [2]string
	for i := range content {
		done, err := WriteRemap(t.TempDir(), Remap{sample.Remap(), sample.Spread(), sample.Costs()})
		if err != nil || len(done.Files) != 12 {
			t.Fatalf("%d files, error %v", len(done.Files), err)
		}
		for _, path := range done.Files {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			content[i] += filepath.Base(path) + string(data)
		}
	}
	if content[0] != content[1] {
		t.Error("they differ")
	}
}

// Titles state what the data says.
func TestRemapFindings(t *testing.T) {
	charts := remapCharts(t, Remap{sample.Remap(), sample.Spread(), sample.Costs()})
	for i, want := range []string{
		"09:00 +1: rendezvous hash moves 16.7% of the keys, the least possible; modulo hash moves 83.4%",
		"Modulo hash moves 66.7% of the keys between nodes that did not change",
		"with 10 points a node",
		"Among 100,000 nodes a lookup takes 300 µs with rendezvous hash, 4.00 ns with maglev",
	} {
		if !strings.Contains(charts[i].figure.title, want) {
			t.Errorf("%s: %q, want %q", charts[i].name, charts[i].figure.title, want)
		}
	}
	r := sample.Remap()
	r.Steps[0].Results = r.Steps[0].Results[:2]
	if c, _ := flowChart(Remap{Result: r}); c.figure.title != "Keys move only from and to the nodes that change" {
		t.Errorf("%q", c.figure.title)
	}
	if c, _ := movedChart(Remap{Result: &remap.Result{Steps: r.Steps[:1]}}); !strings.HasPrefix(c.figure.title, "Rendezvous hash moves 16.7% of the keys, the least possible") {
		t.Errorf("%q", c.figure.title)
	}
}

// The flow names its nodes, and under each picture the algorithm.
func TestFlowNamesNodes(t *testing.T) {
	c := remapCharts(t, Remap{sample.Remap(), sample.Spread(), sample.Costs()})[1]
	var out bytes.Buffer
	if err := c.figure.svg(&out); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{">1<", ">6<", "Modulo hash: "} {
		if !strings.Contains(out.String(), name) {
			t.Errorf("%s is missing", name)
		}
	}
}
