package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/scenarios"
	"lbsim/studies/drills"
	"lbsim/studies/validate"
)

// drilling is the flags of drills.
type drilling struct {
	with         string
	load         drills.Load
	slo          []string
	pick         []string
	replications int
	minEffect    share
	list         bool

	world *scenarios.World // of with
	own   bool             // drills are in the world that each scenario is
}

// everyDrill is what --drill says of all of them.
const everyDrill = "all"

func (d *drilling) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&d.with, "with", "", "drill each pool in the world of this `file`: a scenario, also a shipped one, whose balancer is not looked at")
	f.Var(&quantity[float64]{&d.load.RateRPS, parseRPS, decode.FormatRate, "a rate > 0, such as 1000"}, "rps", "drill each pool with so many requests a second: a `rate`")
	f.Var(&quantity[time.Duration]{&d.load.Service, parseTime, formatTime, "a time > 0, such as 20ms"}, "service", "with --rps: how long a server works on a request, a mean `time`")
	f.Float64Var(&d.load.CV, "cv", 1, "with --rps: the coefficient of variation of that: 0 constant, 1 exponential")
	f.IntVar(&d.load.Workers, "workers", 0, "with --rps: the `number` of requests that a server works on at once; default: so many that it is busy for 60% of the time at most, and for 80% with the strongest lost")
	f.IntVar(&d.load.Zones, "zones", 0, "with --rps: the `number` of zones over which the endpoints are spread; default: as they say")
	f.StringArrayVar(&d.slo, "slo", nil, "an `objective` that drills must meet, such as \"p99 < 250ms\"; again for more; default: the world's or the file's")
	f.StringArrayVar(&d.pick, "drill", nil, "only this `drill`, beside the steady day: a kind (lose-server) or one (\"lose api-1\"); again for more; of a scenario, all: every one, in its own world")
	f.IntVar(&d.replications, "replications", 0, "the `number` of independent runs of each drill; default: the world's, or 10")
	f.BoolVar(&d.list, "list-drills", false, "list what can happen in a drill, and end")
	complete(cmd, "with", completeScenarios(-1))
	complete(cmd, "drill", completeWords(append(drills.KindNames(), everyDrill)))
}

// asked reports whether there is a load, so that there can be drills: one of the flags', or a
// scenario's own. The error says which flag lacks another.
func (d *drilling) asked(cmd *cobra.Command, subjects []*validate.Subject) (bool, error) {
	rps := d.load.RateRPS > 0
	switch {
	case d.load.CV < 0 || d.load.Workers < 0 || d.load.Zones < 0 || d.replications < 0:
		return false, wrongf("--cv, --workers, --zones and --replications must not be negative")
	case d.with != "" && rps:
		return false, wrongf("--with and --rps: the world has a load of its own: give one of the two")
	case d.with != "" || rps:
		for _, flag := range []string{"service", "cv", "workers", "zones"} {
			if !rps && cmd.Flags().Changed(flag) {
				return false, wrongf("--%s and --with: the world says that itself", flag)
			}
		}
		return true, nil
	}
	scenarios := !slices.ContainsFunc(subjects, func(s *validate.Subject) bool { return !s.IsScenario() })
	for _, flag := range []string{"service", "cv", "workers", "zones", "slo", "drill", "replications"} {
		ofALoad := slices.Contains([]string{"service", "cv", "workers", "zones"}, flag)
		switch {
		case !cmd.Flags().Changed(flag):
		case ofALoad || !scenarios:
			return false, wrongf("--%s is about drills, which need a load: give --with world.yaml, or --rps and --service", flag)
		default:
			d.own = true
		}
	}
	return d.own, nil
}

// openWorld reads the world of --with, once.
func (d *drilling) openWorld(in io.Reader) (err error) {
	if d.with != "" {
		d.world, err = openWorld(d.with, in)
	}
	return wrong(err)
}

