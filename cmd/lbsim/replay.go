package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"lbsim/reports"
	"lbsim/studies/compare"
	"lbsim/studies/replay"
)

func newReplay() *cobra.Command {
	var algorithms string
	var o output
	c := &cobra.Command{
		Use:   "replay FILE",
		Short: "Play a proxy's recording back, also to other algorithms",
		Long: `Play back what lbsim proxy --record wrote. The balancer that it was recorded from must
decide everything again; where it does not, the first difference is shown and the exit
code is 1. Other algorithms are asked what they would have made of the same traffic:
who would have got how much, how much at once, and what would have been tried again.

They meet the requests when they came. Each takes as long as it took, wherever it goes:
what waiting they would have caused or spared is a question for a scenario.`,
		Example: `  lbsim replay today.lbsim
  lbsim replay today.lbsim --algorithms round_robin,power_of_two

Look next at: lbsim proxy, lbsim lab`,
		Args: between(1, 1, "a recording"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.json {
				o.format = "json"
			}
			r, err := replay.Run(replay.Question{File: args[0], Algorithms: compare.SplitAlgorithms(algorithms)})
			if d, ok := errors.AsType[*replay.Difference](err); ok {
				return exit{fmt.Errorf("the recording is not reproduced: %w", d), checkFailed}
			}
			if err != nil {
				return wrong(err)
			}
			if o.format == "json" {
				return reports.WriteReplayJSON(cmd.OutOrStdout(), r)
			}
			return reports.WriteReplay(cmd.OutOrStdout(), r, o.layout(cmd.OutOrStdout()))
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVarP(&algorithms, "algorithms", "a", "", "other algorithms, a `list` such as rr,lc,power_of_two:choices=3")
	f.StringVar(&algorithms, "algorithm", "", "the same with one `name`")
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.BoolVar(&o.noColor, "no-color", false, "print no colours (nor with NO_COLOR set)")
	complete(c, "algorithms", completeAlgorithms)
	complete(c, "algorithm", completeAlgorithms)
	return c
}
