package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lbsim/config/decode"
	"lbsim/reports"
	"lbsim/studies/known"
	"lbsim/studies/theory"
)

func newTheory() *cobra.Command {
	var only []string
	var asJSON, quiet bool
	var o output
	cmd := &cobra.Command{
		Use:   "theory [CASE...]",
		Short: "Hold the engine against answers that mathematics knows",
		Long: `Run scenarios of which mathematics knows a figure, and print measured beside
expected: all of them, or the cases whose names, or the beginnings of names, are
given. The exit code is 1 when a case disagrees.`,
		Example: `  lbsim theory
  lbsim theory mm1-mean
  lbsim theory --only mm1,two-choices
  lbsim theory --json

Look next at: lbsim run mm1, which has theory beside its figures`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: completeWords(caseNames()),
		RunE: func(cmd *cobra.Command, names []string) error {
			cases, err := casesNamed(append(names, only...))
			if err != nil {
				return err
			}
			answers, err := askTheory(cmd, cases, !quiet)
			if err != nil && len(answers) == 0 {
				return err
			}
			if asJSON {
				err = errors.Join(err, reports.WriteKnownJSON(cmd.OutOrStdout(), answers))
			} else {
				err = errors.Join(err, reports.WriteKnown(cmd.OutOrStdout(), answers, o.layout(cmd.OutOrStdout())))
			}
			if err != nil {
				return err
			}
			return disagreement(answers)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringSliceVar(&only, "only", nil, "only these cases: a `list` of names or their beginnings")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.BoolVarP(&quiet, "quiet", "q", false, "show no progress")
	f.BoolVar(&o.noColor, "no-color", false, "print no colours (nor with NO_COLOR set)")
	complete(cmd, "only", completeWords(caseNames()))
	return cmd
}

// askTheory runs the cases; when it is interrupted, its error says how many were
// answered.
func askTheory(cmd *cobra.Command, cases []theory.Case, visible bool) ([]known.Answer, error) {
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	bar := newProgress(cmd.ErrOrStderr(), visible, 0)
	defer bar.end()
	answers, err := known.Run(ctx, cases, bar.tellOf)
	if errors.Is(err, context.Canceled) {
		err = exit{fmt.Errorf("interrupted: %d of %d cases were answered", len(answers), len(cases)), interrupted}
	}
	return answers, err
}

// casesNamed is the cases of these names, or whose names begin so, each once.
func casesNamed(names []string) ([]theory.Case, error) {
	all := theory.Cases()
	if len(names) == 0 {
		return all, nil
	}
	var chosen []theory.Case
	taken := map[string]bool{}
	take := func(c theory.Case) {
		if !taken[c.Name] {
			taken[c.Name] = true
			chosen = append(chosen, c)
		}
	}
	for _, name := range names {
		if i := slices.IndexFunc(all, func(c theory.Case) bool { return c.Name == name }); i >= 0 {
			take(all[i])
			continue
		}
		found := false
		for _, c := range all {
			if strings.HasPrefix(c.Name, name) {
				take(c)
				found = true
			}
		}
		if !found {
			return nil, wrongf("no case is called %s: %s", name, decode.Suggest(name, caseNames()))
		}
	}
	return chosen, nil
}

func caseNames() []string {
	var names []string
	for _, c := range theory.Cases() {
		names = append(names, c.Name)
	}
	return names
}

func disagreement(answers []known.Answer) error {
	apart := 0
	for _, a := range answers {
		if !a.Agrees {
			apart++
		}
	}
	if apart == 0 {
		return nil
	}
	return exit{fmt.Errorf("%d of %d known answers were not found", apart, len(answers)), checkFailed}
}
