package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"lbsim/studies/validate"
)

// JUnit's XML, as CI systems read it: a suite for each file, a case for each lint and each drill.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitFailure `xml:"failure"`
		Skipped *junitSkipped `xml:"skipped"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
)

// WriteJUnit writes findings as JUnit XML. A case has failed that has a finding as grave as
// failOn (""; none does); those that count and are less grave stand in its output, and one
// whose findings are all ignored or known is skipped.
func WriteJUnit(w io.Writer, all []*validate.Report, failOn validate.Severity) error {
	suites := junitSuites{Name: "lbsim validate"}
	for _, r := range all {
		suite := junitSuite{Name: r.File}
		var cases []junitCase
		lints := validate.Lints()
		if r.Unread() { // no lint has looked at it
			lints = []*validate.Lint{{ID: validate.UnreadableID, Name: validate.UnreadableID, Title: "the file can't be read"}}
		}
		for _, l := range lints {
			cases = append(cases, caseOf(r, l, failOn))
		}
		for _, t := range trialsOf(r) {
			cases = append(cases, caseOfDrill(r, &t, failOn))
		}
		for _, c := range cases {
			suite.Tests++
			if c.Failure != nil {
				suite.Failures++
			}
			if c.Skipped != nil {
				suite.Skipped++
			}
		}
		suite.Cases = cases
		suites.Tests += suite.Tests
		suites.Failures += suite.Failures
		suites.Suites = append(suites.Suites, suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(suites); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// caseOfDrill is what a report says of a drill.
func caseOfDrill(r *validate.Report, t *trial, failOn validate.Severity) junitCase {
	c := junitCase{Class: r.File, Name: t.name}
	switch text := strings.Join(t.details, "\n"); {
	case t.level != "" && t.known:
		c.Skipped = &junitSkipped{"in the baseline"}
	case t.level != "" && failOn != "" && t.level.AtLeast(failOn):
		c.Failure = &junitFailure{Message: t.verdict, Type: "drill", Text: text}
	default:
		c.Out = text
	}
	return c
}

// caseOf is what a report says of a lint.
func caseOf(r *validate.Report, l *validate.Lint, failOn validate.Severity) junitCase {
	c := junitCase{Class: r.File, Name: l.ID + " " + l.Name}
	if r.Unread() {
		c.Name = l.ID
	}
	var failed, noted, excused []string
	for i := range r.Findings {
		f := &r.Findings[i]
		line := fmt.Sprintf("%s: %s: %s", placeOf(f.File, f.Line, f.Column), f.Severity, inFull(f))
		switch {
		case f.ID != l.ID:
		case f.Ignored != "":
			excused = append(excused, "ignored: "+f.Ignored)
		case f.Known:
			excused = append(excused, "in the baseline")
		case r.Unread(), failOn != "" && f.Severity.AtLeast(failOn):
			failed = append(failed, line)
		default:
			noted = append(noted, line)
		}
	}
	switch {
	case len(failed) > 0:
		c.Failure = &junitFailure{Message: counted(len(failed), "finding", "findings") + ": " + l.Title, Type: l.Name, Text: strings.Join(append(failed, noted...), "\n")}
	case len(noted) > 0:
		c.Out = strings.Join(noted, "\n")
	case len(excused) > 0:
		c.Skipped = &junitSkipped{strings.Join(excused, "; ")}
	}
	return c
}
