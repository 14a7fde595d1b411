package accesslog

import "bytes"

const (
	nanosecond  = int64(1)
	millisecond = int64(1e6)
	second      = int64(1e9)
	day         = 86400 * second
)

// decimal reads a number ≥ 0 as so many nanoseconds of a unit, and how fine it is written:
// 0.250 seconds are 250,000,000 and a millisecond. More digits than nanoseconds have are cut.
func decimal(b []byte, unit int64) (value, fineness int64, ok bool) {
	whole, i := int64(0), 0
	for ; i < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
		if whole > 1<<53 {
			return 0, 0, false
		}
		whole = whole*10 + int64(b[i]-'0')
	}
	if i == 0 || unit > 1 && whole > (1<<62)/unit {
		return 0, 0, false
	}
	value, fineness = whole*unit, unit
	if i == len(b) {
		return value, fineness, true
	}
	if b[i] != '.' || i+1 == len(b) {
		return 0, 0, false
	}
	for _, c := range b[i+1:] {
		if c < '0' || c > '9' {
			return 0, 0, false
		}
		if fineness >= 10 || fineness > 1 && unit < 10 {
			fineness /= 10
			value += int64(c-'0') * fineness
		}
	}
	return value, max(fineness, nanosecond), true
}

// units are those that may follow a number, the longer first.
var units = []struct {
	suffix string
	unit   int64
}{{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}}

// duration reads a number of units, or one with a unit of its own.
func duration(b []byte, unit int64) (value, fineness int64, ok bool) {
	if n := len(b); n > 1 && b[n-1] == 's' {
		for _, u := range units {
			if number, found := bytes.CutSuffix(b, []byte(u.suffix)); found {
				return decimal(number, u.unit)
			}
		}
	}
	return decimal(b, unit)
}

// instant reads 10/Oct/2000:13:55:36.123 -0700, 2000-10-10T13:55:36.123-07:00 or a number
// of seconds; of so many that they would lie after the year 5000, of milli-, micro- or
// nanoseconds.
func instant(b []byte) (at, resolution int64, ok bool) {
	switch {
	case len(b) >= 20 && b[2] == '/':
		return clockTime(b, 11, two(b, 0), month(b[3:6]), four(b, 7))
	case len(b) >= 19 && b[4] == '-':
		return clockTime(b, 10, two(b, 8), two(b, 5), four(b, 0))
	}
	unit := second
	whole := bytes.IndexByte(b, '.')
	if whole < 0 {
		whole = len(b)
	}
	switch {
	case whole > 16:
		unit = nanosecond
	case whole > 14:
		unit = 1000
	case whole > 11:
		unit = millisecond
	}
	return decimal(b, unit)
}

// clockTime reads what follows a date: a separator at sep, hh:mm:ss, perhaps a fraction and
// perhaps a zone.
func clockTime(b []byte, sep, d, m, y int) (at, resolution int64, ok bool) {
	if d < 1 || d > 31 || m < 1 || m > 12 || y < 1970 || y > 2200 || len(b) < sep+9 {
		return 0, 0, false
	}
	t := b[sep+1:]
	hour, minute, sec := two(t, 0), two(t, 3), two(t, 6)
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 || sec < 0 || sec > 60 || t[2] != ':' || t[5] != ':' {
		return 0, 0, false
	}
	at = int64(daysSince1970(y, m, d))*day + int64(hour*3600+minute*60+sec)*second
	resolution, t = second, t[8:]
	if len(t) > 1 && (t[0] == '.' || t[0] == ',') {
		end := 1
		for end < len(t) && t[end] >= '0' && t[end] <= '9' {
			if resolution >= 10 {
				resolution /= 10
				at += int64(t[end]-'0') * resolution
			}
			end++
		}
		t = t[end:]
	}
	offset, ok := zone(t)
	return at - offset, resolution, ok
}

// zone reads Z, " +0200", "+02:00" or nothing, which is UTC.
func zone(b []byte) (offset int64, ok bool) {
	b = bytes.TrimPrefix(b, []byte(" "))
	if len(b) == 0 || len(b) == 1 && b[0] == 'Z' {
		return 0, true
	}
	if len(b) < 5 || b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	minutes := 3
	if b[3] == ':' {
		minutes = 4
	}
	h, m := two(b, 1), -1
	if len(b) == minutes+2 {
		m = two(b, minutes)
	}
	if h < 0 || m < 0 {
		return 0, false
	}
	offset = int64(h*3600+m*60) * second
	if b[0] == '-' {
		offset = -offset
	}
	return offset, true
}

// two and four read digits at a place, -1 where there are none.
func two(b []byte, i int) int {
	if b[i] < '0' || b[i] > '9' || b[i+1] < '0' || b[i+1] > '9' {
		return -1
	}
	return int(b[i]-'0')*10 + int(b[i+1]-'0')
}

func four(b []byte, i int) int {
	high, low := two(b, i), two(b, i+2)
	if high < 0 || low < 0 {
		return -1
	}
	return high*100 + low
}

const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

func month(b []byte) int {
	for i := 0; i < len(months); i += 3 {
		if months[i] == b[0] && months[i+1] == b[1] && months[i+2] == b[2] {
			return i/3 + 1
		}
	}
	return 0
}

// daysSince1970 counts days of the Gregorian calendar. Source: Howard Hinnant,
// "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
func daysSince1970(y, m, d int) int {
	if m <= 2 {
		y--
	}
	era := y / 400
	ofEra := y - era*400
	ofYear := (153*((m+9)%12)+2)/5 + d - 1
	return era*146097 + ofEra*365 + ofEra/4 - ofEra/100 + ofYear - 719468
}
