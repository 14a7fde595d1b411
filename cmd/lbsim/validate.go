package main

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"lbsim/config/decode"
	"lbsim/config/foreign/products"
	"lbsim/reports"
	"lbsim/studies/drills"
	"lbsim/studies/validate"
)

// validation is the flags of validate.
type validation struct {
	format        string
	json          bool
	failOn        string
	out           string
	source        products.Request // how files of other products are read
	baseline      string
	writeBaseline bool
	quiet         bool
	verbose       bool
	noColor       bool
	against       string
	drilling
}

var (
	validationFormats = []string{"text", "json", "sarif", "junit", "github"}
	failures          = []string{"error", "warning", "never"}
)

func newValidate() *cobra.Command {
	var v validation
	cmd := &cobra.Command{
		Use:   "validate FILE...",
		Short: "Say what in a configuration will hurt",
		Long: `Look at configurations before production does: what in them will hurt, why, what to
write instead, and which shipped scenario shows the harm. FILE is a balancer's or a proxy's
file, another product's (lbsim import), a scenario, also a shipped one, or - for standard
input. Of a scenario, and in the world of --with, the servers and the load are known, so more
can be said: whether the others carry the load when one is lost, whether weights fit the
sizes, whether limits let the usual load through.

With a load each pool is also drilled: what becomes of its requests is simulated on a steady
day and when servers or zones are lost, one is slow, hangs or errs, at a deploy, at tenfold load,
in a retry storm, and held against the objectives; one such as p99{during=deploy} < 1s is
about that drill, while it lasts. --rps and --service make a plain world, --with takes that of
a scenario, and a scenario is drilled in its own with --drill.

--against holds the configuration against the one before: every pool, route, endpoint and
setting that is another, findings that are new or mended, how soon trouble is noticed, drills
side by side with the same requests, and keys, clients and sessions that move. Then only what
got worse counts; that something is another is no failure by itself.

A comment ignores a finding on its line, or on the next one: # lbsim:ignore LB015 and a
reason. --baseline leaves those alone that were there before.

The exit code is 1 where a finding is as grave as --fail-on says, or a drill: one that misses
an objective is an error, one that is undecided a warning, and so is trouble that is noticed
later than before and a pool or a route that is gone. It is 2 where a file can't be read; what
is wrong with it stands in the report, beside the other files.`,
		Example: `  lbsim validate lb.yaml
  lbsim validate /etc/nginx/nginx.conf --fail-on warning
  lbsim validate lb.yaml --baseline known.json --write-baseline
  lbsim validate lb.yaml --baseline known.json --fail-on warning --format sarif --out lbsim.sarif
  lbsim validate kill-one
  lbsim validate kill-one --drill all
  lbsim validate lb.yaml --rps 1000 --service 20ms --slo "p99 < 250ms"
  lbsim validate lb.yaml --with world.yaml --drill lose-server --drill deploy
  lbsim validate new.yaml --against lb.yaml --with world.yaml

Look next at: lbsim lints, lbsim lints --explain LB001`,
		Args:              v.args,
		ValidArgsFunction: completeScenarios(-1),
		RunE: func(cmd *cobra.Command, names []string) error {
			if v.list {
				return reports.WriteDrillKinds(cmd.OutOrStdout(), drills.Kinds, v.layout(cmd.OutOrStdout()))
			}
			return v.run(cmd, names)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&v.failOn, "fail-on", "error", "exit with 1 on findings that are so grave: `error`, warning or never")
	f.StringVar(&v.format, "format", "", "the `format`: text (default), json, sarif, junit or github")
	f.BoolVar(&v.json, "json", false, "print JSON: the same as --format json (see lbsim schema validate)")
	f.StringVar(&v.out, "out", "", "write the report to this `file` instead, whole or not at all")
	f.StringVar(&v.baseline, "baseline", "", "a `file` of findings that were there before, which do not count")
	f.BoolVar(&v.writeBaseline, "write-baseline", false, "write the findings there are to the file of --baseline, and end")
	f.BoolVarP(&v.quiet, "quiet", "q", false, "print no report unless a format is asked for, only what fails the check")
	f.BoolVarP(&v.verbose, "verbose", "v", false, "list each directive that is not simulated, with its place and why")
	f.BoolVar(&v.noColor, "no-color", false, "print no colours (nor with NO_COLOR set)")
	f.StringVar(&v.against, "against", "", "hold it against this `file`, the configuration before: only what got worse counts")
	f.Var(&v.minEffect, "min-effect", "with --against: the relative difference below which none is claimed; default: 5%")
	v.drilling.flags(cmd)
	sourceFlags(cmd, &v.source)
	complete(cmd, "format", completeWords(validationFormats))
	complete(cmd, "fail-on", completeWords(failures))
	return cmd
}

// run validates and shows what was found.
func (v *validation) run(cmd *cobra.Command, names []string) error {
	if err := v.settle(names); err != nil {
		return err
	}
	subjects, unread, problems, err := openReadable(names, v.source, cmd.InOrStdin())
	switch {
	case err != nil:
		return err
	case len(problems) > 0 && (v.writeBaseline || len(subjects) == 0 && (v.format == "text" || v.format == "")):
		return wrong(problems)
	}
	var all []*validate.Report
	if len(subjects) > 0 {
		if all, err = v.examine(cmd, subjects); err != nil {
			return err
		}
	}
	if v.writeBaseline {
		return v.keepBaseline(cmd, all)
	}
	if err := v.applyBaseline(cmd, all); err != nil {
		return err
	}
	if v.format != "text" { // which has them as the error
		all = append(unread, all...)
	}
	if err := v.show(cmd, all); err != nil {
		return err
	}
	if len(problems) > 0 {
		return wrong(problems)
	}
	return v.judge(all)
}

// args wants configurations, one where it is held against another, none for a list.
func (v *validation) args(cmd *cobra.Command, args []string) error {
	switch {
	case v.list:
		return between(0, 0, "")(cmd, args)
	case v.against != "":
		return between(1, 1, "one configuration with --against")(cmd, args)
	}
	return between(1, -1, "a configuration")(cmd, args)
}

// examine looks for findings and, where there is a load, drills.
func (v *validation) examine(cmd *cobra.Command, subjects []*validate.Subject) ([]*validate.Report, error) {
	drilled, err := v.asked(cmd, subjects)
	if err != nil {
		return nil, err
	}
	if err := v.openWorld(cmd.InOrStdin()); err != nil {
		return nil, err
	}
	switch {
	case drilled || v.format != "text":
	case slices.ContainsFunc(subjects, (*validate.Subject).IsScenario):
		fmt.Fprintln(cmd.ErrOrStderr(), "no drills were asked for: --drill all adds them, in a scenario's own world")
	default:
		fmt.Fprintln(cmd.ErrOrStderr(), "no drills without a load: --rps and --service, or --with world.yaml, add them")
	}
	var all []*validate.Report
	for _, s := range subjects {
		if err := v.situate(s); err != nil {
			return nil, err
		}
		r := validate.Check(s)
		all = append(all, r)
		switch {
		case v.against != "":
			err = v.holdAgainst(cmd, s, r)
		case drilled:
			err = v.drill(cmd, s, r)
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// settle makes one format of the flags and holds them against each other.
func (v *validation) settle(names []string) error {
	switch {
	case v.json && v.format != "" && v.format != "json":
		return wrongf("one format at a time: --json or --format")
	case v.json:
		v.format = "json"
	case v.format == "" && !v.quiet:
		v.format = "text"
	}
	switch {
	case v.format != "" && !slices.Contains(validationFormats, v.format):
		return wrongf("--format %s: %s", v.format, decode.Suggest(v.format, validationFormats))
	case !slices.Contains(failures, v.failOn):
		return wrongf("--fail-on %s: %s", v.failOn, decode.Suggest(v.failOn, failures))
	case v.writeBaseline && v.baseline == "":
		return wrongf("--write-baseline: say where to with --baseline")
	case v.minEffect.value > 0 && v.against == "":
		return wrongf("--min-effect is about --against: the configuration before is missing")
	case v.out != "" && v.format == "":
		return wrongf("--out %s: with --quiet there is no report; add --format", v.out)
	}
	for _, flag := range []struct{ name, file string }{{"--out", v.out}, {"--baseline", v.baseline}} {
		if target, err := os.Stat(flag.file); flag.file != "" && err == nil {
			for _, name := range names {
				if x, err := os.Stat(name); err == nil && os.SameFile(x, target) {
					return wrongf("%s %s: it is what is validated: name another file", flag.name, flag.file)
				}
			}
		}
	}
	return nil
}

// keepBaseline writes what was found to the baseline, which keeps what it knows of other files.
func (v *validation) keepBaseline(cmd *cobra.Command, all []*validate.Report) error {
	b, kept := validate.BaselineOf(v.baseline, all), 0
	found := len(b.Findings)
	if _, err := os.Stat(v.baseline); err == nil {
		old, err := v.readBaseline()
		if err != nil {
			return err
		}
		kept = b.Keep(old, all)
	}
	if err := reports.WriteFile(v.baseline, func(w io.Writer) error { return reports.WriteBaseline(w, b) }); err != nil {
		return wrongf("--baseline %s can't be written: %w", v.baseline, reason(err))
	}
	text := fmt.Sprintf("wrote %d findings to %s", found, v.baseline)
	if kept > 0 {
		text += fmt.Sprintf(" and kept %d of what was not looked at", kept)
	}
	_, err := fmt.Fprintln(cmd.ErrOrStderr(), text)
	return err
}

func (v *validation) readBaseline() (*validate.Baseline, error) {
	f, err := os.Open(v.baseline)
	if err != nil {
		return nil, wrongf("--baseline %s can't be read (%w): --write-baseline makes it", v.baseline, reason(err))
	}
	defer f.Close()
	b, err := validate.ReadBaseline(v.baseline, f)
	return b, wrong(err)
}

// applyBaseline marks what the baseline knows.
func (v *validation) applyBaseline(cmd *cobra.Command, all []*validate.Report) error {
	if v.baseline == "" {
		return nil
	}
	b, err := v.readBaseline()
	if err != nil {
		return err
	}
	if mended := b.Apply(all); len(mended) > 0 && !v.quiet {
		fmt.Fprintf(cmd.ErrOrStderr(), "%d findings of %s are there no more: write it anew with --write-baseline\n", len(mended), v.baseline)
	}
	return nil
}
