package exercise

import "slices"

// item is a line of the self-check list: what of which point it looks at.
type item struct {
	name   string
	point  string
	lints  []string // remarks from these speak against it; none: any poor remark does
	passed string
	missed string
	open   func(*Answers) bool // whether what it is about is left open; nil: as the point
}

// items is the list that one goes through before one says that a design is done.
var items = []item{
	{"retries of non-idempotent requests", "retries", []string{"LB012"}, "no request is sent again that must not be", "a POST or PATCH may be sent twice",
		func(a *Answers) bool { return a.Retries.Attempts != 1 && len(a.Retries.Methods) == 0 }},
	{"sizes", "weights", nil, "instances get what their size can take", "large and small instances get the wrong shares", nil},
	{"drain and slow start", "deploy", nil, "a deploy cuts no request and floods no new instance", "a deploy is felt", nil},
	{"a specific and fast health check", "health", nil, "a dead instance is noticed soon, a busy one is not taken for dead", "the check asks the wrong thing, or too late", nil},
	{"a plan to leave stickiness", "sticky", nil, "nothing binds clients to instances for ever", "clients are bound to instances, and nothing says until when", nil},
}

// selfCheck goes through the list.
func (j *judging) selfCheck() {
	for _, x := range items {
		p := j.report.point(x.point)
		c := Check{Name: x.name, Verdict: Good, Text: x.passed}
		switch {
		case p.Verdict == Missing || x.open != nil && x.open(j.answers):
			c.Verdict, c.Text = Missing, "not answered"
		case slices.ContainsFunc(p.Remarks, func(m Remark) bool {
			return !m.Good && (len(x.lints) == 0 || slices.Contains(x.lints, m.Source))
		}):
			c.Verdict, c.Text = Poor, x.missed
		}
		j.report.SelfCheck = append(j.report.SelfCheck, c)
	}
}
