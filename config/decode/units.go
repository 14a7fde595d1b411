package decode

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// unit is a factor between what is written and what is meant: the value is
// number*times/over. One of the two is 1, so that 5ms is the float nearest to
// 0.005 and not a product of two roundings.
type unit struct {
	name        string
	times, over float64
}

var (
	timeUnits = []unit{
		{"ns", 1, 1e9}, {"us", 1, 1e6}, {"µs", 1, 1e6}, {"ms", 1, 1e3},
		{"s", 1, 1}, {"m", 60, 1}, {"h", 3600, 1}, {"d", 86400, 1},
	}
	rateUnits = []unit{
		{"/s", 1, 1}, {"rps", 1, 1}, {"/ms", 1000, 1},
		{"/m", 1, 60}, {"/min", 1, 60}, {"/h", 1, 3600}, {"/d", 1, 86400},
	}
	sizeUnits = []unit{
		{"B", 1, 1}, {"kB", 1e3, 1}, {"MB", 1e6, 1}, {"GB", 1e9, 1},
		{"KiB", 1 << 10, 1}, {"MiB", 1 << 20, 1}, {"GiB", 1 << 30, 1},
	}
	percent = []unit{{"%", 1, 100}}
)

// numberPattern is a decimal number, without the spellings of NaN, infinity,
// hexadecimal and digit groups that strconv knows.
const numberPattern = `[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?`

var leadingNumber = regexp.MustCompile(`^` + numberPattern)

// ParseNumber reads a finite decimal number.
func ParseNumber(text string) (float64, bool) {
	if len(text) > 400 || leadingNumber.FindString(text) != text {
		return 0, false
	}
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil && !math.IsInf(x, 0)
}

// parseUnits reads a number and its unit, blanks between them allowed.
func parseUnits(text string, units []unit) (float64, bool) {
	number := leadingNumber.FindString(text)
	x, ok := ParseNumber(number)
	if !ok {
		return 0, false
	}
	name := strings.TrimLeft(text[len(number):], " ")
	for _, u := range units {
		if u.name == name {
			x = x * u.times / u.over
			return x, !math.IsInf(x, 0)
		}
	}
	return 0, false
}

// ParseSeconds reads a duration such as 5ms, 1.5s, 1m30s or 0 as seconds.
func ParseSeconds(text string) (float64, bool) {
	if text == "0" {
		return 0, true
	}
	if x, ok := parseUnits(text, timeUnits); ok {
		return x, true
	}
	sum, rest, sign := 0.0, strings.TrimPrefix(text, "-"), 1.0
	if rest != text {
		sign = -1
	}
	if rest == "" || len(rest) > 100 {
		return 0, false
	}
	for rest != "" { // parts such as 1h30m
		n := len(leadingNumber.FindString(rest))
		end := n
		for end < len(rest) && rest[end] != '.' && (rest[end] < '0' || rest[end] > '9') {
			end++
		}
		x, ok := parseUnits(rest[:end], timeUnits)
		if !ok || x < 0 {
			return 0, false
		}
		sum, rest = sum+x, rest[end:]
	}
	return sign * sum, !math.IsInf(sum, 0)
}

// ParseRate reads a rate such as 400/s, 400 rps or 24000/min as events a second.
func ParseRate(text string) (float64, bool) { return parseUnits(text, rateUnits) }

// ParseShare reads 5% or 0.05 as a fraction.
func ParseShare(text string) (float64, bool) {
	if x, ok := ParseNumber(text); ok {
		return x, true
	}
	return parseUnits(text, percent)
}

// ParseSize reads a size such as 64MiB as bytes.
func ParseSize(text string) (float64, bool) {
	if text == "0" {
		return 0, true
	}
	return parseUnits(text, sizeUnits)
}

// FormatSeconds writes seconds in the unit that makes the shortest text which
// reads back as the same number.
func FormatSeconds(s float64) string {
	best := formatNumber(s) + "s"
	for _, u := range []unit{{"ms", 1, 1e3}, {"us", 1, 1e6}, {"ns", 1, 1e9}} {
		text := formatNumber(s*u.over) + u.name
		if back, ok := ParseSeconds(text); ok && back == s && len(text) < len(best) {
			best = text
		}
	}
	return best
}

// FormatRate writes a rate in events a second: 400/s.
func FormatRate(r float64) string { return formatNumber(r) + "/s" }

func formatNumber(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
