package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lbsim/config/decode"
)

const overview = `lbsim shows what a load balancer's choice of servers does to latency. It
simulates the same requests under several ways of choosing, often enough to tell
which differences are more than chance.

Begin with

  lbsim compare          round robin, least connections and power of two choices
                         under a mixed load, with a verdict
  lbsim remap            which keys move when nodes of a cache come and go
  lbsim validate         what in a configuration will hurt, before production says so
  lbsim fit              the workload behind an access log, as a scenario
  lbsim proxy            the same code on real traffic
  lbsim lab              a scenario for real, on this machine, beside its simulation
  lbsim scenarios list   worlds to try, each of which teaches one thing
  lbsim algorithms       the ways of choosing, and when to use which

Exit codes: 0 done, 1 a check failed (an objective missed, a finding, an answer that
is another), 2 wrong input, 3 anything else, which is to be reported, 130 interrupted.`

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "lbsim",
		Short:         "Simulate load balancers and compare them",
		Long:          overview,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version() + revision(),
		Args:          cobra.ArbitraryArgs, // so that a misspelt command comes to us
		RunE:          overviewOrMistake,
	}
	root.SetVersionTemplate("lbsim {{.Version}}\n")
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SetFlagErrorFunc(explainFlag)
	root.SetHelpCommand(newHelp())
	root.AddGroup(&cobra.Group{ID: "study", Title: "Studies:"}, &cobra.Group{ID: "live", Title: "Live:"}, &cobra.Group{ID: "library", Title: "What there is:"})
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("study", newCompare(), newRun(), newRemap(), newValidate(), newCapacity(), newTheory(), newFit(), newExercise(), newRerun())
	add("live", newProxy(), newImport(), newExport(), newAlerts(), newBackend(), newReplay(), newLab())
	add("library", newScenarios(), newAlgorithms(), newLints(), newSchema())
	root.AddCommand(newVersion())
	return root
}

// newHelp makes the help of a command that there is; what is misspelt is a mistake.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		Long:  "Help about any command. It is what --help prints.",
		Example: `  lbsim help validate
  lbsim help scenarios list`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 && found.HasSubCommands() {
				return overviewOrMistake(found, rest)
			}
			return found.Help()
		},
	}
}

// wrapHelp breaks the lines of flags at a width.
func wrapHelp(root *cobra.Command, width int) {
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "Flags.FlagUsages ", fmt.Sprintf("Flags.FlagUsagesWrapped %d ", width)))
}

// overviewOrMistake answers a command that only holds others.
func overviewOrMistake(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	var known []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			known = append(known, c.Name())
		}
	}
	return wrongf("%s has no command %q: %s", cmd.CommandPath(), args[0], decode.Suggest(args[0], known))
}

// explainFlag says what is wrong with a flag and, where it is misspelt, which was
// meant.
func explainFlag(cmd *cobra.Command, err error) error {
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return wrongf("--%s %s: %w", e.GetFlag().Name, e.GetValue(), e.Unwrap())
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return wrongf("--%s wants a %s", e.GetFlag().Name, valueOf(e.GetFlag()))
	}
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return wrongf("%s: %w", cmd.CommandPath(), err)
	}
	name := unknown.GetSpecifiedName()
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	if near := decode.Nearest(name, known); near != "" {
		return wrongf("%s has no flag --%s: did you mean --%s?", cmd.CommandPath(), name, near)
	}
	dashes := "--"
	if unknown.GetSpecifiedShortnames() != "" {
		dashes = "-"
	}
	return wrongf("%s has no flag %s%s: see %s --help", cmd.CommandPath(), dashes, name, cmd.CommandPath())
}

// valueOf is what a flag's help calls its value.
func valueOf(f *pflag.Flag) string {
	name, _ := pflag.UnquoteUsage(f)
	return name
}

// between is the check that a command has at least so many arguments and at most so
// many (-1: any number); what names them in the message.
func between(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return wrongf("%s wants %s: see %s --help", cmd.CommandPath(), what, cmd.CommandPath())
		case most == 0 && len(args) > 0:
			return wrongf("%s takes no arguments, but got %s", cmd.CommandPath(), strings.Join(args, " "))
		case most >= 0 && len(args) > most:
			return wrongf("%s wants %s, but got %s", cmd.CommandPath(), what, strings.Join(args, " "))
		}
		return nil
	}
}
