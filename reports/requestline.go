package reports

import (
	"maps"
	"slices"
	"strings"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// requestLine says what became of a variant's requests; what never happened goes
// without saying.
func requestLine(v *result.Variant, named bool) string {
	q := v.Requests
	line := "requests: "
	if named {
		line = v.Name + ": "
	}
	line += wording.Count(q.Offered) + " offered, " + wording.Count(q.Completed) + " completed"
	for _, part := range []struct {
		n    uint64
		name string
	}{{q.Failed, "failed"}, {q.Rejected, "rejected" + inBrackets(v.Reasons)}, {q.TimedOut, "timed out"}, {q.Unfinished, "unfinished"}} {
		if part.n > 0 {
			line += ", " + wording.Count(part.n) + " " + part.name
		}
	}
	if v.Resent > 0 {
		line += "; clients sent " + wording.Count(v.Resent) + " times again by themselves"
	}
	if v.Unstable && q.Completed > 0 && q.Unfinished == 0 {
		line += " (the queues were worked off after the end of the run)"
	}
	return line
}

// inBrackets says why requests were rejected.
func inBrackets(reasons map[string]uint64) string {
	var parts []string
	for _, why := range slices.Sorted(maps.Keys(reasons)) {
		parts = append(parts, wording.Count(reasons[why])+" "+strings.ReplaceAll(why, "_", " "))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
