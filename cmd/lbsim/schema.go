package main

import (
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/reports"
	"lbsim/scenarios"
	"lbsim/studies/exercise"
)

var schemas = []string{"scenario", "result", "balancer", "remap", "validate", "capacity", "lab", "replay", "fit", "exercise", "answers"}

// printed are the schemas of what commands print with --json.
var printed = map[string]func() []byte{"result": reports.ResultSchema, "remap": reports.RemapSchema, "validate": reports.ValidateSchema,
	"capacity": reports.CapacitySchema, "lab": reports.LabSchema, "replay": reports.ReplaySchema, "fit": reports.FitSchema,
	"exercise": reports.ExerciseSchema}

func newSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema [scenario|result|balancer|remap|validate|capacity|lab|replay|fit|exercise|answers]",
		Short: "Print a JSON Schema",
		Long: `Print the JSON Schema (draft 2020-12) of scenario files, of results (--json), of a
balancer's file, of the answers to an exercise, or of what lbsim remap, validate,
capacity, lab, replay, fit and exercise check print with --json. Editors check and complete
files with it.`,
		Example: `  lbsim schema > scenario.schema.json
  lbsim schema result

Look next at: lbsim scenarios copy mixed-load`,
		Args:              between(0, 1, "one of "+strings.Join(schemas, ", ")),
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
			case "answers":
				document = exercise.Schema()
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
