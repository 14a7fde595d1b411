package main

import (
	"github.com/spf13/cobra"
)

func newCompare() *cobra.Command {
	var a asking
	var o output
	cmd := &cobra.Command{
		Use:   "compare [SCENARIO...]",
		Short: "Compare algorithms or settings, with a verdict",
		Long: `Compare algorithms, settings or whole scenarios. All variants meet the same
requests, in several independent replications. Differences from the baseline, the
first variant or the one that --baseline names, are paired by replication, their
p-values corrected for their number (Holm), and the verdict says which are more
than chance.

A scenario is a file, the name of a shipped one (lbsim scenarios list) or - for
standard input. Without any, it is mixed-load. With neither --algorithms nor
--variant, round robin, least connections and power of two choices are compared,
with the scenario's own algorithm before them, at each --load; for a scenario whose
own algorithm hashes keys, that one, modulo and power of two choices. With
--variant but no --algorithms, the scenario as written is the first variant, and
each --variant stands beside it.`,
		Example: `  lbsim compare
  lbsim compare heterogeneous --algorithms rr,wrr,lc
  lbsim compare mixed-load --algorithms rr,power_of_two:choices=3 --load 50%,80%,95% --out out
  lbsim compare mixed-load --variant more:servers.api.count=6 --metric p99{class=read}

Look next at: lbsim algorithms, lbsim scenarios show mixed-load`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: completeScenarios(-1),
		RunE: func(cmd *cobra.Command, names []string) error {
			if len(names) == 0 {
				names = []string{"mixed-load"}
			}
			q, err := a.question(names, cmd.InOrStdin())
			if err != nil {
				return err
			}
			if len(names) == 1 && len(q.Algorithms)+len(q.Variants) == 0 {
				q.Algorithms = q.DefaultAlgorithms()
			}
			return a.typed(o.answer(cmd, q, commandLine("compare", names, q)))
		},
	}
	cmd.Flags().SortFlags = false
	a.several(cmd)
	a.shared(cmd)
	o.flags(cmd)
	return cmd
}
