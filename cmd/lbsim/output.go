package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"lbsim/config/decode"
	"lbsim/reports"
	"lbsim/studies/result"
)

// output is the flags that say how an answer is shown and where it is written.
type output struct {
	format   string
	json     bool
	csv      bool
	dir      string
	requests string
	check    bool
	quiet    bool
	noColor  bool
}

var formats = []string{"table", "markdown", "json", "csv"}

func (o *output) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&o.check, "check", false, "exit with 1 when an objective (slo) is missed or undecided")
	f.BoolVar(&o.json, "json", false, "print JSON: the same as --format json (see lbsim schema result)")
	f.BoolVar(&o.csv, "csv", false, "print CSV: the same as --format csv")
	f.StringVar(&o.format, "format", "", "the `format`: table (default), markdown, json or csv")
	f.StringVar(&o.dir, "out", "", "write charts, result.json, result.csv and histograms to this `folder`, instead of those of an earlier result")
	f.StringVar(&o.requests, "requests", "", "write a row for each measured request to this `file` as CSV, - for standard output")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print no remarks and, unless a format is asked for, no table")
	f.BoolVar(&o.noColor, "no-color", false, "print no colours (nor with NO_COLOR set)")
	complete(cmd, "format", completeWords(formats))
}

// flagsOf are those of a study that is no comparison: what its JSON's schema is called, and
// what --out writes.
func (o *output) flagsOf(cmd *cobra.Command, schema, out string) {
	f := cmd.Flags()
	f.BoolVar(&o.json, "json", false, "print JSON: the same as --format json (see lbsim schema "+schema+")")
	f.BoolVar(&o.csv, "csv", false, "print CSV: the same as --format csv")
	f.StringVar(&o.format, "format", "", "the `format`: table (default), markdown, json or csv")
	f.StringVar(&o.dir, "out", "", out)
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print no remarks and, unless a format is asked for, no table")
	f.BoolVar(&o.noColor, "no-color", false, "print no colours (nor with NO_COLOR set)")
	complete(cmd, "format", completeWords(formats))
}

// settle makes one format of the flags, "" for none.
func (o *output) settle() error {
	asked := []string{}
	if o.json {
		asked = append(asked, "json")
	}
	if o.csv {
		asked = append(asked, "csv")
	}
	if o.format != "" {
		asked = append(asked, o.format)
	}
	switch {
	case len(asked) > 1:
		return wrongf("one format at a time: --json, --csv or --format")
	case len(asked) == 0 && o.quiet:
		o.format = ""
	case len(asked) == 0:
		o.format = "table"
	default:
		o.format = asked[0]
	}
	if o.format != "" && !slices.Contains(formats, o.format) {
		return wrongf("--format %s: %s", o.format, decode.Suggest(o.format, formats))
	}
	if o.requests == "-" && o.format != "" {
		return wrongf("--requests -: the rows would mix with the report; add --quiet, or name a file")
	}
	return o.makeFolder()
}

// makeFolder comes before the study, so that a folder that can't be, or in which no file
// can, is known at once.
func (o *output) makeFolder() error {
	if o.dir == "" {
		return nil
	}
	if err := os.MkdirAll(o.dir, 0o777); err != nil {
		return wrongf("--out %s: the folder can't be made (%w): name another one", o.dir, reason(err))
	}
	probe, err := os.CreateTemp(o.dir, ".lbsim-*")
	if err != nil {
		return wrongf("--out %s: no file can be made there (%w): name another folder", o.dir, reason(err))
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// reason is the system's part of an error about a file that the message names
// already.
func reason(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// print writes a result to standard output.
func (o *output) print(w io.Writer, r *result.Result) error {
	var err error
	switch o.format {
	case "table":
		err = reports.WriteTable(w, r, o.layout(w))
	case "markdown":
		err = reports.WriteMarkdown(w, r)
	case "json":
		err = reports.WriteJSON(w, r)
	case "csv":
		err = reports.WriteCSV(w, r)
	}
	if err != nil {
		return fmt.Errorf("can't print the result: %w", err)
	}
	return nil
}

// printAs writes what has one table for people, plain or in Markdown, to w.
func (o *output) printAs(w io.Writer, table func(reports.TableOptions) error, json, csv func() error) error {
	layout := o.layout(w)
	var err error
	switch o.format {
	case "table", "markdown":
		layout.Markdown = o.format == "markdown"
		err = table(layout)
	case "json":
		err = json()
	case "csv":
		err = csv()
	}
	if err != nil {
		return fmt.Errorf("can't print the result: %w", err)
	}
	return nil
}

// layout is the terminal's width and whether it wants colours.
func (o *output) layout(w io.Writer) reports.TableOptions {
	return reports.TableOptions{Width: width(w), Color: !o.noColor && colorful(w)}
}
