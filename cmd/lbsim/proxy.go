package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"lbsim/config"
	"lbsim/config/kinds"
	"lbsim/proxy"
	"lbsim/proxy/recording"
)

func newProxy() *cobra.Command {
	check, record := false, ""
	c := &cobra.Command{
		Use:   "proxy FILE",
		Short: "Balance real traffic with the code that was simulated",
		Long: `Balance real traffic. FILE is a balancer's file, as a scenario's balancer may be,
with an address to listen on and the addresses of the endpoints:

  listen: 127.0.0.1:8080
  algorithm: least_connections
  endpoints:
    - {name: api-1, address: "127.0.0.1:9001"}
    - {name: api-2, address: "127.0.0.1:9002"}
  health: {active: {path: /healthz}}
  retries: {attempts: 2}

HTTP/1.1 and HTTP/2, with tls: or without, WebSockets and gRPC come in. With layer: l4 it is
connections that are balanced, whatever they speak, or flows (transport: udp); routes may
then go by the host that a client of TLS asks for:

  listen: 127.0.0.1:5432
  layer: l4
  algorithm: least_connections
  endpoints:
    - {name: db-1, address: "127.0.0.1:5433"}
    - {name: db-2, address: "127.0.0.1:5434"}
  health: {active: {connect: true}}

What happens to endpoints is written to standard error as JSON. When FILE or a file that it
names changes, or on SIGHUP, it is read again: endpoints that stay keep what is known of them,
and a bad file changes nothing. SIGTERM and Ctrl-C let what is under way end; a second one ends it at once.`,
		Example: `  lbsim proxy lb.yaml
  lbsim proxy lb.yaml --check
  lbsim proxy lb.yaml --record today.lbsim

Look next at: lbsim schema balancer, lbsim replay`,
		Args: between(1, 1, "a balancer's file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			load := func() (*config.Balancer, error) { return readProxy(args[0]) }
			log := slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
			if check {
				return checkProxy(cmd, args[0], load, log)
			}
			hangups := make(chan os.Signal, 1)
			signal.Notify(hangups, syscall.SIGHUP)
			defer signal.Stop(hangups)
			ctx, stop := interruptible(cmd.Context())
			defer stop()
			service := proxy.Service{Load: load, Log: log, Reload: hangups, File: args[0]}
			if record == "" {
				return service.Run(ctx)
			}
			return runRecorded(ctx, service, record)
		},
	}
	c.Flags().StringVar(&record, "record", "", "write what the balancer sees and decides to a `file`, which is there when the proxy has ended (lbsim replay)")
	c.Flags().BoolVar(&check, "check", false, "say whether FILE is good, and what is wrong with it, and end")
	return c
}

// runRecorded runs a proxy whose balancer's calls go to a file.
func runRecorded(ctx context.Context, s proxy.Service, path string) error {
	w, err := recording.Create(path)
	if err != nil {
		return wrong(err)
	}
	s.Record = w
	var watching sync.WaitGroup
	ended := make(chan struct{})
	watching.Go(func() {
		select {
		case <-w.Lost():
			s.Log.Error("the recording is lost", "error", w.Err())
		case <-ended:
		}
	})
	err = s.Run(ctx)
	close(ended)
	watching.Wait()
	return errors.Join(err, w.Close())
}

// readProxy reads the file of a proxy.
func readProxy(name string) (*config.Balancer, error) {
	_, text, err := readText(name, nil, kinds.Balancer)
	if err != nil {
		return nil, wrong(err)
	}
	cfg, err := config.ReadProxy(name, bytes.NewReader(text))
	return cfg, wrong(err)
}

// checkProxy reads a file and what it names.
func checkProxy(cmd *cobra.Command, name string, load func() (*config.Balancer, error), log *slog.Logger) error {
	cfg, err := load()
	if err != nil {
		return err
	}
	p, err := proxy.New(cfg, proxy.Options{Log: log})
	if err != nil {
		return wrong(err)
	}
	p.Close()
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is good\n", name)
	return err
}
