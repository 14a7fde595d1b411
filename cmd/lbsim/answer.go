package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"lbsim/reports"
	"lbsim/studies/compare"
	"lbsim/studies/result"
)

// answer asks the question and shows what comes of it.
func (o *output) answer(cmd *cobra.Command, q compare.Question, command string) error {
	plan, r, err := o.ask(cmd, q, command)
	if err != nil {
		return err
	}
	if err := o.show(cmd, plan, r); err != nil {
		return err
	}
	return o.judge(plan, r)
}

// ask carries out what the question asks for.
func (o *output) ask(cmd *cobra.Command, q compare.Question, command string) (*compare.Plan, *result.Result, error) {
	if err := o.settle(); err != nil {
		return nil, nil, err
	}
	plan, err := q.Plan()
	if err != nil {
		return nil, nil, wrong(err)
	}
	if err := o.sparesSources(q); err != nil {
		return nil, nil, err
	}
	if o.check && !plan.Judges() {
		return nil, nil, wrongf("--check: %s has no objective that can be judged: give it one, such as --set 'slo=[p99 < 250ms]'", plan.Name)
	}
	plan.Provenance.Version, plan.Provenance.Command = version(), command
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	if text := effort(plan.Requests, cores()); text != "" && !o.quiet {
		fmt.Fprintln(cmd.ErrOrStderr(), text)
	}
	bar := newProgress(cmd.ErrOrStderr(), !o.quiet, len(plan.Variants)*plan.Replications)
	defer bar.end()
	plan.Progress = bar.tell
	r, err := o.conduct(ctx, cmd.OutOrStdout(), plan)
	if errors.Is(err, context.Canceled) {
		return nil, nil, exit{errors.New("interrupted before the first replication of every variant was complete: there is nothing to show"), interrupted}
	}
	return plan, r, err
}

// sparesSources is an error where the requests would be written over a scenario.
func (o *output) sparesSources(q compare.Question) error {
	target, err := os.Stat(o.requests)
	if o.requests == "" || err != nil {
		return nil
	}
	for _, source := range q.Sources {
		if x, err := os.Stat(source.Name()); err == nil && os.SameFile(x, target) {
			return wrongf("--requests %s: it is the scenario, which would be overwritten: name another file", o.requests)
		}
	}
	return nil
}

// interruptible is a context that Ctrl-C ends; a second one ends the program.
func interruptible(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(parent, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// conduct runs the plan, and writes down every request if that is wanted.
func (o *output) conduct(ctx context.Context, stdout io.Writer, plan *compare.Plan) (r *result.Result, err error) {
	if o.requests == "" {
		return compare.Run(ctx, *plan)
	}
	write := func(w io.Writer) error {
		r, err = recordRequests(ctx, w, plan)
		if err == nil && r.Interrupted {
			return errHalf
		}
		return err
	}
	if o.requests == "-" {
		err = write(stdout)
	} else {
		err = reports.WriteFile(o.requests, write)
	}
	switch {
	case errors.Is(err, errHalf):
		return r, nil // the file is not written, the figures are shown
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return nil, wrongf("--requests %s: %w", o.requests, reason(err))
	}
	return r, err
}

var errHalf = errors.New("interrupted")

// show prints the result, writes the files, and says what is missing.
func (o *output) show(cmd *cobra.Command, plan *compare.Plan, r *result.Result) error {
	if err := o.print(cmd.OutOrStdout(), r); err != nil {
		return err
	}
	if o.dir != "" {
		files, err := writeFolder(o.dir, r)
		if err != nil {
			return err
		}
		if !o.quiet {
			files.list(cmd.ErrOrStderr(), o.dir)
		}
	}
	return nil
}

// judge turns a result into an exit code.
func (o *output) judge(plan *compare.Plan, r *result.Result) error {
	if r.Interrupted {
		return exit{stopped(plan, r, o.requests), interrupted}
	}
	if !o.check {
		return nil
	}
	var unmet []string
	for _, objective := range r.SLO {
		if objective.Verdict != "met" {
			unmet = append(unmet, fmt.Sprintf("%s %s (%s)", objective.Objective, objective.Verdict, objective.Variant))
		}
	}
	if len(unmet) > 0 {
		return exit{fmt.Errorf("check failed: %d of %d objectives: %s", len(unmet), len(r.SLO), strings.Join(unmet, ", ")), checkFailed}
	}
	return nil
}

// stopped says what was and what was not finished.
func stopped(plan *compare.Plan, r *result.Result, requests string) error {
	text := fmt.Sprintf("interrupted: %d of %d replications of every variant were finished, and the figures rest on these", r.Replications, max(plan.Replications, r.Replications))
	if plan.Precision > 0 {
		text = fmt.Sprintf("interrupted: %d replications of every variant were finished, too few for a precision of %s", r.Replications, shareText(plan.Precision))
	}
	if requests != "" && requests != "-" {
		text += "; " + requests + " was not written"
	}
	return errors.New(text)
}
