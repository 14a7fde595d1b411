package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"lbsim/reports"
	"lbsim/scenarios"
)

func newScenarios() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scenarios",
		Short: "List, show and copy the shipped scenarios",
		Long: `The shipped scenarios are worlds to try, each of which teaches one thing. Copy one
to make it your own: it is a commented YAML file.`,
		Example: `  lbsim scenarios list
  lbsim scenarios show mixed-load
  lbsim scenarios copy mixed-load mine.yaml

Look next at: lbsim run, lbsim schema scenario`,
		Args: cobra.ArbitraryArgs,
		RunE: overviewOrMistake,
	}
	cmd.AddCommand(newScenariosList(), newScenariosShow(), newScenariosCopy())
	return cmd
}

func newScenariosList() *cobra.Command {
	var asJSON bool
	var o output
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the shipped scenarios",
		Long:  "List the shipped scenarios and what each of them shows.",
		Example: `  lbsim scenarios list

Look next at: lbsim scenarios show mixed-load`,
		Args: between(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			entries, err := scenarios.List()
			if err != nil {
				return err
			}
			w := cmd.OutOrStdout()
			if asJSON {
				return reports.WriteScenariosJSON(w, entries)
			}
			return reports.WriteScenarios(w, entries, o.layout(w))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&o.noColor, "no-color", false, "print no colours (nor with NO_COLOR set)")
	return cmd
}

func newScenariosShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME",
		Short: "Print a shipped scenario",
		Long:  "Print the text of a shipped scenario, with the comments that say what to look for.",
		Example: `  lbsim scenarios show mixed-load

Look next at: lbsim scenarios copy mixed-load`,
		Args:              between(1, 1, "the name of one shipped scenario"),
		ValidArgsFunction: completeLibrary,
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := scenarios.Show(args[0])
			if err != nil {
				return wrong(err)
			}
			_, err = io.WriteString(cmd.OutOrStdout(), text)
			return err
		},
	}
}

func newScenariosCopy() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "copy NAME [FILE]",
		Short: "Copy a shipped scenario to a file of your own",
		Long:  "Copy a shipped scenario to a file, NAME.yaml unless another is given.",
		Example: `  lbsim scenarios copy mixed-load
  lbsim scenarios copy mixed-load mine.yaml

Look next at: lbsim run ./mine.yaml`,
		Args:              between(1, 2, "the name of a shipped scenario, and a file if need be"),
		ValidArgsFunction: completeLibrary,
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := scenarios.Show(args[0])
			if err != nil {
				return wrong(err)
			}
			file := args[0] + ".yaml"
			if len(args) == 2 {
				file = args[1]
			}
			if _, err := os.Lstat(file); !force && !errors.Is(err, fs.ErrNotExist) {
				return wrongf("%s is there already: name another file, or add --force to overwrite it", file)
			}
			err = reports.WriteFile(file, func(w io.Writer) error {
				_, err := io.WriteString(w, text)
				return err
			})
			if err != nil {
				return wrongf("%s can't be written: %w", file, reason(err))
			}
			_, err = fmt.Fprintf(cmd.ErrOrStderr(), "wrote %s\n", file)
			return err
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "overwrite the file if there is one")
	return cmd
}
