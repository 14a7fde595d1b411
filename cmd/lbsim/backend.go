package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lbsim/scenarios"
	"lbsim/studies/lab/backend"
)

// plainBackend is the scenario of a backend that nobody says more of.
const plainBackend = `
workload:
  arrivals: {process: poisson, rate: 1/s}
  classes: [{name: request, service: {dist: exponential, mean: 10ms}}]
servers: [{name: backend}]
balancer: {algorithm: round_robin}
run: {duration: 1s}
`

// mostDrain is how long a backend that is told to end lets requests run.
const mostDrain = 30 * time.Second

func newBackend() *cobra.Command {
	var scenario, server, listen string
	a := asking{flags: map[string]string{}}
	o := backend.Options{}
	c := &cobra.Command{
		Use:   "backend",
		Short: "Be one server of a scenario, for real",
		Long: `Serve HTTP as a scenario's server would: with its workers, its queue, its speed and the
service times of its classes. It sleeps where it would work. A request may say how much
work it is (X-Lbsim-Demand: seconds); else that is drawn.

Without --scenario it is one worker with an unlimited queue and exponential services of
10 ms. /healthz is its health check, with ?deep=1 or --deep also of --depends-on. It is
told over HTTP what to suffer from, until a time is over or it is restored:

  curl -X POST 'localhost:9001/_lbsim/slow?factor=3&for=10s'
  curl -X POST 'localhost:9001/_lbsim/crash?for=5s'       hang, errors?ratio=50%25, flaky, restore
  curl localhost:9001/_lbsim                              what it has seen

SIGTERM and Ctrl-C let what runs end; a second one ends it at once.`,
		Example: `  lbsim backend --listen 127.0.0.1:9001
  lbsim backend --listen 127.0.0.1:9001 --workers 4 --queue 100
  lbsim backend --listen 127.0.0.1:9002 --scenario heterogeneous --server medium-1

Look next at: lbsim proxy, lbsim lab`,
		Args: between(0, 0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if listen == "" {
				return wrongf("lbsim backend wants --listen and an address, such as 127.0.0.1:9001")
			}
			if err := modelOf(&o, scenario, server, &a); err != nil {
				return wrong(a.typed(err))
			}
			o.Log = slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			return runBackend(ctx, o, listen)
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&listen, "listen", "", "the `address` to listen on, such as 127.0.0.1:9001")
	f.StringVar(&scenario, "scenario", "", "the `scenario` whose server it is")
	f.StringVar(&server, "server", "", "which of the scenario's servers, a `name` such as api-1; default: the first")
	for _, own := range [][3]string{
		{"workload.classes[0].service", "service", "the `law` of service times, such as \"{dist: exponential, mean: 10ms}\""},
		{"servers[0].workers", "workers", "the `number` of workers"},
		{"servers[0].queue", "queue", "the `number` of places to wait, or unlimited"},
		{"servers[0].speed", "speed", "how many seconds of demand a worker does in a second, a `number`"},
	} {
		f.Var(&setting{to: &a.settings, path: own[0], flag: own[1], typed: a.flags}, own[1], own[2])
	}
	f.StringVar(&o.DependsOn, "depends-on", "", "the `URL` of what its requests need: they fail where it does not answer 2xx")
	f.BoolVar(&o.Deep, "deep", false, "let health checks ask that, too")
	f.Uint64Var(&o.Seed, "seed", 1, "the `number` that all chance begins with")
	return c
}

// modelOf finds a server's model, and the classes of its requests. What flags say of the
// first group is about the server's.
func modelOf(o *backend.Options, scenario, server string, a *asking) error {
	source, err := scenarios.Parse("backend", ".", strings.NewReader("name: backend"+plainBackend))
	if scenario != "" {
		source, err = scenarios.Open(scenario, nil)
	}
	if err != nil {
		return err
	}
	s, err := source.Scenario()
	if err != nil {
		return err
	}
	group := s.Servers[0].Name
	for _, x := range s.Build().Servers {
		if x.Name == server {
			group = x.Group
		}
	}
	for _, text := range a.settings {
		path, value, _ := strings.Cut(text, "=")
		if key, ok := strings.CutPrefix(path, "servers[0]."); ok {
			path = "servers." + group + "." + key
			a.flags[path+"="+value] = a.flags[text]
		}
		if err := source.Set(path, value); err != nil {
			return err
		}
	}
	if s, err = source.Scenario(); err != nil {
		return err
	}
	o.Server, o.Classes, err = backend.Of(s.Build(), server)
	return err
}

func runBackend(ctx context.Context, o backend.Options, listen string) error {
	s, err := backend.New(o)
	if err != nil {
		return err
	}
	err = s.Listen(listen)
	if err == nil {
		o.Log.Info("listening", "address", s.Address(), "server", o.Server.Name, "workers", o.Server.Workers)
		<-ctx.Done()
		o.Log.Info("stopping", "under way", s.Counts().InFlight)
	}
	limit, cancel := context.WithTimeout(context.Background(), mostDrain)
	defer cancel()
	if closed := s.Close(limit); err == nil && closed != nil {
		err = fmt.Errorf("after %v: %w", mostDrain, closed)
	}
	return err
}
