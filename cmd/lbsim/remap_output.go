package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"lbsim/reports"
	"lbsim/reports/charts"
	"lbsim/studies/remap"
)

// answerRemap carries the plan out and shows what comes of it.
func (o *output) answerRemap(cmd *cobra.Command, plan *remap.Plan) error {
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	r, err := o.askRemap(ctx, cmd, plan)
	if errors.Is(err, context.Canceled) {
		return exit{errors.New("interrupted before every key had its place: there is nothing to show"), interrupted}
	}
	if err != nil {
		return err
	}
	if err := o.printRemap(cmd.OutOrStdout(), r); err != nil || o.dir == "" {
		return err
	}
	files, err := writeRemapFolder(ctx, o.dir, plan, r)
	if errors.Is(err, context.Canceled) {
		return exit{fmt.Errorf("interrupted before the charts were drawn: %s has only the figures", o.dir), interrupted}
	}
	if err == nil && !o.quiet {
		files.list(cmd.ErrOrStderr(), o.dir)
	}
	return err
}

func (o *output) askRemap(ctx context.Context, cmd *cobra.Command, plan *remap.Plan) (*remap.Result, error) {
	bar := newProgress(cmd.ErrOrStderr(), !o.quiet, 0)
	defer bar.end()
	plan.Progress = bar.tell
	return remap.Run(ctx, plan)
}

func (o *output) printRemap(w io.Writer, r *remap.Result) error {
	return o.printAs(w, func(layout reports.TableOptions) error { return reports.WriteRemap(w, r, layout) },
		func() error { return reports.WriteRemapJSON(w, r) }, func() error { return reports.WriteRemapCSV(w, r) })
}

// writeRemapFolder writes all that there is of a result: remap.json, remap.csv and
// the charts, with what only they show.
func writeRemapFolder(ctx context.Context, dir string, plan *remap.Plan, r *remap.Result) (written, error) {
	var files written
	if err := files.write(dir, "remap.json", func(w io.Writer) error { return reports.WriteRemapJSON(w, r) }); err != nil {
		return files, err
	}
	if err := files.write(dir, "remap.csv", func(w io.Writer) error { return reports.WriteRemapCSV(w, r) }); err != nil {
		return files, err
	}
	shown := charts.Remap{Result: r}
	var err error
	if shown.Spread, err = remap.SpreadOf(ctx, plan); err != nil {
		return files, err
	}
	if shown.Costs, err = remap.CostsOf(ctx, plan); err != nil {
		return files, err
	}
	drawn, err := charts.WriteRemap(dir, shown)
	files.add(drawn)
	if err != nil {
		return files, err
	}
	return files, files.tidy(dir)
}
