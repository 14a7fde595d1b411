package charts

import (
	"math"
	"strconv"

	"lbsim/reports/wording"
)

// scale maps values to places along an axis.
type scale struct {
	low, high float64
	log       bool
}

// at returns where v is: 0 at low, 1 at high.
func (s scale) at(v float64) float64 {
	if s.log {
		return math.Log(v/s.low) / math.Log(s.high/s.low)
	}
	return (v - s.low) / (s.high - s.low)
}

func (s scale) holds(v float64) bool { return v >= s.low*(1-1e-9) && v <= s.high*(1+1e-9) }

// tick is a place on an axis; one without a label is minor.
type tick struct {
	value float64
	label string
	grid  bool
}

// logAround returns a log scale over values, both ends on 1, 2 or 5 of a decade.
func logAround(low, high float64) scale {
	s := scale{low: niceBelow(low), high: -niceBelow(-high), log: true}
	if s.high <= s.low {
		s.high = s.low * 10
	}
	return s
}

// niceBelow returns the greatest 1, 2 or 5 times a power of ten that is not above
// v, and for a negative v minus the least that is not below -v.
func niceBelow(v float64) float64 {
	up := v < 0
	v = math.Abs(v)
	decade := math.Pow10(int(math.Floor(math.Log10(v))))
	steps := []float64{1, 2, 5, 10}
	if up {
		for _, m := range steps {
			if m*decade >= v*(1-1e-9) {
				return -m * decade
			}
		}
	}
	best := decade
	for _, m := range steps {
		if m*decade <= v*(1+1e-9) {
			best = m * decade
		}
	}
	return best
}

// durationTicks labels the decades of a log scale over seconds: 10 ms, 1 s. On a
// short scale 2 and 5 are labelled too.
func durationTicks(s scale) []tick { return decadeTicks(s, shortDuration) }

// decadeTicks labels the decades of a log scale, on a short one 2 and 5 too.
func decadeTicks(s scale, label func(float64) string) []tick {
	labelled := func(m int) bool { return m == 1 }
	if s.high/s.low < 150 {
		labelled = func(m int) bool { return m == 1 || m == 2 || m == 5 }
	}
	var out []tick
	first, last := int(math.Floor(math.Log10(s.low)+1e-9)), int(math.Ceil(math.Log10(s.high)-1e-9))
	for exponent := first; exponent <= last; exponent++ {
		for m := 1; m < 10; m++ {
			v := scaled(m, exponent)
			if !s.holds(v) {
				continue
			}
			t := tick{value: v, grid: m == 1}
			if labelled(m) {
				t.label = label(v)
			}
			out = append(out, t)
		}
	}
	return out
}

// scaled is m·10^exponent as its shortest decimal reads, so that 3·10⁻³ is 0.003.
func scaled(m, exponent int) float64 {
	v, err := strconv.ParseFloat(strconv.Itoa(m)+"e"+strconv.Itoa(exponent), 64)
	if err != nil {
		panic("charts: " + err.Error())
	}
	return v
}

// shortDuration prints a round duration: 20 ms, 1 s, 500 µs.
func shortDuration(seconds float64) string {
	for _, u := range []wording.Unit{wording.Seconds, wording.Milliseconds, wording.Microseconds} {
		if seconds >= u.Scale*(1-1e-9) {
			return plain(seconds/u.Scale) + " " + u.Name
		}
	}
	return plain(seconds/1e-9) + " ns"
}

// plain prints a number that a tick stands at, free of rounding errors.
func plain(v float64) string {
	v = math.Round(v*1e6) / 1e6
	if v == 0 {
		v = 0 // no minus zero
	}
	return wording.Group(strconv.FormatFloat(v, 'f', -1, 64))
}

// linearTicks returns about count round ticks on a linear scale, labelled in the
// given unit without its name.
func linearTicks(s scale, unit wording.Unit, count int) []tick {
	low, high := s.low/unit.Scale, s.high/unit.Scale
	step := niceStep((high - low) / float64(count))
	var out []tick
	for i := math.Ceil(low/step - 1e-9); i*step <= high*(1+1e-9); i++ {
		out = append(out, tick{value: i * step * unit.Scale, label: plain(i * step), grid: true})
	}
	return out
}

// niceStep is the least 1, 2, 2.5 or 5 times a power of ten that is at least v.
func niceStep(v float64) float64 {
	decade := math.Pow10(int(math.Floor(math.Log10(v))))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*decade >= v*(1-1e-9) {
			return m * decade
		}
	}
	return 10 * decade
}

// fromZero returns a linear scale from 0 to a little above high, with headroom as
// a share of the whole for what is written over the data.
func fromZero(high, headroom float64) scale {
	if high <= 0 {
		high = 1
	}
	return scale{low: 0, high: high / (1 - headroom)}
}
