package exercise

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// sentence is what is read of an objective in words.
type sentence struct {
	quantile float64       // 0: none
	limit    time.Duration // 0: none
	errors   float64       // the share that may fail; below 0: none
	window   bool          // over what span of time
	whose    bool          // of which requests
	mean     bool
}

var (
	// 99% of … within 250 ms; p99 < 250ms
	shareWithin = regexp.MustCompile(`(?i)(\d+(?:[.,]\d+)?)\s*%[^.;%]*?\b(?:within|under|below|in less than|faster than|less than|at most|in)\s+(\d+(?:[.,]\d+)?)\s*(ms|milliseconds?|s|seconds?)\b`)
	percentile  = regexp.MustCompile(`(?i)\bp(\d{2})\.?(\d*)\b[^;%]*?(?:<=?|within|under|below|less than|at most|of)\s*(\d+(?:[.,]\d+)?)\s*(ms|milliseconds?|s|seconds?)\b`)
	// fewer than 0.1% fail; error ratio < 0.1%; errors below 0.1 %
	failing = regexp.MustCompile(`(?i)(?:(?:fewer|less|not more|no more) than|at most|<=?|below|under)\s*(\d+(?:[.,]\d+)?)\s*%[^.;,]*?(?:fail|error|5xx)|(?:fail|error|5xx)[^.;]*?(?:<=?|below|under|(?:less|fewer|not more|no more) than|at most)\s*(\d+(?:[.,]\d+)?)\s*%`)
	// availability of 99.9%; 99.9% succeed
	available  = regexp.MustCompile(`(?i)(?:availab|success)[^,;%\d]*(\d+(?:[.,]\d+)?)\s*%`)
	succeeding = regexp.MustCompile(`(?i)(\d+(?:[.,]\d+)?)\s*%[^,;%]*?(?:succe|availab|without (?:an )?error|non-5xx)`)
	window     = regexp.MustCompile(`(?i)\b(?:\d+\s*-?\s*(?:d|days?|weeks?|months?|h|hours?)|(?:a|per|each|every|rolling|calendar|one|this)\s+(?:day|week|month|quarter)|(?:week|month|quarter|dai)ly)\b`)
	whose      = regexp.MustCompile(`(?i)\b(?:requests?|reads?|writes?|orders?|logins?|checks?|calls?|GETs?|POSTs?|answers?)\b`)
	average    = regexp.MustCompile(`(?i)\b(?:mean|average|avg|typical|median)\b`)
)

// readSentence finds in a sentence what an objective needs.
func readSentence(text string) sentence {
	s := sentence{errors: -1, window: window.MatchString(text), whose: whose.MatchString(text), mean: average.MatchString(text)}
	if m := shareWithin.FindStringSubmatch(text); m != nil {
		s.quantile, s.limit = decimal(m[1])/100, within(m[2], m[3])
	} else if m := percentile.FindStringSubmatch(text); m != nil {
		s.quantile, s.limit = decimal(m[1]+"."+m[2]+"0")/100, within(m[3], m[4])
	}
	if m := failing.FindStringSubmatch(text); m != nil {
		s.errors = decimal(m[1]+m[2]) / 100
	} else if m := available.FindStringSubmatch(text); m != nil {
		s.errors = 1 - decimal(m[1])/100
	} else if m := succeeding.FindStringSubmatch(text); m != nil {
		s.errors = 1 - decimal(m[1])/100
	}
	return s
}

func decimal(text string) float64 {
	x, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	if err != nil {
		return 0 // what the patterns let through are digits
	}
	return x
}

func within(number, unit string) time.Duration {
	x := decimal(number)
	if strings.HasPrefix(strings.ToLower(unit), "m") {
		x /= 1000
	}
	return time.Duration(x * 1e9)
}

// objective judges the sentence.
func (j *judging) objective(p *Point) {
	s, d := readSentence(j.answers.SLO), &j.exercise.demands
	switch {
	case s.quantile == 0 && s.mean:
		p.because("LB029", "it is about a mean or a median, which stays as it is when one request in a hundred takes ten times as long: give a percentile, such as 99% within "+seconds(d.limit))
	case s.quantile == 0:
		p.poor("it has no percentile with a time: which share of the requests is answered within how long? 99% … within " + seconds(d.limit))
	case s.quantile < d.quantile-1e-9 || s.limit > d.limit:
		p.poor(fmt.Sprintf("%s within %s is less than product wants: %s within %s", percent(s.quantile), seconds(s.limit), percent(d.quantile), seconds(d.limit)))
	default:
		p.good(fmt.Sprintf("a percentile with a time: %s within %s", percent(s.quantile), seconds(s.limit)))
	}
	switch {
	case s.errors < 0:
		p.poor("it says nothing of failures: a 503 is quick, so an outage would meet a latency objective; add what share may fail, " + percent(d.errors) + " here")
	case s.errors < 1e-9:
		p.poor("no failure at all is no objective: it leaves no budget for a deploy or a retry, so it is missed on the first day and ignored from then on")
	case s.errors > d.errors+1e-9:
		p.poor(fmt.Sprintf("%s of failures is more than product allows: %s", percent(s.errors), percent(d.errors)))
	default:
		p.good("failures are bounded, at " + percent(s.errors))
	}
	if !s.window {
		p.poor("it names no span of time: over five minutes one bad deploy misses it, over a year nobody notices; say over 28 days, or in a month")
	}
	if !s.whose {
		p.poor("it does not say of what: of all requests, of reads, of logins?")
	}
}

// percent writes a share as people do, to four digits.
func percent(x float64) string { return strconv.FormatFloat(x*100, 'g', 4, 64) + "%" }
