package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"lbsim/config"
	"lbsim/config/export"
	"lbsim/config/kinds"
)

func newExport() *cobra.Command {
	to, asJSON, strict := "", false, false
	c := &cobra.Command{
		Use:   "export FILE",
		Short: "Make another product's configuration of lbsim's file",
		Long: `Print lbsim's file as the configuration of NGINX, HAProxy or Envoy. What that can't say,
or does by a rule of its own, is listed on standard error and in comments of the file.`,
		Example: `  lbsim export lb.yaml --to haproxy > haproxy.cfg
  lbsim export lb.yaml --to nginx --strict
  lbsim export lb.yaml --to envoy --json

Look next at: lbsim import haproxy.cfg, which goes the other way`,
		Args: between(1, 1, "a file such as lb.yaml"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if to == "" {
				return wrongf("--to is missing: the product whose file is wanted: %s", strings.Join(export.Products(), ", "))
			}
			name, text, err := readText(args[0], cmd.InOrStdin(), kinds.Balancer)
			if err != nil {
				return wrong(err)
			}
			b, err := config.Read(name, bytes.NewReader(text))
			if err != nil {
				return wrong(err)
			}
			written, lost, err := export.Write(to, b)
			if err != nil {
				return wrong(fmt.Errorf("--to: %w", err))
			}
			if err := printExport(cmd, to, written, lost, asJSON); err != nil {
				return err
			}
			if strict && len(lost) > 0 {
				return exit{fmt.Errorf("%d settings of %s are not said in %s's file", len(lost), name, to), checkFailed}
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&to, "to", "", "the `product`: nginx, haproxy or envoy")
	complete(c, "to", completeWords(export.Products()))
	f.BoolVar(&asJSON, "json", false, "print JSON: the file's text and what it does not say")
	f.BoolVar(&strict, "strict", false, "exit 1 where something is lost")
	return c
}

// printExport prints the file, and on standard error what it does not say.
func printExport(cmd *cobra.Command, to, text string, lost []export.Loss, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(cmd.OutOrStdout())
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(struct {
			Product string        `json:"product"`
			Text    string        `json:"text"`
			Lost    []export.Loss `json:"lost"`
		}{to, text, append([]export.Loss{}, lost...)})
	}
	if _, err := fmt.Fprint(cmd.OutOrStdout(), text); err != nil {
		return err
	}
	for _, l := range lost {
		if _, err := fmt.Fprintf(cmd.ErrOrStderr(), "not said: %s: %s\n", l.Path, l.Why); err != nil {
			return err
		}
	}
	return nil
}
