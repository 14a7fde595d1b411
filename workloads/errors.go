package workloads

import (
	"fmt"
	"math"
	"strconv"
)

// ParameterError says which parameter is wrong, its value and the rule it breaks.
type ParameterError struct {
	Name  string // as the scenario language spells it
	Value string // "" when the parameter is missing or should be
	Rule  string
}

// Error reads "mean = -1: must be > 0", or "cv: missing: …".
func (e *ParameterError) Error() string {
	if e.Value == "" {
		return e.Name + ": " + e.Rule
	}
	return e.Name + " = " + e.Value + ": " + e.Rule
}

// broken reports that the parameter's value breaks the rule.
func broken(name string, value float64, rule string, args ...any) error {
	return &ParameterError{Name: name, Value: plain(value), Rule: fmt.Sprintf(rule, args...)}
}

// plain writes x as people do, with an exponent only where it is very large or
// very small.
func plain(x float64) string {
	if a := math.Abs(x); a >= 1e15 || a < 1e-6 {
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// positive checks 0 < value < +Inf.
func positive(name string, value float64) error {
	if value > 0 && value <= math.MaxFloat64 {
		return nil
	}
	return broken(name, value, "must be > 0")
}

// nonNegative checks 0 <= value < +Inf.
func nonNegative(name string, value float64) error {
	if value >= 0 && value <= math.MaxFloat64 {
		return nil
	}
	return broken(name, value, "must be >= 0")
}

// within checks low <= value <= high.
func within(name string, value, low, high float64) error {
	if value >= low && value <= high {
		return nil
	}
	return broken(name, value, "must be in [%s, %s]", plain(low), plain(high))
}

// openShare checks 0 < value < 1.
func openShare(name string, value float64) error {
	if value > 0 && value < 1 {
		return nil
	}
	return broken(name, value, "must be > 0 and < 1")
}

// first returns the first error there is.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
