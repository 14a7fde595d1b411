package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"lbsim/reports"
	"lbsim/studies/validate"
)

// show writes the report.
func (v *validation) show(cmd *cobra.Command, all []*validate.Report) error {
	stdout := cmd.OutOrStdout()
	if v.out == "" {
		return v.print(stdout, all, v.layout(stdout))
	}
	err := reports.WriteFile(v.out, func(w io.Writer) error { return v.print(w, all, reports.TableOptions{Verbose: v.verbose}) })
	if err != nil {
		return wrongf("--out %s can't be written: %w", v.out, reason(err))
	}
	return nil
}

// layout is the terminal's width and whether it wants colours.
func (v *validation) layout(w io.Writer) reports.TableOptions {
	return reports.TableOptions{Width: width(w), Color: !v.noColor && colorful(w), Verbose: v.verbose}
}

func (v *validation) print(w io.Writer, all []*validate.Report, opt reports.TableOptions) error {
	switch v.format {
	case "text":
		return reports.WriteValidation(w, all, opt)
	case "json":
		return reports.WriteValidationJSON(w, all)
	case "sarif":
		return reports.WriteSARIF(w, all, version())
	case "junit":
		return reports.WriteJUnit(w, all, v.gravity())
	case "github":
		return reports.WriteAnnotations(w, all)
	}
	return nil
}

// gravity is how grave a finding must be to fail the check; "": none does.
func (v *validation) gravity() validate.Severity {
	if v.failOn == "never" {
		return ""
	}
	return validate.Severity(v.failOn)
}

// judge turns reports into an exit code.
func (v *validation) judge(all []*validate.Report) error {
	least := v.gravity()
	var failed, drilled, later, lost []string
	for _, r := range all {
		if r.Interrupted {
			return exit{errors.New("interrupted before all drills were done"), interrupted}
		}
		n := 0
		for i := range r.Findings {
			if f := &r.Findings[i]; f.Counts() && least != "" && f.Severity.AtLeast(least) {
				n++
			}
		}
		if n > 0 {
			failed = append(failed, fmt.Sprintf("%s (%d)", r.File, n))
		}
		if n := r.FailedDrills(least); n > 0 {
			drilled = append(drilled, fmt.Sprintf("%s (%d)", r.File, n))
		}
		if n := r.NoticedLater(least); n > 0 {
			later = append(later, fmt.Sprintf("%s (%d)", r.File, n))
		}
		if n := r.LostParts(least); n > 0 {
			lost = append(lost, fmt.Sprintf("%s (%d)", r.File, n))
		}
	}
	var why []string
	if len(failed) > 0 {
		why = append(why, fmt.Sprintf("findings as grave as %s in %s", least, strings.Join(failed, ", ")))
	}
	if len(drilled) > 0 {
		what := "drills missed an objective in "
		if v.against != "" {
			what = "drills got worse in "
		}
		why = append(why, what+strings.Join(drilled, ", "))
	}
	if len(later) > 0 {
		why = append(why, "trouble is noticed later in "+strings.Join(later, ", "))
	}
	if len(lost) > 0 {
		why = append(why, "pools or routes are gone in "+strings.Join(lost, ", "))
	}
	if len(why) == 0 {
		return nil
	}
	return exit{errors.New("check failed: " + strings.Join(why, "; ")), checkFailed}
}
