package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"lbsim/reports"
	"lbsim/reports/charts"
	"lbsim/studies/fit"
)

// document is what is printed as YAML.
func (a *fitting) document(r *fit.Result) fit.Pairs {
	if a.world {
		return r.World()
	}
	return r.Scenario(a.Algorithm)
}

func (a *fitting) show(ctx context.Context, cmd *cobra.Command, r *fit.Result) error {
	document := a.document(r)
	var text bytes.Buffer
	if document != nil {
		if err := reports.WriteFitYAML(&text, r, document); err != nil {
			return err
		}
	}
	folder := a.dir != "" && !isYAML(a.dir)
	if folder && r.Servers != nil && r.Workload != nil {
		var whole bytes.Buffer
		if err := reports.WriteFitYAML(&whole, r, r.Scenario(a.Algorithm)); err != nil {
			return err
		}
		if err := r.Simulate(ctx, whole.String()); errors.Is(err, context.Canceled) {
			return exit{errors.New("interrupted before the workload was simulated"), interrupted}
		} else if err != nil {
			return err
		}
	}
	if err := a.printFit(cmd, r, text.String()); err != nil || a.dir == "" {
		return err
	}
	if !folder {
		if document == nil {
			return wrongf("--out %s: %s", a.dir, a.nothing(r))
		}
		return reports.WriteFile(a.dir, func(w io.Writer) error { _, err := w.Write(text.Bytes()); return err })
	}
	files, err := writeFitFolder(a.dir, r, a.Algorithm)
	if err == nil && !a.quiet {
		files.list(cmd.ErrOrStderr(), a.dir)
	}
	return err
}

// nothing says why there is no scenario.
func (a *fitting) nothing(r *fit.Result) string {
	if r.Workload == nil {
		return "the log has no durations, so there is no workload: " + strings.Join(r.Notes, "; ")
	}
	return "the log does not name servers, so there is no world: add --servers"
}

func (a *fitting) printFit(cmd *cobra.Command, r *fit.Result, text string) error {
	out := cmd.OutOrStdout()
	layout := a.layout(out)
	switch a.format {
	case "yaml":
		if text == "" {
			return wrongf("%s: %s", r.File, a.nothing(r))
		}
		if !a.quiet {
			for _, note := range r.Notes {
				fmt.Fprintln(cmd.ErrOrStderr(), note)
			}
		}
		_, err := io.WriteString(out, text)
		return err
	case "json":
		return reports.WriteFitJSON(out, r)
	case "table", "markdown":
		layout.Markdown = a.format == "markdown"
		return reports.WriteFit(out, r, layout)
	}
	return nil
}

// writeFitFolder writes all that there is of a fit: the scenario, the world, fit.json and the
// charts.
func writeFitFolder(dir string, r *fit.Result, algorithm string) (written, error) {
	var files written
	if err := files.write(dir, "fit.json", func(w io.Writer) error { return reports.WriteFitJSON(w, r) }); err != nil {
		return files, err
	}
	for _, f := range []struct {
		name     string
		document fit.Pairs
	}{{"fitted.yaml", r.Scenario(algorithm)}, {"world.yaml", r.World()}} {
		if f.document == nil {
			continue
		}
		if err := files.write(dir, f.name, func(w io.Writer) error { return reports.WriteFitYAML(w, r, f.document) }); err != nil {
			return files, err
		}
	}
	drawn, err := charts.WriteFit(dir, r)
	files.add(drawn)
	if err != nil {
		return files, err
	}
	return files, files.tidy(dir)
}