// question is what is to be drilled of a configuration: in the world of --with, or in its own.
func (d *drilling) question(s *validate.Subject) (drills.Question, error) {
	q := drills.Question{File: s.File, Balancer: s.Balancer, World: d.world, Load: d.load, Pick: d.pick, Replications: d.replications, MinEffect: d.minEffect.value}
	if slices.Contains(d.pick, everyDrill) {
		q.Pick = nil
	}
	if d.own {
		q.World = s.OwnWorld()
	}
	for _, text := range d.slo {
		o, err := config.ParseObjective(text)
		if err != nil {
			return q, wrongf("--slo %s: %w", text, err)
		}
		q.SLO = append(q.SLO, o)
	}
	return q, nil
}

// drill drills a configuration and puts what comes of it into its report.
func (v *validation) drill(cmd *cobra.Command, s *validate.Subject, r *validate.Report) error {
	q, err := v.question(s)
	if err != nil {
		return err
	}
	plan, err := q.Plan()
	if err != nil {
		return wrong(err)
	}
	return v.carryOut(cmd, plan.Requests, func(ctx context.Context, tell func(done, planned int)) error {
		plan.Progress = tell
		x, err := drills.Run(ctx, plan)
		if err == nil {
			r.Drilled(x)
		}
		return err
	})
}

// situate puts a configuration into the world of --with or, where it has one pool, into what
// the flags tell of it, for lints to know.
func (d *drilling) situate(s *validate.Subject) error {
	world := d.world
	if pools := s.Balancer.All(); world == nil && len(pools) == 1 && !s.IsScenario() {
		var err error
		if world, err = d.load.Known(&pools[0]); err != nil {
			return wrong(err)
		}
	}
	if world != nil {
		s.Situate(world)
	}
	return nil
}

// holdAgainst holds a configuration against the one before it and puts what comes of it
// into its report.
func (v *validation) holdAgainst(cmd *cobra.Command, s *validate.Subject, r *validate.Report) error {
	others, err := openSubjects([]string{v.against}, v.source, cmd.InOrStdin())
	if err != nil {
		return err
	}
	other := others[0]
	if err := v.situate(other); err != nil {
		return err
	}
	q, err := v.question(s)
	if err != nil {
		return err
	}
	before := q
	before.File, before.Balancer = other.File, other.Balancer
	plan, err := q.Against(before)
	if err != nil {
		return wrong(err)
	}
	return v.carryOut(cmd, plan.Requests, func(ctx context.Context, tell func(done, planned int)) error {
		plan.Progress = tell
		x, err := drills.RunChange(ctx, plan)
		if err == nil {
			r.HoldAgainst(validate.Check(other), x)
		}
		return err
	})
}

// carryOut runs drills with a bar on a terminal, until the user interrupts.
func (v *validation) carryOut(cmd *cobra.Command, requests float64, run func(ctx context.Context, tell func(done, planned int)) error) error {
	if text := effort(requests, cores()); text != "" && !v.quiet {
		fmt.Fprintln(cmd.ErrOrStderr(), text)
	}
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	bar := newProgress(cmd.ErrOrStderr(), !v.quiet, 0)
	defer bar.end()
	err := run(ctx, bar.tell)
	if errors.Is(err, context.Canceled) {
		return exit{errors.New("interrupted before a drill was done: there is nothing to show"), interrupted}
	}
	return err
}

// quantity is a flag with a unit.
type quantity[T float64 | time.Duration] struct {
	to    *T
	parse func(string) (T, bool)
	write func(T) string
	rule  string
}

func (q *quantity[T]) Set(text string) error {
	x, ok := q.parse(strings.TrimSpace(text))
	if !ok || x <= 0 {
		return errors.New("must be " + q.rule)
	}
	*q.to = x
	return nil
}

func (q *quantity[T]) String() string {
	if q.to == nil || *q.to == 0 {
		return ""
	}
	return q.write(*q.to)
}

func (q *quantity[T]) Type() string { return "quantity" }

// parseRPS reads a rate, also without its unit.
func parseRPS(text string) (float64, bool) {
	if x, ok := decode.ParseNumber(text); ok {
		return x, true
	}
	return decode.ParseRate(text)
}

func parseTime(text string) (time.Duration, bool) {
	x, ok := decode.ParseSeconds(text)
	return time.Duration(x * 1e9), ok && x < 1e9
}

func formatTime(d time.Duration) string { return decode.FormatSeconds(d.Seconds()) }
