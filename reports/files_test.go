package reports

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"pgregory.net/rapid"

	"lbsim/reports/internal/sample"
	"lbsim/sim/histogram"
)

// Every row of the CSV is a figure of the result, once.
func TestCSVIsTidy(t *testing.T) {
	r := sample.Comparison(3)
	r.Results[1].Latency.P99.Low = nil
	var out bytes.Buffer
	if err := WriteCSV(&out, r); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(rows[0], ","); got != "variant,class,metric,value,low,high" {
		t.Errorf("header %s", got)
	}
	seen := map[string][]string{}
	for _, row := range rows[1:] {
		key := strings.Join(row[:3], " ")
		if seen[key] != nil {
			t.Errorf("%s is there twice", key)
		}
		seen[key] = row
	}
	if want := 3 * (44 + 2*16); len(rows)-1 != want {
		t.Errorf("%d rows, want %d", len(rows)-1, want)
	}
	p99 := seen["least_connections all latency_seconds.p99"]
	if v, _ := strconv.ParseFloat(p99[3], 64); v != *r.Results[1].Latency.P99.Value || p99[4] != "" {
		t.Errorf("p99 row %v", p99)
	}
	if v := seen["power_of_two report requests.offered"]; v == nil || v[3] != strconv.FormatUint(r.Results[2].Classes[1].Requests.Offered, 10) {
		t.Errorf("offered of report: %v", v)
	}
}

// A failing writer is reported.
func TestCSVReportsWriteErrors(t *testing.T) {
	if err := WriteCSV(failing{}, sample.Comparison(2)); !errors.Is(err, errDisk) {
		t.Errorf("error: %v", err)
	}
}

var errDisk = errors.New("disk full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errDisk }

// The exported histogram has the same counts and, within its 3 digits and half a
// bucket, the same quantiles: 1/2000 + 1/512 < 0.3%.
func TestHistogramLogRoundTrip(t *testing.T) {
	h := sample.Comparison(1).Results[0].Distribution
	var out bytes.Buffer
	if err := WriteHistogramLog(&out, "power of two, seeded", 600, h); err != nil {
		t.Fatal(err)
	}
	back, err := hdrhistogram.NewHistogramLogReader(&out).NextIntervalHistogram()
	if err != nil || back == nil {
		t.Fatalf("%v, error %v", back, err)
	}
	if back.Tag() != "power_of_two__seeded" || back.EndTimeMs()-back.StartTimeMs() != 600_000 {
		t.Errorf("tag %q, from %d to %d ms", back.Tag(), back.StartTimeMs(), back.EndTimeMs())
	}
	if back.TotalCount() != int64(h.Count()) {
		t.Errorf("%d values, want %d", back.TotalCount(), h.Count())
	}
	for _, q := range []float64{0.01, 0.5, 0.9, 0.99, 0.999} {
		got, want := float64(back.ValueAtQuantile(100*q))/1e9, h.Quantile(q)
		if math.Abs(got-want) > 0.003*want {
			t.Errorf("q%v = %v, want %v", q, got, want)
		}
	}
}

func TestHistogramLogHasNoOtherClock(t *testing.T) {
	h := sample.Comparison(1).Results[0].Distribution
	var first, second bytes.Buffer
	if err := errors.Join(WriteHistogramLog(&first, "a", 1, h), WriteHistogramLog(&second, "a", 1, h)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two exports differ")
	}
}

// The percentile distribution ends with all requests at 100% and has p50 in
// milliseconds.
func TestPercentiles(t *testing.T) {
	var h histogram.Histogram
	for i := range 1000 {
		h.Record(time.Duration(i+1) * time.Millisecond)
	}
	var out bytes.Buffer
	if err := WritePercentiles(&out, &h); err != nil {
		t.Fatal(err)
	}
	var last []string
	median := 0.0
	for line := range strings.Lines(out.String()) {
		f := strings.Fields(line)
		if len(f) == 4 && f[0] != "Value" && !strings.HasPrefix(line, "#") {
			last = f
			if p, _ := strconv.ParseFloat(f[1], 64); p == 0.5 {
				median, _ = strconv.ParseFloat(f[0], 64)
			}
		}
	}
	if math.Abs(median-500) > 1.5 {
		t.Errorf("median %v ms, want 500", median)
	}
	if last[1] != "1.000000" || last[2] != "1000" {
		t.Errorf("last line %v", last)
	}
}

func TestEmptyHistogramIsAnError(t *testing.T) {
	for _, h := range []*histogram.Histogram{nil, new(histogram.Histogram)} {
		if WriteHistogramLog(io.Discard, "a", 1, h) == nil || WritePercentiles(io.Discard, h) == nil {
			t.Error("an empty distribution was exported")
		}
	}
}

// Whatever the names hold, a CSV reader gets back the same fields.
func TestRequestRowsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(rapid.SampledFrom([]string{"", "a,b", `say "hi"`, " led", "two\nlines", "\ttab"}), rapid.StringMatching(`[a-z0-9_.:,"é ]{0,12}`))
		row := RequestRow{
			Variant: name.Draw(t, "variant"), Replication: rapid.IntRange(0, 99).Draw(t, "replication"), ID: rapid.Uint64().Draw(t, "id"),
			Arrival: rapid.Float64Range(0, 1e6).Draw(t, "arrival"), Wait: 0.25, Service: 1e-9, Latency: 0.5,
			Class: name.Draw(t, "class"), Server: name.Draw(t, "server"), Client: name.Draw(t, "client"),
			Key: rapid.Uint64().Draw(t, "key"), Attempts: 2, Outcome: "completed", Status: 200,
		}
		var out bytes.Buffer
		w := NewRequestWriter(&out)
		if err := errors.Join(w.Write(&row), w.Flush()); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[0]) != len(rows[1]) {
			t.Fatalf("%v, error %v", rows, err)
		}
		want := fmt.Sprint([]string{row.Variant, strconv.Itoa(row.Replication), strconv.FormatUint(row.ID, 10), strconv.FormatFloat(row.Arrival, 'f', -1, 64),
			"0.25", "0.000000001", "0.5", row.Class, row.Server, row.Client, strconv.FormatUint(row.Key, 10), "2", "completed", "200"})
		if got := fmt.Sprint(rows[1]); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

