package exercise

import (
	"fmt"
	"strconv"
)

// objective judges the sentence. What can't be read in it may still be there, so remarks say
// what was looked for.
func (j *judging) objective(p *Point) {
	s, d := readSentence(j.answers.SLO), &j.exercise.demands
	switch {
	case s.quantile == 0 && s.mean:
		p.because("LB029", "it is about a mean or a median, which stays as it is when one request in a hundred takes ten times as long: give a percentile, such as 99% within "+seconds(d.limit))
	case s.quantile == 0:
		p.poor("no percentile with a time can be read in it: which share of the requests is answered within how long? 99% … within " + seconds(d.limit))
	case s.quantile < d.quantile-1e-9 || s.limit > d.limit:
		p.poor(fmt.Sprintf("%s within %s is less than product wants: %s within %s", percent(s.quantile), seconds(s.limit), percent(d.quantile), seconds(d.limit)))
	default:
		p.good(fmt.Sprintf("a percentile with a time: %s within %s", percent(s.quantile), seconds(s.limit)))
	}
	switch {
	case s.errors < 0:
		p.poor("nothing about failures can be read in it: a 503 is quick, so an outage would meet a latency objective; add what share may fail: fewer than " + percent(d.errors) + " fail")
	case s.errors < 1e-9:
		p.poor("no failure at all is no objective: it leaves no budget for a deploy or a retry, so it is missed on the first day and ignored from then on")
	case s.errors > d.errors+1e-9:
		p.poor(fmt.Sprintf("%s of failures is more than product allows: %s", percent(s.errors), percent(d.errors)))
	default:
		p.good("failures are bounded, at " + percent(s.errors))
	}
	if !s.window {
		p.poor("no span of time can be read in it: over five minutes one bad deploy misses it, over a year nobody notices; say over 28 days, or in a month")
	}
	if !s.whose {
		p.poor("it does not say of what: of all requests, of reads, of logins?")
	}
}

// percent writes a share as people do, to four digits.
func percent(x float64) string { return strconv.FormatFloat(x*100, 'g', 4, 64) + "%" }
