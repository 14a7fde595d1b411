package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"lbsim/studies/compare"
	"lbsim/studies/result"
)

func newRerun() *cobra.Command {
	var o output
	cmd := &cobra.Command{
		Use:   "rerun RESULT",
		Short: "Run a result again and say whether it is the same",
		Long: `Take the scenario and the question out of a result (--json, or result.json of
--out) and run them again. The exit code is 1 when the fingerprint, a hash of all
that the runs counted, is another one. RESULT is a file or - for standard input.`,
		Example: `  lbsim compare --json > result.json
  lbsim rerun result.json

Look next at: provenance in the result, which has the command that made it`,
		Args: between(1, 1, "the file of one result"),
		RunE: func(cmd *cobra.Command, args []string) error {
			before, err := readResult(args[0], cmd.InOrStdin())
			if err != nil {
				return wrongf("%s %w", args[0], err)
			}
			q, err := compare.Recall(before)
			if err != nil {
				return wrongf("%s: %w", args[0], err)
			}
			plan, after, err := o.ask(cmd, q, before.Provenance.Command)
			if err != nil {
				return err
			}
			if err := o.show(cmd, plan, after); err != nil {
				return err
			}
			if err := sameCourse(cmd.ErrOrStderr(), before, after, o.quiet); err != nil {
				return err
			}
			return o.judge(plan, after)
		},
	}
	cmd.Flags().SortFlags = false
	o.flags(cmd)
	return cmd
}

func readResult(name string, stdin io.Reader) (*result.Result, error) {
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("can't be read: %w", reason(err))
		}
		defer f.Close()
		stdin = f
	}
	r, err := result.Read(stdin)
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return nil, errors.New("is no result of lbsim: it is not JSON; results come from --json or --out")
	}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, fmt.Errorf("can't be read: %w", p.Err)
	}
	return r, err
}

// sameCourse says whether two results are of the same course of events.
func sameCourse(w io.Writer, before, after *result.Result, quiet bool) error {
	switch {
	case after.Interrupted:
		return nil
	case before.Fingerprint != after.Fingerprint:
		return exit{fmt.Errorf("another result: fingerprint %s, and it was %s (version %s then, %s now)",
			after.Fingerprint, before.Fingerprint, before.Provenance.Version, after.Provenance.Version), checkFailed}
	case !quiet:
		fmt.Fprintf(w, "the same result: fingerprint %s\n", after.Fingerprint)
	}
	return nil
}
