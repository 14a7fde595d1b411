// Package wording says figures, differences and verdicts as people read them:
// units, significant digits and sentences. Tables and charts share it, so that
// both speak of a result in the same words.
package wording

import (
	"math"
	"strconv"
	"strings"
)

// Unknown stands for a figure that is not known or would mislead.
const Unknown = "–"

// Unit is a scale on which figures are printed.
type Unit struct {
	Name  string
	Scale float64 // a printed figure is the value divided by Scale
}

// The units of durations (values in seconds) and of the other kinds.
var (
	Nanoseconds  = Unit{"ns", 1e-9}
	Microseconds = Unit{"µs", 1e-6}
	Milliseconds = Unit{"ms", 1e-3}
	Seconds      = Unit{"s", 1}
	Percent      = Unit{"%", 1e-2}
	PerSecond    = Unit{"/s", 1}
	Plain        = Unit{"", 1}
	Bytes        = Unit{"B", 1}
	Kibibytes    = Unit{"KiB", 1 << 10}
	Mebibytes    = Unit{"MiB", 1 << 20}
	Whole        = Unit{"servers", 1} // without places after the point
)

// UnitFor returns the unit in which all of the durations (seconds) read well
// together: the largest in which their geometric middle is at least 1. Zeros,
// negative values and NaN have no say; without any other the unit is ms.
func UnitFor(seconds ...float64) Unit {
	least, most := math.Inf(1), 0.0
	for _, s := range seconds {
		if s > 0 && !math.IsInf(s, 1) {
			least, most = min(least, s), max(most, s)
		}
	}
	if most == 0 {
		return Milliseconds
	}
	middle := math.Sqrt(least) * math.Sqrt(most)
	for _, u := range []Unit{Seconds, Milliseconds, Microseconds} {
		if middle >= u.Scale*0.9995 { // what prints as 1.00 is at least 1
			return u
		}
	}
	return Nanoseconds
}

// sizeFor returns the unit in which all sizes (bytes) read well together: the largest
// in which the greatest is at least 1.
func sizeFor(bytes ...float64) Unit {
	most := 0.0
	for _, b := range bytes {
		most = max(most, b)
	}
	for _, u := range []Unit{Mebibytes, Kibibytes} {
		if most >= u.Scale {
			return u
		}
	}
	return Bytes
}

// Number prints v on the unit's scale with 3 significant digits, without the
// unit's name. Digits before the point are never rounded away.
func (u Unit) Number(v float64) string {
	v /= u.Scale
	if u == Percent && v != 0 && math.Abs(v) < leastPercent/2 {
		return "<" + fixed(leastPercent, percentPlaces)
	}
	return fixed(v, u.places(v))
}

// A share is shown to one in a million, whatever its size: nobody reads further.
const (
	percentPlaces = 4
	leastPercent  = 1e-4
)

// places is how many decimals v, on the unit's scale, is shown with.
func (u Unit) places(v float64) int {
	switch u {
	case Percent:
		return min(decimals(v), percentPlaces)
	case Whole:
		return 0
	}
	return decimals(v)
}

// Text is Number with the unit's name: "41.2 ms", "5%", "400/s".
func (u Unit) Text(v float64) string { return u.join(u.Number(v)) }

// HalfWidth prints the half width of an interval around v with as many decimals
// as v has, or more where only zeros would be left.
func (u Unit) HalfWidth(v, half float64) string {
	v, half = v/u.Scale, half/u.Scale
	places := u.places(v)
	if u == Percent {
		half = max(half, leastPercent)
	}
	if half > 0 && half < math.Pow10(-places) {
		places = 1 - int(math.Floor(math.Log10(half))) - 1
	}
	return fixed(half, min(places, 9))
}

func (u Unit) join(number string) string {
	switch u.Name {
	case "":
		return number
	case "%", "/s":
		return number + u.Name
	}
	return number + " " + u.Name
}

// Setting prints what somebody or a rule has set, with at most 4 significant digits
// and without zeros behind the point: 60, 2.5, 13.8.
func Setting(v float64) string {
	places := 0
	if v != 0 && !math.IsInf(v, 0) && !math.IsNaN(v) {
		places = min(max(3-int(math.Floor(math.Log10(math.Abs(v)))), 0), 9)
	}
	s := strconv.FormatFloat(v, 'f', places, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// decimals is the number of places after the point that show 3 significant
// digits of v: 0.0123 has 4, 41.2 has 1, 0 has none.
func decimals(v float64) int {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	places := 2 - int(math.Floor(math.Log10(math.Abs(v))))
	if places > 0 { // 9.999 rounds to 10.0, not to 10.00
		scale := math.Pow10(places)
		if math.Round(math.Abs(v)*scale) >= 1000 {
			places--
		}
	}
	return min(max(places, 0), 9)
}

func fixed(v float64, places int) string {
	s := strconv.FormatFloat(v, 'f', places, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-") // no minus zero
	}
	return Group(s)
}

// Group puts commas between the thousands of a decimal number: 1,234,567.8.
func Group(number string) string {
	whole, rest, _ := strings.Cut(number, ".")
	if rest != "" {
		rest = "." + rest
	}
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + rest
}

// Count prints a whole number with its thousands grouped.
func Count(n uint64) string { return Group(strconv.FormatUint(n, 10)) }
