package main

import (
	"github.com/spf13/cobra"

	"lbsim/algorithms"
	"lbsim/config/decode"
	"lbsim/reports"
)

func newAlgorithms() *cobra.Command {
	var asJSON bool
	var o output
	cmd := &cobra.Command{
		Use:   "algorithms [NAME]",
		Short: "List the algorithms, or explain one",
		Long: `List the ways of choosing a server or, given a name, say everything about one:
its rule, when to use it and when not, its cost, its source and its parameters.`,
		Example: `  lbsim algorithms
  lbsim algorithms p2c

Look next at: lbsim compare --algorithms rr,p2c`,
		Args:              between(0, 1, "one algorithm at most"),
		ValidArgsFunction: completeAlgorithms,
		RunE: func(cmd *cobra.Command, args []string) error {
			specs := algorithms.All()
			if len(args) == 1 {
				spec := algorithms.Lookup(args[0])
				if spec == nil {
					return wrongf("no algorithm is called %q: %s", args[0], decode.Suggest(args[0], algorithmNames()))
				}
				specs = []*algorithms.Spec{spec}
			}
			w := cmd.OutOrStdout()
			switch {
			case asJSON:
				return reports.WriteAlgorithmsJSON(w, specs)
			case len(args) == 1:
				return reports.WriteAlgorithm(w, specs[0], o.layout(w))
			}
			return reports.WriteAlgorithms(w, specs, o.layout(w))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&o.noColor, "no-color", false, "print no colours (nor with NO_COLOR set)")
	return cmd
}

// algorithmNames is all names and aliases.
func algorithmNames() []string {
	var names []string
	for _, s := range algorithms.All() {
		names = append(append(names, s.Name), s.Aliases...)
	}
	return names
}
