package reports

import (
	"fmt"
	"io"
	"strings"

	"lbsim/studies/validate"
)

// annotationCommands are severities as GitHub Actions' workflow commands.
var annotationCommands = map[validate.Severity]string{validate.Error: "error", validate.Warning: "warning", validate.Info: "notice"}

// GitHub reads a property's value up to a comma or a colon, and the text up to the line's end.
var (
	annotationText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	annotationProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// WriteAnnotations writes the findings that count, and drills that fail, as GitHub Actions' workflow commands, which
// show them beside the lines of a pull request.
func WriteAnnotations(w io.Writer, all []*validate.Report) error {
	var text strings.Builder
	for _, r := range all {
		for _, t := range trialsOf(r) {
			if t.level != "" && !t.known {
				fmt.Fprintf(&text, "::%s file=%s,title=%s::%s\n", annotationCommands[t.level], annotationProperty.Replace(r.File), annotationProperty.Replace(t.name), annotationText.Replace(t.text()))
			}
		}
		for i := range r.Findings {
			f := &r.Findings[i]
			if !f.Counts() {
				continue
			}
			place := "file=" + annotationProperty.Replace(f.File)
			if f.Line > 0 {
				place += fmt.Sprintf(",line=%d,col=%d", f.Line, f.Column)
			}
			fmt.Fprintf(&text, "::%s %s,title=%s::%s\n", annotationCommands[f.Severity], place, annotationProperty.Replace(titleOf(f)), annotationText.Replace(inFull(f)))
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// titleOf is a finding's lint.
func titleOf(f *validate.Finding) string {
	if f.ID == f.Name {
		return f.ID
	}
	return f.ID + " " + f.Name
}
