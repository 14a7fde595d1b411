package balancer

import (
	"math"
	"math/bits"
	"time"

	"lbsim/clock"
)

// recentLatencies is how long a pool's attempts took of late: three windows of 10 s, the
// oldest of which is forgotten as a whole, with a look at them every 3 s (finagle
// BackupRequestFilter.scala). Counted are answers, attempts whose time had passed and
// copies that another one made needless; what fails otherwise fails fast, and would
// make the rest look slow.
//
// A histogram of 32 buckets for each power of two makes a quantile at most 3% too
// long. add costs O(1), a look O(buckets).
type recentLatencies struct {
	windows [latencyWindows][latencyBuckets]uint32
	current int64 // number of the window that time is in
	next    clock.Time
}

const (
	latencyWindows = 3
	latencyWindow  = 10 * time.Second
	latencyLook    = 3 * time.Second

	latencyBits    = 5
	latencyBuckets = (64 - latencyBits) << latencyBits
)

func newRecentLatencies() *recentLatencies { return &recentLatencies{next: clock.Time(latencyLook)} }

// latencyBucket is the bucket of a duration: its exponent and its next five bits.
func latencyBucket(d time.Duration) int {
	x := uint64(max(d, 0))
	shift := max(bits.Len64(x)-latencyBits-1, 0)
	return shift<<latencyBits + int(x>>shift)
}

// latencyBound is the greatest duration of a bucket.
func latencyBound(i int) time.Duration {
	shift := max(i>>latencyBits-1, 0)
	return time.Duration(uint64(i-shift<<latencyBits+1)<<shift - 1)
}

func (l *recentLatencies) add(now clock.Time, d time.Duration) {
	l.turnTo(now)
	l.windows[l.current%latencyWindows][latencyBucket(d)]++
}

// turnTo forgets what is too old at an instant.
func (l *recentLatencies) turnTo(now clock.Time) {
	current := int64(now) / int64(latencyWindow)
	for range min(current-l.current, latencyWindows) {
		l.current++
		l.windows[l.current%latencyWindows] = [latencyBuckets]uint32{}
	}
	l.current = current
}

// look returns the quantile q as of the last moment to look at it, -1 where there is
// none, and sets the next.
func (l *recentLatencies) look(now clock.Time, q float64) time.Duration {
	at := now - now%clock.Time(latencyLook)
	l.next = at.Add(latencyLook)
	l.turnTo(at)
	n := uint64(0)
	for i := range l.windows {
		for _, count := range l.windows[i] {
			n += uint64(count)
		}
	}
	if n == 0 {
		return -1
	}
	rank := uint64(math.Ceil(float64(q * float64(n))))
	for i, seen := 0, uint64(0); ; i++ {
		for w := range l.windows {
			seen += uint64(l.windows[w][i])
		}
		if seen >= rank {
			return latencyBound(i)
		}
	}
}
