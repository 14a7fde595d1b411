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
	text := strconv.FormatFloat(value, 'g', -1, 64)
	return &ParameterError{Name: name, Value: text, Rule: fmt.Sprintf(rule, args...)}
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
	return broken(name, value, "must be in [%v, %v]", low, high)
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