func TestRequestRowAllocatesNothing(t *testing.T) {
	w := NewRequestWriter(io.Discard)
	row := RequestRow{Variant: "round_robin", Server: "api-1", Outcome: "completed", Arrival: 1.0 / 3}
	if n := testing.AllocsPerRun(1000, func() { w.Write(&row) }); n > 0 {
		t.Errorf("%v allocations a row", n)
	}
}

func TestRequestWriterKeepsTheError(t *testing.T) {
	w := NewRequestWriter(failing{})
	if err := w.Flush(); !errors.Is(err, errDisk) {
		t.Errorf("error: %v", err)
	}
}

func TestWriteFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "out.json")
	write := func(text string, fail error) func(io.Writer) error {
		return func(w io.Writer) error {
			io.WriteString(w, text)
			return fail
		}
	}
	if err := WriteFile(path, write("first", nil)); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, write("half of the sec", errDisk)); !errors.Is(err, errDisk) {
		t.Errorf("error: %v", err)
	}
	func() {
		defer func() { recover() }()
		WriteFile(path, func(w io.Writer) error { panic("halfway") })
	}()
	expect(t, path, "first")
	if err := WriteFile(path, write("second", nil)); err != nil {
		t.Fatal(err)
	}
	expect(t, path, "second")
	if entries, _ := os.ReadDir(folder); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// A link is written through, so that it still points where its owner wants; and
// neither a pipe nor a folder is replaced by a file.
func TestWriteFileKeepsWhatIsNoFile(t *testing.T) {
	folder := t.TempDir()
	target, link := filepath.Join(folder, "target"), filepath.Join(folder, "link")
	if err := os.WriteFile(target, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	text := func(w io.Writer) error { _, err := io.WriteString(w, "text"); return err }
	if err := WriteFile(link, text); err != nil {
		t.Fatal(err)
	}
	expect(t, target, "text")
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link is gone")
	}
	if err := WriteFile(os.DevNull, text); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatal("the null device was replaced")
	}
	if WriteFile(folder, text) == nil {
		t.Error("a folder was written")
	}
	if WriteFile(filepath.Join(folder, "none", "out"), text) == nil {
		t.Error("a file in no folder was written")
	}
}

func expect(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s holds %q, error %v; want %q", path, got, err, want)
	}
}
