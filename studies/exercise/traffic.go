package exercise

import (
	"fmt"
	"strings"
	"time"
)

// leaving judges draining and slow start.
func (j *judging) leaving(p *Point) {
	d := &j.answers.Deploy
	cold := j.exercise.demands.cold
	switch {
	case d.Drain == nil:
		p.poor("drain is not answered: how long may a running request go on?")
	case *d.Drain == 0:
		p.because("LB015", "an instance that leaves takes its requests with it: drain for longer than any request takes")
	case *d.Drain < j.exercise.demands.limit:
		p.because("LB016", fmt.Sprintf("draining for %s is shorter than a request may take (%s): those that are slow are cut", seconds(*d.Drain), seconds(j.exercise.demands.limit)))
	case *d.Drain > 10*time.Minute:
		p.poor(fmt.Sprintf("draining for %s makes a deploy of all instances take hours: no request takes that long", seconds(*d.Drain)))
	default:
		p.good("running requests end before their instance does")
	}
	switch {
	case d.SlowStart == 0:
		p.because("LB017", "a new instance is slow for "+seconds(cold)+" and gets its full share at once: give it a slow_start of that span")
	case d.SlowStart < cold/2:
		p.poor(fmt.Sprintf("a slow start of %s is over while a new instance is still slow (%s)", seconds(d.SlowStart), seconds(cold)))
	case d.SlowStart > 15*cold:
		p.poor(fmt.Sprintf("a slow start of %s is far longer than an instance is slow (%s): in a deploy the others carry its share all that time", seconds(d.SlowStart), seconds(cold)))
	default:
		p.good("a new instance gets little until it is warm")
	}
}

// Beyond these, retries are a storm to be.
const (
	mostAttempts = 3
	mostBudget   = 0.3
)

// retrying judges what is tried again, and how often.
func (j *judging) retrying(p *Point) {
	r := &j.answers.Retries
	if r.Attempts == 0 {
		p.poor("attempts is not answered: 1 is no retry, 2 one")
		return
	}
	if r.Attempts == 1 {
		p.poor("no request is tried again: each instance that crashes fails what it had, and its share until it is noticed, though another could have answered")
		return
	}
	if r.Attempts > mostAttempts {
		p.because("LB011", fmt.Sprintf("%d attempts: when everybody fails, that many times the load comes; one more attempt finds another instance, a third rarely helps", r.Attempts))
	}
	switch {
	case r.Budget == nil:
		p.because("LB011", "budget is not answered: without one every request is tried again when all fail, and the retries keep the instances from recovering")
	case *r.Budget == 0:
		p.poor("a budget of 0% allows no retry")
	case *r.Budget > mostBudget:
		p.because("LB011", fmt.Sprintf("a budget of %s lets retries add that much to the load when it is too much already: 10%% to 20%% are enough for one instance", percent(*r.Budget)))
	default:
		p.good("retries are bounded, at " + percent(*r.Budget) + " of the requests")
	}
	var twice []string
	for _, m := range []string{"POST", "PATCH"} {
		if r.mayRetry(m) {
			twice = append(twice, m)
		}
	}
	switch {
	case len(r.Methods) == 0:
		p.poor("methods is not answered: which may be sent twice without harm?")
	case len(twice) > 0:
		what := "an order that was taken and whose answer was lost is taken twice"
		if j.exercise.memory {
			what = "a login that was counted is counted twice, which locks accounts out"
		}
		p.because("LB012", strings.Join(twice, " and ")+" must not be sent again unless an idempotency key makes it harmless: "+what)
	case !r.mayRetry("GET"):
		p.poor("GET is not among them: it is most of the traffic and harmless to repeat")
	default:
		p.good("only what may be sent twice is tried again")
	}
}
