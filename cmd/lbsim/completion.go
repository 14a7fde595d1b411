package main

import (
	"strings"

	"github.com/spf13/cobra"

	"lbsim/algorithms"
	"lbsim/config/decode"
	"lbsim/scenarios"
	"lbsim/studies/compare"
)

// complete offers values of a flag. It panics when there is no such flag.
func complete(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err)
	}
}

// completeScenarios offers shipped scenarios and files, up to most of them.
func completeScenarios(most int) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if most >= 0 && len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var offers []string
		entries, err := scenarios.List()
		if err != nil {
			return nil, cobra.ShellCompDirectiveDefault
		}
		for _, e := range entries {
			offers = append(offers, cobra.CompletionWithDesc(e.Name, e.Description))
		}
		return offers, cobra.ShellCompDirectiveDefault
	}
}

// completeAlgorithms offers the next algorithm of a list.
func completeAlgorithms(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	return completeFrom(algorithms.All)(cmd, args, typed)
}

// completeFrom offers the next of these algorithms.
func completeFrom(specs func() []*algorithms.Spec) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		before := typed[:strings.LastIndexByte(typed, ',')+1]
		var offers []string
		for _, s := range specs() {
			offers = append(offers, cobra.CompletionWithDesc(before+s.Name, s.Summary))
		}
		return offers, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

func completeMetrics(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	var offers []string
	for _, name := range compare.MetricNames() {
		offers = append(offers, before+name)
	}
	return offers, cobra.ShellCompDirectiveNoFileComp
}

// completeSettings offers the paths of the scenario language that --set takes.
func completeSettings(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var offers []string
	for _, path := range decode.Paths(scenarios.Schema()) {
		if !strings.Contains(path, "*") { // any name, which nobody can guess
			offers = append(offers, strings.ReplaceAll(path, "[]", "[0]")+"=")
		}
	}
	return offers, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

func completeWords(words []string) cobra.CompletionFunc {
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}

// completeLibrary offers the shipped scenarios as the first argument and a file as
// the second.
func completeLibrary(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return scenarios.Names(), cobra.ShellCompDirectiveNoFileComp
}
