package charts

import (
	"fmt"
	"math"
	"unicode"
	"unicode/utf8"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// headline is a finding in a sentence, empty where there is none.
type headline string

func (h headline) or(otherwise string) string {
	if h == "" {
		return capital(otherwise)
	}
	return string(h)
}

// finding states what the comparisons of all requests found about the first of
// the metrics that was compared: the greatest improvement on the baseline, else
// that there is none, else the greatest harm. It says no more than the verdicts:
// candidates were compared with the baseline, not with each other.
func finding(r *result.Result, metrics ...string) headline {
	for _, metric := range metrics {
		var found []result.Comparison
		for _, c := range r.Comparisons {
			if c.Metric == metric && c.Class == "" {
				found = append(found, c)
			}
		}
		if h := stated(r, metric, found); h != "" {
			return h
		}
	}
	return overloaded(r)
}

// overloaded is the finding where nothing can be compared because a variant has
// no steady state.
func overloaded(r *result.Result) headline {
	var names []string
	for i := range r.Results {
		if r.Results[i].Unstable {
			names = append(names, identityOf(&r.Results[i]).title)
		}
	}
	switch {
	case len(names) == 0:
		return ""
	case len(names) == 1:
		return headline(capital(names[0] + " is overloaded"))
	case len(names) == len(r.Results):
		return "Every variant is overloaded"
	}
	return headline(fmt.Sprintf("%d of %d variants are overloaded", len(names), len(r.Results)))
}

func stated(r *result.Result, metric string, found []result.Comparison) headline {
	name := wording.MetricName(metric)
	best, worst := strongest(found, wording.Better), strongest(found, wording.Worse)
	equal := 0
	for _, c := range found {
		if c.Verdict == wording.NoDifference {
			equal++
		}
	}
	switch {
	case best != nil:
		return headline(capital(titleOf(r, best.Candidate) + " " + verb(best) + " " + name + amount(best) + against(r, best) + unanswered(r, best)))
	case len(found) == 0 || equal+countOf(found, wording.Worse) < len(found):
		return "" // undecided: a title must not claim anything
	case equal == len(found) && len(found) == 1:
		return headline("No difference in " + name + " shown between " + inSentence(titleOf(r, found[0].Baseline)) + " and " + inSentence(titleOf(r, found[0].Candidate)))
	case equal == len(found):
		return headline("No difference in " + name + " shown between the variants")
	case len(found) > 1 && equal == 0:
		return headline("Nothing beats " + inSentence(titleOf(r, worst.Baseline)) + ": " + name + " is higher with every alternative")
	}
	return headline(capital(titleOf(r, worst.Candidate) + " " + verb(worst) + " " + name + amount(worst) + against(r, worst)))
}

// unanswered tempers a claim about latencies that more requests than the baseline's
// never got.
func unanswered(r *result.Result, c *result.Comparison) string {
	if wording.Unanswered(r, *c) == "" {
		return ""
	}
	for i := range r.Results {
		if v := &r.Results[i]; v.Name == c.Candidate {
			return ", but answers " + wording.RelativeChange(1 - *v.ErrorRatio.Value)[1:] + " of the requests only"
		}
	}
	return ""
}

func countOf(found []result.Comparison, verdict string) int {
	n := 0
	for _, c := range found {
		if c.Verdict == verdict {
			n++
		}
	}
	return n
}

// strongest is the comparison of a verdict with the greatest relative difference.
func strongest(found []result.Comparison, verdict string) *result.Comparison {
	var best *result.Comparison
	size := func(c *result.Comparison) float64 {
		if c.Relative == nil {
			return 0
		}
		return math.Abs(*c.Relative)
	}
	for i := range found {
		if c := &found[i]; c.Verdict == verdict && (best == nil || size(c) > size(best)) {
			best = c
		}
	}
	return best
}

func falls(c *result.Comparison) bool {
	if c.Difference.Value != nil {
		return *c.Difference.Value < 0
	}
	return c.Relative != nil && *c.Relative < 0
}

func verb(c *result.Comparison) string {
	switch {
	case falls(c):
		return "cuts"
	case c.Relative != nil && *c.Relative >= 9:
		return "multiplies"
	}
	return "raises"
}

// amount is " by 38%", or " by 12" for a twelvefold.
func amount(c *result.Comparison) string {
	switch {
	case c.Relative == nil:
		return ""
	case *c.Relative >= 9:
		return " by " + plain(math.Round(1+*c.Relative))
	}
	s := wording.RelativeChange(math.Abs(*c.Relative))
	return " by " + s[1:] // without the sign, which the verb has
}

func against(r *result.Result, c *result.Comparison) string {
	return " against " + inSentence(titleOf(r, c.Baseline))
}

func titleOf(r *result.Result, name string) string {
	for i := range r.Results {
		if r.Results[i].Name == name {
			return identityOf(&r.Results[i]).title
		}
	}
	return name
}

// inSentence writes a title's first letter small, unless its word is an acronym.
func inSentence(title string) string {
	first, size := utf8.DecodeRuneInString(title)
	second, _ := utf8.DecodeRuneInString(title[size:])
	if unicode.IsUpper(second) || !unicode.IsUpper(first) {
		return title
	}
	return string(unicode.ToLower(first)) + title[size:]
}

// capital begins a sentence. Names given in snake_case stay as they are, and so
// does p99.
func capital(s string) string {
	word := words(s)
	if len(word) == 0 {
		return s
	}
	for _, r := range word[0] {
		if r == '_' || r == ':' || r == '=' || unicode.IsDigit(r) {
			return s
		}
	}
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
