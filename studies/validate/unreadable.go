package validate

import (
	"strings"

	"lbsim/config/decode"
)

// UnreadableID stands in the place of a lint's for what is wrong with a file that can't be read.
const UnreadableID = "unreadable"

// Unreadable is the report on a file that can't be read: what is wrong with it are its findings.
func Unreadable(file string, problems decode.Problems) *Report {
	r := &Report{Schema: Schema, File: file}
	for _, x := range problems {
		f := Finding{ID: UnreadableID, Name: UnreadableID, Severity: Error, File: x.Place.File, Line: x.Place.Line, Column: x.Place.Column, Path: x.Path,
			Why: "the program that is to use the file will refuse it or do something else, and nothing could be checked", Instead: "what the message says"}
		if f.File == "" {
			f.File = file
		}
		x.Place = decode.Place{}
		f.Message = strings.TrimPrefix(x.Error(), ": ")
		r.Findings = append(r.Findings, f)
	}
	identify(r.Findings)
	return r
}

// Unread reports whether a report is on a file that can't be read.
func (r *Report) Unread() bool { return len(r.Findings) > 0 && r.Findings[0].ID == UnreadableID }
