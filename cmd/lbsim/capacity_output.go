package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"lbsim/reports"
	"lbsim/reports/charts"
	"lbsim/studies/capacity"
)

// answerCapacity carries the plan out and shows what comes of it.
func (o *output) answerCapacity(cmd *cobra.Command, plan *capacity.Plan) error {
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	r, err := o.askCapacity(ctx, cmd, plan)
	if err != nil {
		return err
	}
	if err := o.printCapacity(cmd.OutOrStdout(), r); err != nil {
		return err
	}
	if o.dir != "" {
		files, err := writeCapacityFolder(o.dir, r)
		if err != nil {
			return err
		}
		if !o.quiet {
			files.list(cmd.ErrOrStderr(), o.dir)
		}
	}
	if r.Interrupted {
		return exit{errors.New("interrupted: the answers are as near as they were known by then"), interrupted}
	}
	return nil
}

func (o *output) askCapacity(ctx context.Context, cmd *cobra.Command, plan *capacity.Plan) (*capacity.Result, error) {
	bar := newProgress(cmd.ErrOrStderr(), !o.quiet, 0)
	defer bar.end()
	plan.Progress = bar.tell
	return capacity.Run(ctx, plan)
}

func (o *output) printCapacity(w io.Writer, r *capacity.Result) error {
	return o.printAs(w, func(layout reports.TableOptions) error { return reports.WriteCapacity(w, r, layout) },
		func() error { return reports.WriteCapacityJSON(w, r) }, func() error { return reports.WriteCapacityCSV(w, r) })
}

// writeCapacityFolder writes all that there is of a result: capacity.json, capacity.csv and the
// curves.
func writeCapacityFolder(dir string, r *capacity.Result) (written, error) {
	var files written
	if err := files.write(dir, "capacity.json", func(w io.Writer) error { return reports.WriteCapacityJSON(w, r) }); err != nil {
		return files, err
	}
	if err := files.write(dir, "capacity.csv", func(w io.Writer) error { return reports.WriteCapacityCSV(w, r) }); err != nil {
		return files, err
	}
	drawn, err := charts.WriteCapacity(dir, r)
	files.add(drawn)
	if err != nil {
		return files, err
	}
	return files, files.tidy(dir)
}
