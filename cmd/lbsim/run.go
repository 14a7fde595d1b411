package main

import "github.com/spf13/cobra"

func newRun() *cobra.Command {
	var a asking
	var o output
	cmd := &cobra.Command{
		Use:   "run SCENARIO",
		Short: "Run one scenario as it is written",
		Long: `Run one scenario as it is written and show its figures, those of each class and
of each server. Where theory knows the answer, it stands beside the measured one.

A scenario is a file, the name of a shipped one (lbsim scenarios list) or - for
standard input.`,
		Example: `  lbsim run mm1
  lbsim run noisy-neighbour --set balancer.algorithm=least_connections
  lbsim run spiky-api --out out --requests requests.csv

Look next at: lbsim compare, lbsim scenarios copy mm1`,
		Args:              between(1, 1, "one scenario"),
		ValidArgsFunction: completeScenarios(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			q, err := a.question(names, cmd.InOrStdin())
			if err != nil {
				return err
			}
			return a.typed(o.answer(cmd, q, commandLine("run", names, q)))
		},
	}
	cmd.Flags().SortFlags = false
	a.shared(cmd)
	o.flags(cmd)
	return cmd
}
