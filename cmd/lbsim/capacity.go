package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"lbsim/config/decode"
	"lbsim/scenarios"
	"lbsim/studies/capacity"
	"lbsim/studies/compare"
)

func newCapacity() *cobra.Command {
	var a sizing
	var o output
	cmd := &cobra.Command{
		Use:   "capacity [SCENARIO]",
		Short: "Find how much a fleet carries within its objectives, also with a server or a zone lost",
		Long: `Find the greatest rate at which a scenario meets its objectives (slo) or, with
--servers, the fewest servers that meet them at a rate: for the fleet whole, less one
server, and less one zone, each time the one whose loss is the greatest.

The answer lies between two places: the last one that was shown to meet the
objectives, and the first one that was shown not to. Each place that is asked has
replications until its verdict is more than chance; the verdicts of a line hold
together with 95% confidence. All places meet the same requests, faster or more
slowly. Where chance leaves more room than --precision, both ends are farther apart
and the table says so.

Beside the answers stands what theory says without any simulation: Erlang C,
square-root staffing, Allen-Cunneen; how far each is off, and which of its assumptions
the scenario breaks.

A scenario is a file, the name of a shipped one (lbsim scenarios list) or - for
standard input. Without any, it is mixed-load. What was lost is gone for good, and the
balancer knows it: what it takes to lose it is shown by lbsim validate. A
timeline is left out.`,
		Example: `  lbsim capacity
  lbsim capacity mixed-load --slo 'p99 < 200ms' --algorithms rr,lc --out out
  lbsim capacity zone-loss --slo 'p99 < 200ms' --slo 'error_ratio < 0.1%'
  lbsim capacity mixed-load --servers --rate 2000/s --slo 'p99{class=read} < 100ms'
  lbsim capacity mm1 --precision 0.5% --json

Look next at: lbsim compare mixed-load --load 50%,80%,95%, lbsim schema capacity`,
		Args:              between(0, 1, "one scenario"),
		ValidArgsFunction: completeScenarios(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			if len(names) == 0 {
				names = []string{"mixed-load"}
			}
			if err := o.settle(); err != nil {
				return err
			}
			plan, err := a.plan(names[0], cmd.InOrStdin())
			if err != nil {
				return wrong(a.typed(err))
			}
			return o.answerCapacity(cmd, plan)
		},
	}
	cmd.Flags().SortFlags = false
	a.ofCapacity(cmd)
	o.flagsOf(cmd, "capacity", "write the curve of each algorithm with its data, capacity.json and capacity.csv to this `folder`")
	return cmd
}

// sizing is the flags that say how much is to be carried by what.
type sizing struct {
	asking
	objectives []string
	servers    bool
	rate       string
	group      string
	budget     string
}

func (a *sizing) ofCapacity(cmd *cobra.Command) {
	f := cmd.Flags()
	a.flags = map[string]string{}
	f.StringArrayVar(&a.objectives, "slo", nil, "an `objective` such as 'p99 < 200ms', instead of the scenario's own (repeatable)")
	f.BoolVar(&a.servers, "servers", false, "find the fewest servers instead of the greatest rate")
	f.StringVar(&a.rate, "rate", "", "with --servers: the `rate` that they are to carry, such as 2000/s; default: the scenario's own")
	f.StringVar(&a.group, "group", "", "with --servers: the `group` of which there may be more; default: the only one")
	f.StringVarP(&a.algorithms, "algorithms", "a", "", "a `list` such as rr,lc; default: the scenario's own")
	f.Var(&setting{to: &a.settings}, "set", "change the scenario, such as servers.api.workers=4: `path=value` (repeatable)")
	f.Var(&setting{to: &a.settings, path: "run.seed", flag: "seed", typed: a.flags}, "seed", "the `number` that all chance begins with")
	f.Var(&a.precision, "precision", "how near both ends of a rate are to be, as a `share`; default: 2%")
	f.StringVar(&a.budget, "budget", "", "how many requests may be simulated in all, about, a `number` such as 500M; default: 100M for each line")
	complete(cmd, "algorithms", completeAlgorithms)
}

// plan reads the flags.
func (a *sizing) plan(name string, in io.Reader) (*capacity.Plan, error) {
	q := capacity.Question{
		Settings: a.settings, Algorithms: compare.SplitAlgorithms(a.algorithms), Objectives: a.objectives,
		Group: a.group, Precision: a.precision.value,
	}
	if a.servers {
		q.Find = capacity.Servers
	}
	if a.rate != "" {
		rate, ok := decode.ParseRate(a.rate)
		if !ok || rate <= 0 {
			return nil, fmt.Errorf("--rate %s: must be a rate > 0, such as 400/s", a.rate)
		}
		q.Rate = rate
	}
	if a.budget != "" {
		budget, ok := parseCount(a.budget)
		if !ok {
			return nil, fmt.Errorf("--budget %s: must be a number of requests, such as 500M", a.budget)
		}
		q.Budget = budget
	}
	var err error
	if q.Source, err = scenarios.Open(name, in); err != nil {
		return nil, err
	}
	plan, err := q.Plan()
	if err != nil {
		return nil, err
	}
	plan.Provenance.Version, plan.Provenance.Command = version(), a.command(name)
	return plan, nil
}

// parseCount reads 5000, 100k, 500M or 2G.
func parseCount(text string) (float64, bool) {
	factor := 1.0
	for suffix, x := range map[string]float64{"k": 1e3, "M": 1e6, "G": 1e9} {
		if n := len(text) - 1; n > 0 && text[n:] == suffix {
			text, factor = text[:n], x
		}
	}
	x, err := strconv.ParseFloat(text, 64)
	return x * factor, err == nil && x > 0 && x*factor <= 1e15
}

// command is the command line that asks this. How it was shown and where it was written is
// left out.
func (a *sizing) command(name string) string {
	words := "lbsim capacity " + quoted(name)
	add := func(flag string, values ...string) {
		for _, v := range values {
			if v != "" {
				words += " --" + flag + " " + quoted(v)
			}
		}
	}
	add("slo", a.objectives...)
	if a.servers {
		words += " --servers"
	}
	add("rate", a.rate)
	add("group", a.group)
	add("algorithms", a.algorithms)
	add("set", a.settings...)
	add("precision", a.precision.String())
	add("budget", a.budget)
	return words
}
