package main

import (
	"strings"

	"github.com/spf13/cobra"

	"lbsim/config/decode"
	"lbsim/reports"
	"lbsim/studies/validate"
)

func newLints() *cobra.Command {
	var asJSON bool
	var explain string
	var o output
	cmd := &cobra.Command{
		Use:   "lints",
		Short: "List what validate looks for, or explain one",
		Long: `List the mistakes that lbsim validate looks for. --explain teaches one: why it hurts,
what to write instead in lbsim's, NGINX's, HAProxy's and Envoy's files, an example that has
it, the same mended, and the scenario that shows the harm.`,
		Example: `  lbsim lints
  lbsim lints --explain LB007

Look next at: lbsim validate --help`,
		Args: between(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			lints := validate.Lints()
			if explain != "" {
				l := validate.Lookup(explain)
				if l == nil {
					l = validate.Lookup(strings.ToUpper(explain))
				}
				if l == nil {
					return wrongf("--explain %s: no lint is called so: %s", explain, decode.Suggest(explain, lintNames()))
				}
				lints = []*validate.Lint{l}
			}
			w := cmd.OutOrStdout()
			switch {
			case asJSON:
				return reports.WriteLintsJSON(w, lints)
			case explain != "":
				return reports.WriteLint(w, lints[0], o.layout(w))
			}
			return reports.WriteLints(w, lints, o.layout(w))
		},
	}
	f := cmd.Flags()
	f.StringVar(&explain, "explain", "", "explain the lint of this `id` or name")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.BoolVar(&o.noColor, "no-color", false, "print no colours (nor with NO_COLOR set)")
	complete(cmd, "explain", completeLints)
	return cmd
}

func completeLints(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var offers []string
	for _, l := range validate.Lints() {
		offers = append(offers, cobra.CompletionWithDesc(l.ID, l.Title))
	}
	return offers, cobra.ShellCompDirectiveNoFileComp
}

// lintNames is all ids and names.
func lintNames() []string {
	var names []string
	for _, l := range validate.Lints() {
		names = append(names, l.ID, l.Name)
	}
	return names
}
