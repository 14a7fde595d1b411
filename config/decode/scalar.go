package decode

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Schema is a JSON Schema (draft 2020-12) as encoding/json prints it.
type Schema = map[string]any

// Type is the way a Go value is written in a file.
type Type[T any] interface {
	// Read returns the value at v; ok is false when a problem was reported.
	Read(v Value) (x T, ok bool)
	// Write returns x as Read takes it, with defaults filled in.
	Write(x T) any
	// Schema describes it to editors.
	Schema(d *Defs) Schema
}

// Scalar is a Type of single values.
type Scalar[T any] struct {
	what   string // must be …
	parse  func(v Value) (T, bool)
	write  func(T) any
	schema Schema
	rules  []Rule[T]
}

// Rule is a condition on a value, such as "> 0".
type Rule[T any] struct {
	Text   string // must be …
	Holds  func(T) bool
	Schema Schema // the same for editors where a plain number is written; may be nil
}

// That returns the type narrowed by rules.
func (s Scalar[T]) That(rules ...Rule[T]) Scalar[T] {
	s.rules = append(s.rules[:len(s.rules):len(s.rules)], rules...)
	return s
}

// Read implements Type.
func (s Scalar[T]) Read(v Value) (T, bool) {
	x, ok := s.parse(v)
	if !ok {
		v.Fail("%s", v.wanted(s.what))
		return x, false
	}
	for _, r := range s.rules {
		if !r.Holds(x) {
			v.Fail("must be %s", r.Text)
			return x, false
		}
	}
	return x, true
}

// Write implements Type.
func (s Scalar[T]) Write(x T) any { return s.write(x) }

// Schema implements Type.
func (s Scalar[T]) Schema(*Defs) Schema {
	out := Schema{}
	for k, v := range s.schema {
		out[k] = v
	}
	if t := out["type"]; t == "number" || t == "integer" {
		for _, r := range s.rules {
			for k, v := range r.Schema {
				out[k] = v
			}
		}
	}
	return out
}

type ordered interface {
	~int | ~int64 | ~uint64 | ~float64
}

// AtLeast is x >= least.
func AtLeast[T ordered](least T, text string) Rule[T] {
	return Rule[T]{">= " + text, func(x T) bool { return x >= least }, Schema{"minimum": least}}
}

// Above is x > least.
func Above[T ordered](least T, text string) Rule[T] {
	return Rule[T]{"> " + text, func(x T) bool { return x > least }, Schema{"exclusiveMinimum": least}}
}

// AtMost is x <= most.
func AtMost[T ordered](most T, text string) Rule[T] {
	return Rule[T]{"<= " + text, func(x T) bool { return x <= most }, Schema{"maximum": most}}
}

// Below is x < most.
func Below[T ordered](most T, text string) Rule[T] {
	return Rule[T]{"< " + text, func(x T) bool { return x < most }, Schema{"exclusiveMaximum": most}}
}

// Types of single values. Numbers are finite and decimal.
var (
	// Seconds is a duration as float64 seconds, with the full precision of what
	// is written: 333.3333333333ms.
	Seconds = quantity("a duration, such as 5ms or 1m30s", ParseSeconds, FormatSeconds, `^[-+]?([0-9.]+([eE][-+]?[0-9]+)? *(ns|us|µs|ms|s|m|h|d))+$`)
	// Rate is events a second.
	Rate = quantity("a rate, such as 400/s, 400 rps or 24000/min", ParseRate, FormatRate, `^[0-9.]+([eE][-+]?[0-9]+)? *(/s|rps|/ms|/m|/min|/h|/d)$`)
	// Size is bytes.
	Size = quantity("a size, such as 64MiB", ParseSize, func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) + "B" }, `^[0-9.]+ *(B|kB|MB|GB|KiB|MiB|GiB)$`)
	// Share is a fraction, written 5% or 0.05.
	Share = Scalar[float64]{
		what: "a share, such as 5% or 0.05",
		parse: func(v Value) (float64, bool) {
			if text, ok := v.number(); ok {
				return ParseNumber(text)
			}
			text, _ := v.text()
			return parseUnits(text, percent)
		},
		write:  func(x float64) any { return x },
		schema: Schema{"type": []string{"number", "string"}, "pattern": `^[0-9.]+ *%$`, "minimum": 0},
	}
	// Number is any number.
	Number = Scalar[float64]{
		what: "a number",
		parse: func(v Value) (float64, bool) {
			text, _ := v.number()
			return ParseNumber(text)
		},
		write:  func(x float64) any { return x },
		schema: Schema{"type": "number"},
	}
	// Count is a whole number.
	Count = Scalar[int]{
		what: "a whole number",
		parse: func(v Value) (int, bool) {
			text, _ := v.number()
			x, ok := ParseNumber(text)
			return int(x), ok && x == math.Trunc(x) && math.Abs(x) <= 1<<53
		},
		write:  func(x int) any { return x },
		schema: Schema{"type": "integer"},
	}
	// Seed is a whole number of up to 64 bits.
	Seed = Scalar[uint64]{
		what: "a whole number from 0 to 18446744073709551615",
		parse: func(v Value) (uint64, bool) {
			text, _ := v.number()
			x, err := strconv.ParseUint(text, 10, 64)
			return x, err == nil
		},
		write:  func(x uint64) any { return x },
		schema: Schema{"type": "integer", "minimum": 0},
	}
	// Text is any text.
	Text = Scalar[string]{
		what:   "text (in quotes, if it looks like a number, a date or true or false)",
		parse:  func(v Value) (string, bool) { return v.text() },
		write:  func(x string) any { return x },
		schema: Schema{"type": "string"},
	}
	// Name is a word of letters, digits, -, _ and . that can stand in a path.
	Name = Text.That(Rule[string]{
		"made of letters, digits, -, _ and ., beginning with a letter", isName, nil})
	// Duration is a length of time in nanoseconds, at most 100 years.
	Duration = Scalar[time.Duration]{
		what: "a duration, such as 5ms or 1m30s",
		parse: func(v Value) (time.Duration, bool) {
			s, ok := Seconds.parse(v)
			s = max(min(s, 2*longest.Seconds()), -2*longest.Seconds())
			return time.Duration(math.Round(s * 1e9)), ok
		},
		write:  func(d time.Duration) any { return FormatSeconds(d.Seconds()) },
		schema: Seconds.schema,
		rules:  []Rule[time.Duration]{AtMost(longest, "100 years"), AtLeast(-longest, "-100 years")},
	}
)

const longest = 100 * 365 * 24 * time.Hour

func isName(s string) bool {
	if s == "" || len(s) > 100 || strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && r != '_' && r != '.' && !(r >= '0' && r <= '9') && !(r >= 'a' && r <= 'z') && !(r >= 'A' && r <= 'Z')
	}) {
		return false
	}
	return s[0] >= 'A'
}

// quantity is a Type of numbers that are written with a unit.
func quantity(what string, parse func(string) (float64, bool), format func(float64) string, pattern string) Scalar[float64] {
	return Scalar[float64]{
		what: what,
		parse: func(v Value) (float64, bool) {
			if text, ok := v.number(); ok && text == "0" {
				return parse(text)
			}
			text, _ := v.text()
			return parse(text)
		},
		write:  func(x float64) any { return format(x) },
		schema: Schema{"type": []string{"string", "integer"}, "pattern": pattern, "maximum": 0, "minimum": 0},
	}
}
