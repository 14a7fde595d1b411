package exercise

import (
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
	quantity   = regexp.MustCompile(`(\d+(?:\.\d+)?) ?%`)
	percentile = regexp.MustCompile(`\bp(\d{2}(?:\.\d+)?|9{3,5})\b|\b(\d{2}(?:\.\d+)?)(?:st|nd|rd|th)?[ -]percentile`)
	timing     = regexp.MustCompile(`(\d+(?:\.\d+)?) ?(ms|s)\b`)
	window     = regexp.MustCompile(`\b\d+[ -]?(?:d|days?|weeks?|months?|quarters?|h|hours?|years?)\b|\b(?:a|an|per|each|every|rolling|calendar|one|this|the|in|over) (?:rolling |calendar )?(?:day|week|month|quarter|sprint|year)\b|\b(?:week|month|quarter|year|dai)ly\b|window:? \w+`)
	whose      = regexp.MustCompile(`\b(?:requests?|reads?|writes?|orders?|logins?|checks?|calls?|gets?|posts?|answers?|responses|queries)\b`)
	average    = regexp.MustCompile(`\b(?:mean|average|avg|typical|median)\b`)
	stops      = regexp.MustCompile(`[,;.] |;`)
	breaks     = regexp.MustCompile(`[,;.] |;| and | with |\n`)
	slower     = regexp.MustCompile(`slower|longer|exceed|more than|over|above|late|> ?\d`)
	failing    = regexp.MustCompile(`fail|error|5xx|50\d|reject|lost|unanswered|unavailab|downtime|budget`)
	succeeding = regexp.MustCompile(`succe|availab|uptime|without|ok\b|2xx|non-5xx|error-free|are answered\b|good`)
)

// wordings are what people write in place of figures and units.
var wordings = []struct {
	re *regexp.Regexp
	as string
}{
	{regexp.MustCompile(`(\d),(\d{3})\b`), "$1$2"},
	{regexp.MustCompile(`(\d),(\d)`), "$1.$2"},
	{regexp.MustCompile(`\bper ?cent\b|\bprozent\b`), "%"},
	{regexp.MustCompile(`\b(?:milliseconds?|msecs?|millis)\b`), "ms"},
	{regexp.MustCompile(`\b(?:seconds?|secs?)\b`), "s"},
	{regexp.MustCompile(`\bfive nines\b`), "99.999%"},
	{regexp.MustCompile(`\bfour nines\b`), "99.99%"},
	{regexp.MustCompile(`\bthree nines\b`), "99.9%"},
	{regexp.MustCompile(`\btwo nines\b`), "99%"},
	{regexp.MustCompile(`\b(?:a|one|1) (?:in|of|per|out of) (?:a thousand|one thousand|1000)\b`), "0.1%"},
	{regexp.MustCompile(`\b(?:a|one|1) (?:in|of|per|out of) (?:a hundred|one hundred|100)\b`), "1%"},
	{regexp.MustCompile(`\bninety[- ]nine\b`), "99"},
	{regexp.MustCompile(`\bthirty\b`), "30"},
	{regexp.MustCompile(`\bone\b`), "1"}, {regexp.MustCompile(`\btwo\b`), "2"}, {regexp.MustCompile(`\bfour\b`), "4"}, {regexp.MustCompile(`\bfive\b`), "5"},
	{regexp.MustCompile(`\bseven\b`), "7"}, {regexp.MustCompile(`\bten\b`), "10"}, {regexp.MustCompile(`\bfourteen\b`), "14"},
}

// outOf is 999 out of 1000.
var outOf = regexp.MustCompile(`\b(\d+) (?:out of|of) (\d+)\b`)

// plain writes a text in small letters, with figures and units as the patterns have them.
func plain(text string) string {
	text = strings.ToLower(text)
	for _, w := range wordings {
		text = w.re.ReplaceAllString(text, w.as)
	}
	return outOf.ReplaceAllStringFunc(text, func(s string) string {
		m := outOf.FindStringSubmatch(s)
		if whole := decimal(m[2]); whole > 0 && decimal(m[1]) <= whole {
			return strconv.FormatFloat(100*decimal(m[1])/whole, 'g', 6, 64) + "%"
		}
		return s
	})
}

// readSentence finds in a sentence what an objective needs. Each share is about what stands
// beside it: a time, or whether requests fail or succeed.
func readSentence(text string) sentence {
	text = plain(text)
	s := sentence{errors: -1, window: window.MatchString(text), whose: whose.MatchString(text), mean: average.MatchString(text)}
	if m := percentile.FindStringSubmatchIndex(text); m != nil {
		if limit, ok := firstTime(text[m[1]:]); ok {
			s.quantile, s.limit = nines(text[m[0]:m[1]]), limit
		}
	}
	shares := quantity.FindAllStringSubmatchIndex(text, -1)
	for i, at := range shares {
		share := decimal(text[at[2]:at[3]]) / 100
		before, after := text[:at[0]], text[at[1]:]
		if i > 0 {
			before = text[shares[i-1][1]:at[0]]
		}
		if i+1 < len(shares) {
			after = text[at[1]:shares[i+1][0]]
		}
		s.take(share, clause(before, true), after)
	}
	return s
}

// take reads one share by what stands before and behind it in its clause.
func (s *sentence) take(share float64, before, after string) {
	limit, timed := firstTime(stops.Split(after+" ", 2)[0])
	after = clause(after, false)
	switch {
	case timed && s.quantile == 0 && share < 0.5 && slower.MatchString(after):
		s.quantile, s.limit = 1-share, limit
	case timed && s.quantile == 0 && share >= 0.5:
		s.quantile, s.limit = share, limit
	case s.errors >= 0:
	case failing.MatchString(after) && !succeeding.MatchString(after), failing.MatchString(before) && !succeeding.MatchString(after) && !succeeding.MatchString(before):
		if s.errors = share; share > 0.5 {
			s.errors = 1 - share
		}
	case succeeding.MatchString(after) || succeeding.MatchString(before):
		if s.errors = 1 - share; share < 0.5 {
			s.errors = share
		}
	}
}

// clause is the part of a text up to a comma, a full stop or an "and"; last: the part after.
func clause(text string, last bool) string {
	parts := breaks.Split(text+" ", -1)
	if last {
		return parts[len(parts)-1]
	}
	return parts[0]
}

// firstTime is the first time in a text.
func firstTime(text string) (time.Duration, bool) {
	m := timing.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	return within(m[1], m[2]), true
}

// nines reads p99, p999 and 99.9th percentile.
func nines(text string) float64 {
	m := percentile.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	digits := m[1] + m[2]
	if len(digits) > 2 && !strings.Contains(digits, ".") {
		digits = digits[:2] + "." + digits[2:]
	}
	return decimal(digits) / 100
}

// decimal reads digits, which the patterns let through alone.
func decimal(text string) float64 {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return x
}

// within is a time of a number and a unit.
func within(number, unit string) time.Duration {
	x := decimal(number)
	if unit == "ms" {
		x /= 1000
	}
	return time.Duration(x * 1e9)
}
