package nginx

import (
	"strconv"
	"strings"
	"time"

	"lbsim/config/decode"
)

// parseTime reads a time as NGINX writes it: 10s, 500ms, 1h30m; without a unit seconds.
//
// Source: ngx_parse.c, ngx_parse_time.
func parseTime(text string) (time.Duration, bool) {
	units := []struct {
		name string
		unit time.Duration
	}{{"ms", time.Millisecond}, {"y", 365 * 24 * time.Hour}, {"M", 30 * 24 * time.Hour}, {"w", 7 * 24 * time.Hour},
		{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}}
	total, rest := time.Duration(0), strings.TrimSpace(text)
	for rest != "" {
		digits := 0
		for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
			digits++
		}
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		if err != nil {
			return 0, false
		}
		rest = rest[digits:]
		unit := time.Second
		for _, u := range units {
			if after, ok := strings.CutPrefix(rest, u.name); ok {
				unit, rest = u.unit, after
				break
			}
		}
		if rest != "" && (rest[0] < '0' || rest[0] > '9') && rest[0] != ' ' {
			return 0, false
		}
		rest = strings.TrimLeft(rest, " ")
		if n > int64(100*365*24*time.Hour/unit) {
			return 0, false
		}
		total += time.Duration(n) * unit
	}
	return total, text != ""
}

// parseSize reads a size: 8k, 10m, 1g, or bytes.
//
// Source: ngx_parse.c, ngx_parse_offset.
func parseSize(text string) (int64, bool) {
	unit := int64(1)
	if text != "" {
		switch text[len(text)-1] {
		case 'k', 'K':
			unit = 1 << 10
		case 'm', 'M':
			unit = 1 << 20
		case 'g', 'G':
			unit = 1 << 30
		}
	}
	if unit > 1 {
		text = text[:len(text)-1]
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n * unit, err == nil && n >= 0 && n <= 1<<40/unit
}

// seconds is a duration in the language.
func seconds(d time.Duration) string { return decode.FormatSeconds(d.Seconds()) }

// wholeNumber reads a number from 0.
func wholeNumber(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0
}
