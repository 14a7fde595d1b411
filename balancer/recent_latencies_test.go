package balancer

import (
	"testing"
	"time"

	"lbsim/clock"
)

// A quantile is never less than it is, and at most 3.2% more.
func TestRecentLatenciesAreNotTooShort(t *testing.T) {
	for d := time.Duration(1); d > 0; d = d*5/4 + 1 {
		for _, x := range []time.Duration{d - 1, d} {
			if bound := latencyBound(latencyBucket(x)); bound < x || float64(bound) > 1.032*float64(x) {
				t.Errorf("%d ns are in a bucket up to %d", x, bound)
			}
		}
		if d > 1<<61 {
			break
		}
	}
	if i := latencyBucket(1<<63 - 1); i != latencyBuckets-1 {
		t.Errorf("the longest duration is in bucket %d of %d", i, latencyBuckets)
	}
}

// A look sees what came since the last 20 to 30 s, as of a multiple of 3 s, however late
// it is.
func TestRecentLatenciesAreForgotten(t *testing.T) {
	l := newRecentLatencies()
	for i := range clock.Time(100) {
		l.add(i*clock.Time(100*time.Millisecond), time.Duration(i+1)*time.Millisecond) // until 9.9 s
	}
	for _, x := range []struct {
		at, next time.Duration
		q        float64
		want     time.Duration
	}{
		{10 * time.Second, 12 * time.Second, 0.9, 90 * time.Millisecond},
		{29_999 * time.Millisecond, 30 * time.Second, 0.01, time.Millisecond},
		{31 * time.Second, 33 * time.Second, 0.9, -1},
		{70 * time.Second, 72 * time.Second, 0.9, -1},
	} {
		got := l.look(clock.Time(x.at), x.q)
		if float64(got) < float64(x.want) || float64(got) > 1.032*float64(max(x.want, -1)) && x.want > 0 || got > 0 != (x.want > 0) || l.next != clock.Time(x.next) {
			t.Errorf("at %v: %v, want %v; the next look at %v", x.at, got, x.want, l.next)
		}
	}
}
