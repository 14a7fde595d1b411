package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"lbsim/config/decode"
	"lbsim/config/foreign/products"
	"lbsim/config/kinds"
	"lbsim/studies/validate"
)

func newImport() *cobra.Command {
	q := products.Request{}
	asJSON := false
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Make lbsim's file of another product's configuration",
		Long: `Read the configuration of another product (` + strings.Join(products.Names(), ", ") + `) and print lbsim's own,
with that product's rules and defaults, comments that name the source line, and a list of
what is not simulated. FILE may be - for standard input, and of nginx a file of conf.d or a
dump (nginx -T), of HAProxy a folder, too. Files that it includes are looked for in its folder, or in that of --root.`,
		Example: `  lbsim import /etc/nginx/nginx.conf > lb.yaml
  nginx -T | lbsim import -
  lbsim import nginx.conf --root ./etc --profile nginx@1.22

Look next at: lbsim proxy lb.yaml --check, lbsim schema balancer`,
		Args: between(1, 1, "a configuration file, or -"),
		RunE: func(cmd *cobra.Command, args []string) error {
			q.File, q.In = args[0], cmd.InOrStdin()
			if q.Layer != "" && q.Layer != "l4" && q.Layer != "l7" {
				return wrongf("--layer %s: must be l4 or l7", q.Layer)
			}
			if err := refuseOurs(&q); err != nil {
				return wrong(err)
			}
			cfg, err := products.Load(q)
			if err != nil {
				if _, ok := errors.AsType[decode.Problems](err); ok {
					return wrong(err)
				}
				return wrong(fmt.Errorf("import: %w", err))
			}
			if asJSON {
				return cfg.WriteJSON(cmd.OutOrStdout())
			}
			return cfg.Write(cmd.OutOrStdout())
		},
	}
	f := c.Flags()
	sourceFlags(c, &q)
	f.BoolVar(&asJSON, "json", false, "print JSON, with the place of every setting")
	return c
}

// refuseOurs says which command takes a file that is of no other product. What else is wrong
// with it is the reader's to say.
func refuseOurs(q *products.Request) error {
	if q.From != "" || q.Profile != "" {
		return nil
	}
	if info, err := os.Stat(q.File); err == nil && info.IsDir() {
		return nil
	}
	_, text, err := validate.Text(q.File, q.In)
	if err != nil {
		return err
	}
	q.In = bytes.NewReader(text)
	return kinds.Check(q.File, text, kinds.Foreign)
}

// sourceFlags adds the flags that say how another product's file is read.
func sourceFlags(c *cobra.Command, q *products.Request) {
	f := c.Flags()
	f.StringVar(&q.From, "from", "", "the `product` that FILE is of, instead of the one it looks like")
	f.StringVar(&q.Root, "root", "", "the `folder` that holds the files which FILE includes")
	f.StringVar(&q.Profile, "profile", "", "the product and the `version` whose rules hold, such as nginx@1.22")
	f.StringVar(&q.Layer, "layer", "", "l4: of a file that balances requests and connections, the connections")
	complete(c, "from", completeWords(products.Names()))
	var profiles []string
	for _, name := range products.Names() {
		profiles = append(profiles, name+"@") // and the version
	}
	complete(c, "profile", completeWords(profiles))
	complete(c, "layer", completeWords([]string{"l4", "l7"}))
}
