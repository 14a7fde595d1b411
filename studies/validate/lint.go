package validate

import (
	"slices"

	"lbsim/balancer"
	"lbsim/config/decode"
)

// Severity is how bad a finding is.
type Severity string

const (
	Error   Severity = "error"   // it does harm, or does not do what it says
	Warning Severity = "warning" // it does harm when something breaks
	Info    Severity = "info"    // it may do harm; nothing in the file says that it will
)

// severities are the severities, the gravest first.
var severities = []Severity{Error, Warning, Info}

// AtLeast reports whether a severity is as grave as another.
func (s Severity) AtLeast(least Severity) bool {
	return slices.Index(severities, s) <= slices.Index(severities, least)
}

// Lint is a mistake that configurations make.
type Lint struct {
	ID       string // LB001; never changes
	Name     string // a few words with dashes
	Severity Severity
	Title    string // what is wrong, in a line
	When     string // exactly, with the bounds that it draws
	Why      string // what it leads to
	Instead  string // what to write in lbsim's language
	// Products is what to write in the files of other products; those that are not named
	// have Instead.
	Products map[string]string
	// Connections is what to write under layer: l4 where that is something else; Ours is a
	// product here.
	Connections map[string]string
	Scenario    string // a shipped one that shows the harm; "": none of what happens
	Command     string // that shows it and its cure
	// Situated lints find more in a world, so without one nothing follows from what they
	// do not find.
	Situated bool

	pool  func(p *pool) []flaw                   // what is wrong with a pool
	whole func(s *Subject, pools []*pool) []flaw // and with all of it
}

// flaw is what a lint finds.
type flaw struct {
	path     string   // of the setting; in a pool, from there
	message  string   // what is wrong, with the numbers
	severity Severity // "": the lint's
	instead  string   // in lbsim's language; "": the lint's

	pool string
	at   decode.Place
}

// insteadFor returns what to write in a product's file.
func (l *Lint) insteadFor(product string, layer balancer.Layer) string {
	if text, ok := l.Connections[product]; ok && layer == balancer.L4 {
		return text
	}
	if text, ok := l.Products[product]; ok {
		return text
	}
	return l.Instead
}

// lints are all there are, in order of their ids.
var lints = slices.Concat(healthLints, ejectionLints, timeoutLints, retryLints, lifecycleLints, stickyLints, hashLints, capacityLints, limitLints, objectiveLints, commentLints, unseenLints)

// Lints returns all lints in order of their ids. They must not be changed.
func Lints() []*Lint { return lints }

// Lookup returns the lint of an id or a name, nil where there is none.
func Lookup(name string) *Lint {
	for _, l := range lints {
		if l.ID == name || l.Name == name {
			return l
		}
	}
	return nil
}
