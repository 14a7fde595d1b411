package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/reports"
	"lbsim/scenarios"
)

var schemas = []string{"scenario", "result", "balancer", "remap", "validate", "lab", "replay"}

// printed are the schemas of what commands print with --json.
var printed = map[string]func() []byte{"result": reports.ResultSchema, "remap": reports.RemapSchema, "validate": reports.ValidateSchema,
	"lab": reports.LabSchema, "replay": reports.ReplaySchema}

func newSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema [scenario|result|balancer|remap|validate|lab|replay]",
		Short: "Print a JSON Schema",
		Long: `Print the JSON Schema (draft 2020-12) of scenario files, of results (--json), of a
balancer's file, or of what lbsim remap, validate, lab and replay print with --json. Editors
check and complete scenarios with it.`,
		Example: `  lbsim schema > scenario.schema.json
  lbsim schema result

Look next at: lbsim scenarios copy mixed-load`,
		Args:              between(0, 1, "one of scenario, result, balancer, remap, validate, lab and replay"),
		ValidArgsFunction: completeWords(schemas),
		RunE: func(cmd *cobra.Command, args []string) error {
			which := "scenario"
			if len(args) == 1 {
				which = args[0]
			}
			var document any
			switch which {
			case "scenario":
				document = scenarios.Schema()
			case "balancer":
				document = config.Schema()
			default:
				schema, ok := printed[which]
				if !ok {
					return wrongf("there is no schema of %q: %s", which, decode.Suggest(which, schemas))
				}
				_, err := cmd.OutOrStdout().Write(schema())
				return err
			}
			encoder := json.NewEncoder(cmd.OutOrStdout())
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			return encoder.Encode(document)
		},
	}
}
