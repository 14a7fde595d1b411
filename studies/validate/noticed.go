package validate

import (
	"fmt"

	"lbsim/balancer"
)

// Noticed is how soon the balancer of a pool notices a kind of trouble, with a configuration
// and with the one before.
type Noticed struct {
	Pool string `json:"pool"`
	// What is crash or hang, which active checks notice, or errors, which passive ones do.
	What string `json:"what"`
	// Before and After say how soon at the latest; by no check, where nobody looks.
	Before  string `json:"before"`
	After   string `json:"after"`
	Verdict string `json:"verdict"` // worse or better
}

// noticing is how soon something is noticed, in any unit; less is sooner.
type noticing struct {
	words  string
	amount float64 // < 0: never
}

var unnoticed = noticing{"by no check", -1}

// troubles are the kinds of trouble in order of the report.
var troubles = []string{"crash", "hang", "errors"}

// noticings returns how soon a pool notices each kind of trouble.
func (p *pool) noticings() map[string]noticing {
	all := map[string]noticing{"crash": unnoticed, "hang": unnoticed, "errors": unnoticed}
	if p.Health == nil {
		return all
	}
	if p.Health.Active != nil {
		d := detectionOf(p.Health.Active)
		all["crash"] = noticing{"after up to " + seconds(d.crash), d.crash}
		all["hang"] = noticing{"after up to " + seconds(d.hang), d.hang}
	}
	switch o := p.Health.Passive; {
	case o == nil:
	case o.ConsecutiveFailures > 0 && o.Rule == balancer.FailWindows:
		all["errors"] = noticing{fmt.Sprintf("after %s within %s", failures(o.ConsecutiveFailures), span(o.EjectionTime)), float64(o.ConsecutiveFailures)}
	case o.ConsecutiveFailures == 1:
		all["errors"] = noticing{"after 1 failure", 1}
	case o.ConsecutiveFailures > 0:
		all["errors"] = noticing{fmt.Sprintf("after %d failures in a row", o.ConsecutiveFailures), float64(o.ConsecutiveFailures)}
	case o.SuccessRate != nil || o.FailureRatio != nil:
		all["errors"] = noticing{"by their share, every " + span(o.Interval), 0}
	}
	return all
}

func failures(n int) string {
	if n == 1 {
		return "1 failure"
	}
	return fmt.Sprintf("%d failures", n)
}

// aTrifle is by what share something may be noticed later, or sooner, without a word.
const aTrifle = 0.05

// noticedSince says what the pools of a report notice later or sooner than those of the one
// before: pools of one name, or the only ones of both.
func (r *Report) noticedSince(before *Report) []Noticed {
	all := []Noticed{}
	for i, name := range r.pools {
		was, there := before.noticing[name]
		if r.OnePool && before.OnePool {
			was, there = before.noticing[before.pools[0]], true
		}
		if !there {
			continue
		}
		is := r.noticing[r.pools[i]]
		for _, what := range troubles {
			if verdict := heldAgainst(was[what], is[what]); verdict != "" {
				all = append(all, Noticed{name, what, was[what].words, is[what].words, verdict})
			}
		}
	}
	return all
}

// heldAgainst is worse or better; "" where nothing to speak of has changed.
func heldAgainst(was, is noticing) string {
	switch {
	case was.amount < 0 && is.amount < 0:
	case is.amount < 0, was.amount >= 0 && is.amount > was.amount*(1+aTrifle):
		return "worse"
	case was.amount < 0, is.amount < was.amount*(1-aTrifle):
		return "better"
	}
	return ""
}

// NoticedLater counts what is noticed later than before where that is as grave as least: a
// warning. "" is graver than any.
func (r *Report) NoticedLater(least Severity) (n int) {
	if r.Against == nil || least == "" || !Warning.AtLeast(least) {
		return 0
	}
	for i := range r.Against.Noticed {
		if r.Against.Noticed[i].Verdict == "worse" {
			n++
		}
	}
	return n
}
