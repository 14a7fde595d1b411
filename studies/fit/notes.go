package fit

import (
	"fmt"
	"strconv"

	"lbsim/studies/fit/accesslog"
)

// notes say what the log can't tell, and what would let it.
func (s *study) notes(r *Result) (notes []string) {
	sum, in := s.summary, s.in
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	if sum.Broken > 0 {
		text := ""
		for i, p := range sum.Shown {
			if i > 0 {
				text += ", "
			}
			text += fmt.Sprintf("line %d %s", p.Line, p.Why)
		}
		if sum.Broken > len(sum.Shown) {
			text += ", and others"
		}
		note("%d of %d lines can't be read and count for nothing: %s", sum.Broken, sum.Lines, text)
	}
	if sum.Others > 0 {
		note("%d rows are of other variants or replications than the first, which alone is read", sum.Others)
	}
	if in.late > 0 {
		note("%d requests came before others that were logged more than %d lines earlier: they count, but for gaps and queues", in.late, windowSize)
	}
	if in.timed == 0 && sum.Tells&accesslog.TellsService == 0 {
		note("this format has no durations, so there are no service times. NGINX writes them with\n  log_format timed '%s';\n  access_log /var/log/nginx/access.log timed;", accesslog.Timed)
		note("instants are those at which requests were over, not when they came: without durations nobody knows more")
	}
	if r.Source.Kind == "response" {
		note("service times are %s", r.Source.Text)
	}
	if r.Source.Kind == "free_worker" || r.Source.Kind == "inverted" {
		note("a server that works on all of its requests at once, each more slowly, does not show in a log: what is said of service times holds for first in, first out")
	}
	if sum.Resolution >= 1e9 {
		note("the log's clock has steps of %g s: requests are spread at random within each, so gaps and bursts that are shorter are not seen; $msec has steps of a millisecond", float64(sum.Resolution)/1e9)
	} else if mean := r.Log.Seconds / float64(sum.Requests); float64(sum.Resolution)/1e9 > mean/4 {
		note("gaps between requests, %s on average, are too short for the log's clock: what is said of their law comes from counts", short(mean))
	}
	if in.keys.full {
		note("keys are those of the first %d requests", in.keys.requests)
	}
	if sum.Tells&accesslog.TellsKey == 0 && r.Keys != nil {
		note("keys are whole paths with their queries")
	}
	if !in.paths.roomy() {
		note("there are more kinds of paths than %d: those that came later count as their parents", mostTemplates)
	}
	if r.Servers == nil {
		note("the log does not tell servers, so there is a workload and no world: --servers and --workers add one")
	}
	return notes
}

// short is a duration to two digits.
func short(x float64) any {
	two, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 2, 64), 64)
	if err != nil {
		return seconds(x)
	}
	return seconds(two)
}
