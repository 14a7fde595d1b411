package exercise

import (
	"fmt"
	"strings"
	"time"
)

// The paths that the exercises speak of.
const (
	readyPath = "/ready" // of the instance alone
	deepPath  = "/deep"  // of the database behind all of them as well
)

// eager is how long an instance may be silent, in a garbage collection say, and be well.
const eager = time.Second

// healthCheck judges the health check. An instance that crashes just after a check is out
//
//	interval + (unhealthy - 1)·interval
//
// later at most, one that hangs unhealthy·timeout after that.
func (j *judging) healthCheck(p *Point) {
	h := &j.answers.Health
	var missing []string
	for _, x := range []struct {
		name string
		gone bool
	}{{"path", h.Path == ""}, {"interval", h.Interval == 0}, {"timeout", h.Timeout == 0}, {"unhealthy", h.Unhealthy == 0}, {"healthy", h.Healthy == 0}, {"passive", h.Passive == nil}} {
		if x.gone {
			missing = append(missing, x.name)
		}
	}
	if len(missing) > 0 {
		p.poor("not answered: " + strings.Join(missing, ", "))
		return
	}
	switch h.Path {
	case readyPath:
		p.good("the path asks this instance whether it can serve")
	case deepPath:
		p.because("LB005", "the path asks the database that all instances share: when that fails, every check fails, and none is left for what needs no database")
	case "/":
		p.because("LB004", "/ is a page from a file: it is there though every request that matters fails; ask "+readyPath)
	default:
		p.poor(fmt.Sprintf("the instances know no %s: a check of what is not there fails for ever, or passes for the wrong reason; ask %s", h.Path, readyPath))
	}
	crash := time.Duration(h.Unhealthy) * h.Interval
	hang := crash + time.Duration(h.Unhealthy)*h.Timeout
	silent := h.Timeout + time.Duration(h.Unhealthy-1)*(h.Interval+h.Timeout)
	if limit := j.exercise.demands.detect; hang > limit {
		p.because("LB002", fmt.Sprintf("an instance that hangs is out after %s at most (%d · (%s + %s)), and %s are allowed: until then it gets its share",
			seconds(hang), h.Unhealthy, seconds(h.Interval), seconds(h.Timeout), seconds(limit)))
	} else {
		p.good(fmt.Sprintf("a crash is noticed after %s at most, a hang after %s", seconds(crash), seconds(hang)))
	}
	switch {
	case h.Unhealthy == 1:
		p.because("LB003", "one failed check takes an instance out: one lost packet does as well, and the others get its share; ask for 2 or 3 in a row")
	case silent < eager:
		p.because("LB003", "an instance that is silent for "+seconds(silent)+" is out: a garbage collection takes that long; give the check more time")
	}
	switch passive := *h.Passive; {
	case passive == 0:
		p.poor("nobody looks at answers: until the check has noticed, an instance that refuses connections is never busy, so what looks at the load sends it more than its share; take it out after some failures in a row")
	case passive == 1:
		p.because("LB006", "one failed request takes an instance out: one bad request, sent to each in turn, takes them all out")
	case passive > 50:
		p.poor(fmt.Sprintf("%d failures in a row are an outage before they are noticed: 3 to 10", passive))
	default:
		p.good("failed requests take an instance out before the check does")
	}
	if h.Timeout > h.Interval {
		p.poor(fmt.Sprintf("a check may take %s and the next is due after %s: a timeout is at most the interval", seconds(h.Timeout), seconds(h.Interval)))
	}
}
