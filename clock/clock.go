// Package clock is the project's notion of an instant: a count of nanoseconds
// that somebody else supplies. It reads no clock, so everything built on it runs
// the same in simulated and in wall time.
package clock

import (
	"math"
	"time"
)

// Time is an instant in nanoseconds since the start of a run (in the simulator)
// or since the process started (in the proxy). The zero value is the start.
type Time int64

// Never is later than every instant that a run can reach.
const Never Time = math.MaxInt64

// Add returns t+d.
func (t Time) Add(d time.Duration) Time { return t + Time(d) }

// Sub returns the duration t-u.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }

// Seconds returns t in seconds.
func (t Time) Seconds() float64 { return float64(t) / 1e9 }

// String prints t as a duration since the start.
func (t Time) String() string {
	if t == Never {
		return "never"
	}
	return time.Duration(t).String()
}

// FromSeconds returns s seconds rounded to the nearest nanosecond, saturating at
// Never; a negative s gives 0.
func FromSeconds(s float64) Time {
	ns := float64(s*1e9) + 0.5
	switch {
	case ns >= math.MaxInt64:
		return Never
	case ns > 0:
		return Time(ns)
	}
	return 0
}
