package clock

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestFromSecondsRoundsAndSaturates(t *testing.T) {
	for _, c := range []struct {
		seconds float64
		want    Time
	}{
		{0, 0}, {1, 1e9}, {0.25e-9, 0}, {0.5e-9, 1}, {1.4999e-9, 1}, {1e-3, 1e6},
		{-1, 0}, {math.Inf(-1), 0}, {math.NaN(), 0}, {1e10, Never}, {math.Inf(1), Never},
	} {
		if got := FromSeconds(c.seconds); got != c.want {
			t.Errorf("FromSeconds(%v) = %d, want %d", c.seconds, got, c.want)
		}
	}
}

// Add and Sub undo each other, and seconds come back to the nanosecond for as long
// as a float64 can tell nanoseconds apart: some three months.
func TestRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := Time(rapid.Int64Range(0, 1<<52).Draw(t, "at"))
		d := time.Duration(rapid.Int64Range(0, 1<<52).Draw(t, "d"))
		if got := at.Add(d).Sub(at); got != d {
			t.Fatalf("%d + %d - %d = %d", at, d, at, got)
		}
		if got := FromSeconds(at.Seconds()); got-at > 1 || at-got > 1 {
			t.Fatalf("%d came back as %d", at, got)
		}
	})
}

func TestString(t *testing.T) {
	if got := Time(1500 * time.Millisecond).String(); got != "1.5s" {
		t.Errorf("got %s", got)
	}
	if got := Never.String(); got != "never" {
		t.Errorf("got %s", got)
	}
}
