package main

import (
	"bytes"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"lbsim/config"
	"lbsim/config/kinds"
	"lbsim/proxy/alerts"
	"lbsim/scenarios"
)

func newAlerts() *cobra.Command {
	dashboard := false
	c := &cobra.Command{
		Use:   "alerts FILE",
		Short: "Write Prometheus alert rules for a live proxy",
		Long: `Write alert rules for Prometheus that watch lbsim proxy. FILE is the proxy's file or a
scenario, also a shipped one: its slo: says what is watched, its limits what may be used up.

  error_ratio < 0.1%   how fast errors use up what is allowed, over two windows each
                       (Google's Site Reliability Workbook, chapter 5)
  p99 < 250ms          the quantile, or the mean, above the limit for 10 minutes

Servers that are out, what is nearly used up, requests that are turned away and reloads that
were refused have rules without any objective. Objectives that a proxy does not measure, such
as those of a class, are named on standard error and have none.`,
		Example: `  lbsim alerts lb.yaml > lbsim.rules.yaml
  lbsim alerts --dashboard > lbsim.json       # import it into Grafana

Look next at: lbsim proxy --help`,
		Args: func(cmd *cobra.Command, args []string) error {
			if dashboard {
				return between(0, 1, "a proxy's file or a scenario")(cmd, args)
			}
			return between(1, 1, "a proxy's file or a scenario")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if dashboard {
				_, err := cmd.OutOrStdout().Write(alerts.Dashboard)
				return err
			}
			b, objectives, err := readObjectives(cmd, args[0])
			if err != nil {
				return err
			}
			unmeasured, err := alerts.Write(cmd.OutOrStdout(), b, objectives)
			if len(objectives) == 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "%s has no slo: the rules are about servers and saturation alone\n", args[0])
			}
			for _, text := range unmeasured {
				fmt.Fprintf(cmd.ErrOrStderr(), "no rule for %s: a proxy does not measure it\n", text)
			}
			return err
		},
	}
	c.Flags().BoolVar(&dashboard, "dashboard", false, "write a dashboard for Grafana instead, which needs no FILE")
	return c
}

// readObjectives reads a proxy's file or a scenario, whichever it is.
func readObjectives(cmd *cobra.Command, name string) (*config.Balancer, []config.Objective, error) {
	shown, text, err := readText(name, cmd.InOrStdin(), kinds.Balancer, kinds.Scenario)
	if err != nil {
		return nil, nil, wrong(err)
	}
	if kinds.Of(name, text) != kinds.Scenario {
		b, err := config.ReadProxy(shown, bytes.NewReader(text))
		if err != nil {
			return nil, nil, wrong(err)
		}
		return b, b.Proxy.SLO, nil
	}
	source, err := scenarios.Parse(shown, filepath.Dir(shown), bytes.NewReader(text))
	if err != nil {
		return nil, nil, wrong(err)
	}
	s, err := source.Scenario()
	if err != nil {
		return nil, nil, wrong(err)
	}
	return &s.Balancer, s.SLO, nil
}
