package charts

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"lbsim/reports"
	"lbsim/studies/result"
)

// Written says which charts there are.
type Written struct {
	Files   []string // paths, in the order written
	Skipped []Skipped
}

// Skipped is a chart that was not drawn and the reason.
type Skipped struct{ Chart, Why string }

// drawers are the charts of a result. Each returns its chart, or why there is
// none.
var drawers = []struct {
	name string
	draw func(*result.Result, palettes) (*chart, string)
}{
	{"latency-cdf", cdf},
	{"latency-ccdf", ccdf},
	{"quantiles", quantiles},
	{"timeline", timeline},
	{"servers", servers},
}

// WriteCharts draws r into dir, which it makes if need be: latency-cdf,
// latency-ccdf, quantiles, timeline and servers, and failover for each variant to whose
// world something happens, each as PNG (200 dpi), as SVG
// without embedded fonts and as CSV of the data drawn. Each file is written whole
// or not at all. Charts without data are skipped and named,
// and so are all where variants were asked at several loads: see LoadCurveOf.
func WriteCharts(dir string, r *result.Result) (Written, error) {
	var done Written
	all := palettesOf(identities(r.Results))
	for _, d := range drawers {
		if atLoads(r) > 1 {
			done.Skipped = append(done.Skipped, Skipped{d.name, "it shows one load at a time"})
			continue
		}
		c, why := d.draw(r, all)
		if c == nil {
			done.Skipped = append(done.Skipped, Skipped{d.name, why})
			continue
		}
		if err := c.write(dir, &done); err != nil {
			return done, err
		}
	}
	err := writeFailovers(dir, r, &done)
	return done, err
}

// mostFailovers is up to how many variants have a failover chart each.
const mostFailovers = 6

// writeFailovers draws each variant to whose world something happens.
func writeFailovers(dir string, r *result.Result, done *Written) error {
	switch {
	case atLoads(r) > 1:
		return nil
	case len(r.Results) > mostFailovers:
		done.Skipped = append(done.Skipped, Skipped{"failover", "there is one for each of at most 6 variants"})
		return nil
	}
	names := reports.FileNames(r)
	for i := range r.Results {
		name := "failover"
		if len(r.Results) > 1 {
			name += "-" + names[i]
		}
		if c := failover(r, &r.Results[i], name); c != nil {
			if err := c.write(dir, done); err != nil {
				return err
			}
		}
	}
	return nil
}

// WriteLoadCurve draws l into dir as load.png, load.svg and load.csv.
func WriteLoadCurve(dir string, l LoadCurve) (Written, error) {
	var done Written
	c, err := loadChart(l)
	if err != nil {
		return done, err
	}
	return done, c.write(dir, &done)
}

// drawer makes a chart of what was found, or says why there is none.
type drawer[T any] struct {
	name string
	draw func(T) (*chart, string)
}

// writeEach draws what each of the drawers makes.
func writeEach[T any](dir string, of T, drawers []drawer[T]) (Written, error) {
	var done Written
	for _, d := range drawers {
		c, why := d.draw(of)
		if c == nil {
			done.Skipped = append(done.Skipped, Skipped{d.name, why})
			continue
		}
		if err := c.write(dir, &done); err != nil {
			return done, err
		}
	}
	return done, nil
}

func (c *chart) write(dir string, done *Written) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for _, format := range []struct {
		extension string
		write     func(io.Writer) error
	}{{".png", func(w io.Writer) error { return c.figure.png(w, dotsPerInch) }}, {".svg", c.figure.svg}, {".csv", c.csv}} {
		path := filepath.Join(dir, c.name+format.extension)
		if err := reports.WriteFile(path, format.write); err != nil {
			return fmt.Errorf("chart %s: %w", c.name, err)
		}
		done.Files = append(done.Files, path)
	}
	return nil
}

func (f *figure) png(w io.Writer, dpi int) error {
	width, height := f.size()
	canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))
	f.draw(draw.New(canvas))
	_, err := vgimg.PngCanvas{Canvas: canvas}.WriteTo(w)
	return err
}

// svg names fallbacks with the metrics of Liberation Sans, for a font embedded in
// each chart would weigh a megabyte.
func (f *figure) svg(w io.Writer) error {
	width, height := f.size()
	canvas := vgsvg.New(width, height)
	f.draw(draw.New(canvas))
	var drawn bytes.Buffer
	if _, err := canvas.WriteTo(&drawn); err != nil {
		return err
	}
	_, err := w.Write(bytes.ReplaceAll(drawn.Bytes(), []byte("font-family:Liberation Sans;"), []byte("font-family:'Liberation Sans',Arial,Helvetica,sans-serif;")))
	return err
}

func (c *chart) csv(w io.Writer) error {
	return csv.NewWriter(w).WriteAll(c.data)
}
