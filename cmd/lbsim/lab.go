package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"lbsim/reports"
	"lbsim/reports/charts"
	"lbsim/studies/compare"
	"lbsim/studies/lab"
)

// trying is the flags of lab.
type trying struct {
	lab.Question
	asking
	output
}

func newLab() *cobra.Command {
	var a trying
	c := &cobra.Command{
		Use:   "lab SCENARIO",
		Short: "Carry a scenario out for real, and hold it against its simulation",
		Long: `Start servers that behave as the scenario's model says, the balancer that it describes and
clients who send its requests, all on this machine's loopback, and measure what comes of
it. The simulator is asked about the same requests: the same instants, the same demands.
What the machine itself needs is measured meanwhile with requests that need no service,
and added to what is simulated of requests as they left: that is the prediction.

Requests leave when they are due whatever becomes of those before, and their latency
counts from then. The timeline happens for real: servers crash, hang, slow down, err, are
drained, deployed, restored; how long the balancer needed to notice stands beside what its
settings promise. What can't be carried out is named before anything starts.

--proxy puts nginx, haproxy or caddy in the middle, configured from the scenario or, with
--config, from a file of your own, in which {{listen}}, {{address "api-1"}} and {{dir}} stand
for the addresses of this run and a folder for what it writes.

It takes as long as the scenario says, once for each algorithm. Ctrl-C ends it.`,
		Example: `  lbsim lab lab-small
  lbsim lab lab-small --algorithms rr,lc,p2c,ip_hash --out lab/
  lbsim lab lab-failure
  lbsim lab lab-small --proxy nginx --duration 20s

Look next at: lbsim compare, lbsim backend, lbsim proxy`,
		Args:              between(1, 1, "one scenario"),
		ValidArgsFunction: completeScenarios(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			return a.typed(a.run(cmd, names[0]))
		},
	}
	a.labFlags(c)
	return c
}

func (a *trying) labFlags(c *cobra.Command) {
	f := c.Flags()
	f.SortFlags = false
	a.asking.flags = map[string]string{}
	own := func(path, flag, usage string) {
		f.Var(&setting{to: &a.settings, path: path, flag: flag, typed: a.asking.flags}, flag, usage)
	}
	f.StringVarP(&a.algorithms, "algorithms", "a", "", "a `list` such as rr,lc,power_of_two:choices=3; default: the scenario's")
	f.Var(&setting{to: &a.settings}, "set", "change the scenario, such as servers.api.count=3: `path=value` (repeatable)")
	own("run.duration", "duration", "how long requests come, a `time` such as 20s")
	own("run.warmup", "warmup", "until when requests do not count, a `time` such as 2s, or auto: a tenth")
	own("run.seed", "seed", "the `number` that all chance begins with")
	f.StringVar(&a.Product, "proxy", "", "who balances: lbsim (default), nginx, haproxy or caddy, a `name`")
	f.StringVar(&a.Config, "config", "", "a configuration of your own for that, a `file`")
	f.IntVar(&a.Connections, "connections", 1024, "the `number` of connections that clients have at most")
	f.DurationVar(&a.Limit, "limit", 0, "the longest `time` that it may take in all; default: a bit more than twice what it should")
	f.BoolVar(&a.json, "json", false, "print JSON")
	f.StringVar(&a.dir, "out", "", "write charts with their data and lab.json to this `folder`")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "print no remarks")
	f.BoolVar(&a.noColor, "no-color", false, "print no colours (nor with NO_COLOR set)")
	complete(c, "algorithms", completeAlgorithms)
	complete(c, "proxy", completeWords(append([]string{"lbsim"}, lab.Products()...)))
}

// plan reads the scenario and the flags.
func (a *trying) plan(name string, in io.Reader) (*lab.Plan, error) {
	source, err := openScenario(name, in)
	if err != nil {
		return nil, err
	}
	q := a.Question
	q.Source, q.Settings, q.Algorithms = source, a.settings, compare.SplitAlgorithms(a.algorithms)
	if q.Product == "lbsim" {
		q.Product = ""
	}
	if q.Connections < 1 {
		return nil, fmt.Errorf("--connections %d: must be at least 1", q.Connections)
	}
	return q.Plan()
}

func (a *trying) run(cmd *cobra.Command, name string) error {
	if err := a.makeFolder(); err != nil {
		return err
	}
	plan, err := a.plan(name, cmd.InOrStdin())
	if err != nil {
		return wrong(err)
	}
	plan.Version, plan.Command = version(), a.commandLine(name)
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	if !a.quiet {
		fmt.Fprintf(cmd.ErrOrStderr(), "%d requests, about %v\n", plan.Requests(), plan.Expected().Round(time.Second))
	}
	bar := newProgress(cmd.ErrOrStderr(), !a.quiet, 0)
	plan.Progress = bar.tellOf
	r, err := plan.Run(ctx)
	bar.end()
	if errors.Is(err, context.Canceled) {
		return exit{errors.New("interrupted before one algorithm was complete: there is nothing to show"), interrupted}
	}
	if err != nil {
		return err
	}
	if err := a.show(cmd, r); err != nil {
		return err
	}
	if r.Interrupted {
		return exit{errors.New("interrupted: what was complete is shown"), interrupted}
	}
	return nil
}

// show prints a result and writes its folder.
func (a *trying) show(cmd *cobra.Command, r *lab.Result) error {
	out := cmd.OutOrStdout()
	var err error
	if a.json {
		err = reports.WriteLabJSON(out, r)
	} else {
		err = reports.WriteLab(out, r, a.layout(out))
	}
	if err != nil || a.dir == "" {
		return err
	}
	var files written
	if err := files.write(a.dir, "lab.json", func(w io.Writer) error { return reports.WriteLabJSON(w, r) }); err != nil {
		return err
	}
	drawn, err := charts.WriteLab(a.dir, r)
	files.add(drawn)
	if err == nil && !a.quiet {
		files.list(cmd.ErrOrStderr(), a.dir)
	}
	return err
}

// commandLine is the command that asks this.
func (a *trying) commandLine(name string) string {
	words := "lbsim lab " + quoted(name)
	for _, flag := range [][2]string{{"algorithms", a.algorithms}, {"proxy", a.Product}, {"config", a.Config}} {
		if flag[1] != "" {
			words += " --" + flag[0] + " " + quoted(flag[1])
		}
	}
	for _, s := range a.settings {
		words += " --set " + quoted(s)
	}
	return words
}
