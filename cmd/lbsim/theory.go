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
		Use:   "theory",
		Short: "Hold the engine against answers that mathematics knows",
		Long: `Run scenarios of which mathematics knows a figure, and print measured beside
expected. The exit code is 1 when a case disagrees.`,
		Example: `  lbsim theory
  lbsim theory --only mm1,two-choices
  lbsim theory --json

Look next at: lbsim run mm1, which has theory beside its figures`,
		Args: between(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cases, err := casesNamed(only)
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
	answers, err := known.Run(ctx, cases, bar.tell)
	if errors.Is(err, context.Canceled) {
		err = exit{fmt.Errorf("interrupted: %d of %d cases were answered", len(answers), len(cases)), interrupted}
	}
	return answers, err
}

// casesNamed is the cases of these names, or whose names begin so.
func casesNamed(only []string) ([]theory.Case, error) {
	all := theory.Cases()
	if len(only) == 0 {
		return all, nil
	}
	var chosen []theory.Case
	for _, name := range only {
		first := slices.IndexFunc(all, func(c theory.Case) bool { return c.Name == name })
		if first >= 0 {
			chosen = append(chosen, all[first])
			continue
		}
		before := len(chosen)
		for _, c := range all {
			if strings.HasPrefix(c.Name, name) {
				chosen = append(chosen, c)
			}
		}
		if len(chosen) == before {
			return nil, wrongf("--only %s: %s", name, decode.Suggest(name, caseNames()))
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
