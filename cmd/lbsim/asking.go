package main

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lbsim/config/decode"
	"lbsim/scenarios"
	"lbsim/studies/compare"
)

// asking is the flags that say what is asked, of run and compare.
type asking struct {
	settings   []string
	algorithms string
	variants   []string
	loads      []string
	metrics    []string
	baseline   string
	minEffect  share
	precision  share

	flags map[string]string // by setting, path=value: the flag that stands for it, as typed
}

// shared adds the flags of both commands.
func (a *asking) shared(cmd *cobra.Command) {
	f := cmd.Flags()
	a.flags = map[string]string{}
	own := func(path, flag, usage string) {
		f.Var(&setting{to: &a.settings, path: path, flag: flag, typed: a.flags}, flag, usage)
	}
	f.Var(&setting{to: &a.settings}, "set", "change the scenario, such as servers.api.count=8: `path=value` (repeatable)")
	complete(cmd, "set", completeSettings)
	own("run.duration", "duration", "simulated `time` of each replication, such as 60s")
	own("run.warmup", "warmup", "`time` at the beginning that is not measured, such as 5s, or auto")
	own("run.replications", "replications", "the `number` of independent runs of each variant")
	own("run.seed", "seed", "the `number` that all chance begins with")
	f.Var(&a.precision, "precision", "add replications until intervals are within ± this `share`, such as 2%")
}

// several adds the flags that make several variants of a scenario.
func (a *asking) several(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&a.algorithms, "algorithms", "a", "", "a `list` such as rr,lc,power_of_two:choices=3")
	f.StringArrayVar(&a.variants, "variant", nil, "a variant with settings changed, as `name:path=value,...` (repeatable)")
	f.StringSliceVar(&a.loads, "load", nil, "offered loads to ask at, a `list` such as 50%,80%,95%")
	f.StringVar(&a.baseline, "baseline", "", "the `variant` that the others are compared with; default: the first")
	f.StringSliceVar(&a.metrics, "metric", nil, "what to compare, a `list` such as p99,mean,p99{class=read}")
	f.Var(&a.minEffect, "min-effect", "differences below this `share`, such as 2%, count for nothing")
	complete(cmd, "algorithms", completeAlgorithms)
	complete(cmd, "baseline", completeAlgorithms)
	complete(cmd, "metric", completeMetrics)
}

// question opens the scenarios and puts the flags into words.
func (a *asking) question(names []string, in io.Reader) (compare.Question, error) {
	q := compare.Question{
		Settings: a.settings, Variants: a.variants, Metrics: a.metrics, Baseline: a.baseline,
		MinEffect: a.minEffect.value, Precision: a.precision.value,
		Algorithms: compare.SplitAlgorithms(a.algorithms),
	}
	for _, text := range a.loads {
		load, err := scenarios.ParseLoad(text)
		if err != nil {
			return q, wrongf("--load %s: %w", text, err)
		}
		q.Loads = append(q.Loads, load)
	}
	for _, name := range names {
		source, err := openScenario(name, in)
		if err != nil {
			return q, wrong(err)
		}
		q.Sources = append(q.Sources, source)
	}
	return q, nil
}

// typed is an error in the words of the command line: a setting that came from a flag
// of its own is called by that flag.
func (a *asking) typed(err error) error {
	if e, ok := errors.AsType[*decode.SetError](err); ok && a.flags[e.Path+"="+e.Value] != "" {
		return wrongf("%s: %s", a.flags[e.Path+"="+e.Value], e.Rule)
	}
	problems, ok := errors.AsType[decode.Problems](err)
	if !ok {
		return err
	}
	problems = slices.Clone(problems)
	for i := range problems {
		p := &problems[i]
		flag, ok := a.flags[strings.TrimPrefix(p.Place.File, "--set ")]
		if !ok {
			continue
		}
		if p.Place.File == "--set "+p.Path+"="+p.Value {
			p.Path, p.Value = "", ""
		}
		p.Place.File = flag
	}
	return wrong(problems)
}

// commandLine is the command that asks a question: what a result says of itself. How
// it was shown and where it was written is left out.
func commandLine(verb string, names []string, q compare.Question) string {
	words := append([]string{"lbsim", verb}, names...)
	flag := func(name string, values ...string) {
		for _, v := range values {
			if v != "" {
				words = append(words, "--"+name, v)
			}
		}
	}
	var loads []string
	for _, l := range q.Loads {
		loads = append(loads, shareText(l))
	}
	flag("algorithms", strings.Join(q.Algorithms, ","))
	flag("variant", q.Variants...)
	flag("set", q.Settings...)
	flag("load", strings.Join(loads, ","))
	flag("baseline", q.Baseline)
	flag("metric", strings.Join(q.Metrics, ","))
	flag("min-effect", shareText(q.MinEffect))
	flag("precision", shareText(q.Precision))
	for i, w := range words {
		words[i] = quoted(w)
	}
	return strings.Join(words, " ")
}

// quoted makes a word safe to paste into a shell.
func quoted(word string) string {
	safe := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-+=:,./@%", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !safe(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

var (
	_ pflag.Value = (*setting)(nil)
	_ pflag.Value = (*share)(nil)
)
