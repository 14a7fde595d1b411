package main

import (
	"testing"
	"time"
)

func TestRemaining(t *testing.T) {
	for _, c := range []struct {
		done, planned int64
		want          string
	}{
		{0, 20, ""},
		{1, 20, " · 3m10s left"},
		{19, 20, " · 1s left"},
		{20, 20, " · 0s left"},
	} {
		if got := remaining(10*time.Second, c.done, c.planned); got != c.want {
			t.Errorf("%d of %d after 10s: %q, want %q", c.done, c.planned, got, c.want)
		}
	}
}
