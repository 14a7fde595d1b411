package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lbsim/algorithms"
	"lbsim/config/decode"
	"lbsim/studies/fit"
	"lbsim/studies/fit/accesslog"
)

// fitting is the flags of fit.
type fitting struct {
	fit.Question
	output
	world bool
}

var fitFormats = []string{"yaml", "table", "markdown", "json"}

func newFit() *cobra.Command {
	var a fitting
	c := &cobra.Command{
		Use:   "fit LOG",
		Short: "Estimate a workload from an access log",
		Long: `Read an access log and print the workload that it is of as a scenario: when requests come,
which kinds there are, what each needs of a server, which keys are asked for and by how many
clients, each with its error, and what the log can't tell.

The log is of NGINX (combined, main, with times behind it), HAProxy (httplog, tcplog), Envoy
(text or JSON), lbsim proxy, or CSV with a header (what lbsim run --requests writes, too); it
may be packed by gzip, or - for standard input. --log-format says any other in NGINX's
language of $variables. NGINX's default has no durations; this has all that can be fitted:

  log_format timed '` + accesslog.Timed + `';

What a log calls a response holds the wait in the server's queue. It is left out by taking
the requests that found a free worker or, with --workers, by reckoning when the server,
first in, first out, began each; or the report says that it was not.

Nothing of the log's text comes out but words of paths that many clients asked for: a class
is a method and the first segments of a path, and ids, tokens, addresses and queries are none.

Where the log names servers, or --servers says how many there are, what is printed is a
whole scenario for lbsim run; with --world it is what lbsim validate --with takes.`,
		Example: `  lbsim fit access.log > fitted.yaml
  lbsim fit access.log.gz --out fitted/
  lbsim fit access.log --servers 4 --workers 8 --format table
  lbsim fit access.log --world > world.yaml
  lbsim fit access.log --log-format '$msec|$request|$request_time'
  lbsim fit - --json

Look next at: lbsim run fitted.yaml, lbsim validate lb.yaml --with world.yaml, lbsim schema fit`,
		Args: between(1, 1, "a log, or -"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.run(cmd, args[0]) },
	}
	a.flags(c)
	return c
}

func (a *fitting) flags(c *cobra.Command) {
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&a.LogFormat, "log-format", "", "the `format` of the log in NGINX's language, such as '$msec $request_time'; default: found out")
	f.IntVar(&a.Workers, "workers", 0, "the `number` of requests that each server works on at once; default: as many as the log shows")
	f.IntVar(&a.Servers, "servers", 0, "the `number` of servers; default: as many as the log names")
	f.StringVar(&a.Algorithm, "algorithm", "", "the `name` of the balancer's algorithm in the scenario; default: round_robin")
	f.IntVar(&a.Classes, "classes", fit.DefaultClasses, "the greatest `number` of classes")
	f.IntVar(&a.Crowd, "min-clients", fit.DefaultCrowd, "the `number` of clients that must have asked for a path before its words are told")
	f.BoolVar(&a.world, "world", false, "print a world for lbsim validate --with instead of a scenario")
	f.BoolVar(&a.json, "json", false, "print JSON: the same as --format json (see lbsim schema fit)")
	f.StringVar(&a.format, "format", "", "the `format`: yaml (default; with --out table), table, markdown or json")
	f.StringVar(&a.dir, "out", "", "write the scenario to this `file` (.yaml), or with charts, a world and fit.json to this folder")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "print no remarks and, unless a format is asked for, no report")
	f.BoolVar(&a.noColor, "no-color", false, "print no colours (nor with NO_COLOR set)")
	complete(c, "format", completeWords(fitFormats))
	complete(c, "algorithm", completeAlgorithms)
}

// check reads the flags.
func (a *fitting) check() error {
	toFile := isYAML(a.dir)
	switch {
	case a.json && a.format != "":
		return wrongf("one format at a time: --json or --format")
	case a.json:
		a.format = "json"
	case a.format == "" && (a.dir != "" && a.quiet):
	case a.format == "" && a.dir != "":
		a.format = "table"
	case a.format == "":
		a.format = "yaml"
	case !slices.Contains(fitFormats, a.format):
		return wrongf("--format %s: %s", a.format, decode.Suggest(a.format, fitFormats))
	}
	for _, flag := range []struct {
		name        string
		value, most int
	}{{"workers", a.Workers, 1_000_000}, {"servers", a.Servers, 1_000_000}, {"classes", a.Classes, 100}, {"min-clients", a.Crowd, 1000}} {
		if flag.value < 0 || flag.value > flag.most {
			return wrongf("--%s %d: must be a whole number in [0, %d]", flag.name, flag.value, flag.most)
		}
	}
	if a.Algorithm != "" {
		if _, err := algorithms.Parse(a.Algorithm); err != nil {
			return wrongf("--algorithm %s: %w", a.Algorithm, err)
		}
	}
	if toFile {
		return nil
	}
	return a.makeFolder()
}

func isYAML(name string) bool {
	return slices.Contains([]string{".yaml", ".yml"}, strings.ToLower(filepath.Ext(name)))
}

func (a *fitting) run(cmd *cobra.Command, name string) error {
	if err := a.check(); err != nil {
		return err
	}
	q := a.Question
	q.File, q.Log = name, cmd.InOrStdin()
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return wrongf("%s: %w", name, reason(err))
		}
		defer f.Close()
		q.Log = f
	} else {
		q.File = "stdin"
	}
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	r, err := fit.Run(ctx, q)
	if errors.Is(err, context.Canceled) {
		return exit{errors.New("interrupted before the log was read: there is nothing to show"), interrupted}
	}
	if e, ok := errors.AsType[*accesslog.Error](err); ok {
		return wrongf("%s: %w", q.File, e)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", q.File, err)
	}
	return a.show(ctx, cmd, r)
}
