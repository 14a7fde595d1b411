package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"lbsim/config/decode"
	"lbsim/reports"
	"lbsim/studies/exercise"
	"lbsim/studies/validate"
)

func newExercise() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "exercise",
		Short: "Practise the design questions of an interview",
		Long: `Design the balancing of a system, and have the design judged: point by point, by rules,
by what lbsim validate finds in it, and by drilling it.

start writes a form with what is asked; check says what it thinks of the answers, and why;
solution prints a good answer with the reasons.`,
		Example: `  lbsim exercise list
  lbsim exercise start read-api
  lbsim exercise check answers.yaml
  lbsim exercise check answers.yaml --format markdown > notes.md
  lbsim exercise solution read-api

Look next at: lbsim lints, lbsim scenarios list`,
		Args: cobra.ArbitraryArgs,
		RunE: overviewOrMistake,
	}
	cmd.AddCommand(newExerciseList(), newExerciseStart(), newExerciseCheck(), newExerciseSolution())
	return cmd
}

func newExerciseList() *cobra.Command {
	var o output
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the exercises",
		Long:  `List the exercises: their names, and what is to be designed.`,
		Example: `  lbsim exercise list

Look next at: lbsim exercise start read-api`,
		Args: between(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return reports.WriteExercises(cmd.OutOrStdout(), exercise.All(), o.layout(cmd.OutOrStdout()))
		},
	}
	cmd.Flags().BoolVar(&o.noColor, "no-color", false, "print no colours (nor with NO_COLOR set)")
	return cmd
}

func newExerciseStart() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "start NAME [FILE]",
		Short: "Write an exercise's form, to be filled in",
		Long: `Write what an exercise asks, with a field for each point, to FILE: answers.yaml unless
another is named, - for standard output. A file that is there is left as it is.`,
		Example: `  lbsim exercise start read-api
  lbsim exercise start login-launch login.yaml
  lbsim exercise start read-api -`,
		Args:              between(1, 2, "an exercise, and the file to write"),
		ValidArgsFunction: completeWords(exercise.Names()),
		RunE: func(cmd *cobra.Command, args []string) error {
			x, err := exerciseNamed(args[0])
			if err != nil {
				return err
			}
			file := "answers.yaml"
			if len(args) > 1 {
				file = args[1]
			}
			if file == "-" {
				_, err := io.WriteString(cmd.OutOrStdout(), x.Form())
				return err
			}
			if _, err := os.Lstat(file); !force && !errors.Is(err, fs.ErrNotExist) {
				return wrongf("%s is there already: name another file, or overwrite it with --force", file)
			}
			write := func(w io.Writer) error {
				_, err := io.WriteString(w, x.Form())
				return err
			}
			if err := reports.WriteFile(file, write); err != nil {
				return wrongf("%s can't be written: %w", file, reason(err))
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "wrote %s: fill it in, then: lbsim exercise check %s\n", file, file)
			return err
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "overwrite the file if it is there")
	return cmd
}

func newExerciseSolution() *cobra.Command {
	return &cobra.Command{
		Use:   "solution NAME",
		Short: "Print a good answer, with the reasons",
		Long: `Print a good answer to an exercise, with the reasons as comments. Others are as good: what
counts is that each point is met.`,
		Example: `  lbsim exercise solution read-api
  lbsim exercise solution read-api > good.yaml && lbsim exercise check good.yaml`,
		Args:              between(1, 1, "an exercise"),
		ValidArgsFunction: completeWords(exercise.Names()),
		RunE: func(cmd *cobra.Command, args []string) error {
			x, err := exerciseNamed(args[0])
			if err != nil {
				return err
			}
			_, err = io.WriteString(cmd.OutOrStdout(), x.Solution())
			return err
		},
	}
}

// exerciseNamed is the exercise of a name.
func exerciseNamed(name string) (*exercise.Exercise, error) {
	x := exercise.Lookup(name)
	if x == nil {
		return nil, wrongf("there is no exercise %q: %s", name, decode.Suggest(name, exercise.Names()))
	}
	return x, nil
}

// answerFormats are the formats of a check.
var answerFormats = []string{"text", "markdown", "json"}

func newExerciseCheck() *cobra.Command {
	var format string
	var asJSON, quiet bool
	var o output
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Judge the answers to an exercise, and say why",
		Long: `Judge the answers in FILE (- for standard input) point by point. Free words are judged by
what they are about; what has numbers by rules, by the lints of lbsim validate, and by
drilling it: each of these points alone in a design that is good otherwise, so that nobody
pays for a mistake elsewhere, and then all of it together.

The exit code is 1 unless every point is good, and 2 where the file can't be read.`,
		Example: `  lbsim exercise check answers.yaml
  lbsim exercise check answers.yaml --format markdown > notes.md
  lbsim exercise check answers.yaml --json`,
		Args: between(1, 1, "the file of answers"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case asJSON && format != "" && format != "json":
				return wrongf("one format at a time: --json or --format")
			case asJSON:
				format = "json"
			case format == "":
				format = "text"
			}
			if !slices.Contains(answerFormats, format) {
				return wrongf("--format %s: %s", format, decode.Suggest(format, answerFormats))
			}
			r, err := checkAnswers(cmd, args[0], !quiet)
			if err != nil {
				return err
			}
			w := cmd.OutOrStdout()
			layout := o.layout(w)
			layout.Markdown = format == "markdown"
			if format == "json" {
				err = reports.WriteExerciseJSON(w, r)
			} else {
				err = reports.WriteExercise(w, r, layout)
			}
			switch {
			case err != nil:
				return err
			case r.Interrupted:
				return exit{errors.New("interrupted before all was simulated"), interrupted}
			case !r.Passed():
				return exit{fmt.Errorf("%d of %d points are not good", len(r.Points)-r.Count(exercise.Good), len(r.Points)), checkFailed}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&format, "format", "", "the `format`: text (default), markdown or json")
	f.BoolVar(&asJSON, "json", false, "print JSON: the same as --format json (see lbsim schema exercise)")
	f.BoolVarP(&quiet, "quiet", "q", false, "show no progress")
	f.BoolVar(&o.noColor, "no-color", false, "print no colours (nor with NO_COLOR set)")
	complete(cmd, "format", completeWords(answerFormats))
	return cmd
}

// checkAnswers reads a file of answers and judges them.
func checkAnswers(cmd *cobra.Command, file string, visible bool) (*exercise.Report, error) {
	shown, text, err := validate.Text(file, cmd.InOrStdin())
	if err != nil {
		return nil, wrong(err)
	}
	answers, err := exercise.Read(shown, bytes.NewReader(text))
	if err != nil {
		return nil, wrong(err)
	}
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	bar := newProgress(cmd.ErrOrStderr(), visible, 0)
	defer bar.end()
	r, err := exercise.Question{File: shown, Answers: answers, Progress: bar.tell}.Check(ctx)
	if errors.Is(err, context.Canceled) {
		return nil, exit{errors.New("interrupted"), interrupted}
	}
	return r, wrong(err)
}
