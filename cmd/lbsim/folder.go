package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"lbsim/reports"
	"lbsim/reports/charts"
	"lbsim/studies/result"
)

// written is the files of a folder, the charts that could not be drawn, and the files of an
// earlier result that were removed.
type written struct {
	names   []string
	skipped []charts.Skipped
	removed []string
}

// writeFolder writes all that there is of a result: charts, result.json, result.csv
// and each variant's latencies as a HdrHistogram percentile distribution.
func writeFolder(dir string, r *result.Result) (written, error) {
	var files written
	for _, f := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"result.json", func(w io.Writer) error { return reports.WriteJSON(w, r) }},
		{"result.csv", func(w io.Writer) error { return reports.WriteCSV(w, r) }},
	} {
		if err := files.write(dir, f.name, f.write); err != nil {
			return files, err
		}
	}
	if err := files.histograms(dir, r); err != nil {
		return files, err
	}
	drawn, err := charts.WriteCharts(dir, r)
	files.add(drawn)
	if err != nil {
		return files, err
	}
	if curve, ok := charts.LoadCurveOf(r); ok {
		drawn, err := charts.WriteLoadCurve(dir, curve)
		files.add(drawn)
		if err != nil {
			return files, err
		}
	}
	return files, files.tidy(dir)
}

// tidy removes what an earlier command wrote into the folder and this one did not.
func (f *written) tidy(dir string) (err error) {
	f.removed, err = reports.Tidy(dir, f.names)
	return err
}

func (f *written) histograms(dir string, r *result.Result) error {
	names := reports.FileNames(r)
	for i := range r.Results {
		v, name := &r.Results[i], names[i]
		if v.Distribution.Count() == 0 {
			continue
		}
		if err := f.write(dir, name+".hgrm", func(w io.Writer) error { return reports.WritePercentiles(w, v.Distribution) }); err != nil {
			return err
		}
	}
	return nil
}

func (f *written) write(dir, name string, write func(io.Writer) error) error {
	f.names = append(f.names, name)
	return reports.WriteFile(filepath.Join(dir, name), write)
}

func (f *written) add(c charts.Written) {
	for _, path := range c.Files {
		f.names = append(f.names, filepath.Base(path))
	}
	f.skipped = append(f.skipped, c.Skipped...)
}

// list says what was written and what was removed.
func (f *written) list(w io.Writer, dir string) {
	fmt.Fprintf(w, "wrote %d files to %s: %s\n", len(f.names), dir, inShort(f.names))
	if len(f.removed) > 0 {
		fmt.Fprintf(w, "removed %d files of an earlier result: %s\n", len(f.removed), inShort(f.removed))
	}
	for _, s := range f.skipped {
		fmt.Fprintf(w, "no chart %s: %s\n", s.Chart, s.Why)
	}
}

// inShort lists files, those of a chart that follow each other as one.
func inShort(names []string) string {
	var short []string
	for _, name := range names {
		stem, extension := strings.TrimSuffix(name, filepath.Ext(name)), filepath.Ext(name)
		switch last := len(short) - 1; {
		case extension == ".svg" && last >= 0 && short[last] == stem+".png":
			short[last] = stem + ".{png,svg}"
		case extension == ".csv" && last >= 0 && short[last] == stem+".{png,svg}":
			short[last] = stem + ".{png,svg,csv}"
		default:
			short = append(short, name)
		}
	}
	return strings.Join(short, " ")
}
