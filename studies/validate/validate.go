// Package validate looks at a configuration before production does: what in it will hurt,
// why, and what to write instead. It reads lbsim's own files; those of other products come
// to it as the readers of config understand them. What a file can't know, such as zones,
// sizes and load, is no finding by itself: it comes from a world, a scenario.
package validate

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/config/foreign"
	"lbsim/scenarios"
)

// Subject is a configuration to look at.
type Subject struct {
	File     string
	Product  string // in whose words findings say what to write; Ours, or as in foreign.Config
	Balancer *config.Balancer
	World    *scenarios.Scenario // who sends requests, and which servers answer; nil: not known
	// NotSimulated is what was written and has no meaning here.
	NotSimulated []foreign.Remark

	unseen []foreign.Remark         // of which the file says too little
	within map[string]time.Duration // of routes that try again, by pool: foreign.Config.Within
	places map[string]decode.Place  // of what was written, by path
	half   *Subject                 // what the same file balances beside it; nil: nothing
	root   string                   // path of the balancer in it
	texts  map[string]string        // the files that it was read from, by name, for their comments
}

// Ours is the Product of lbsim's own files.
const Ours = "lbsim"

// Of returns the subject that another product's configuration is. texts are the files that
// it was read from, by the names that its places have.
func Of(file string, c *foreign.Config, texts map[string]string) *Subject {
	return &Subject{File: file, Product: c.Product, Balancer: c.Balancer, NotSimulated: c.NotSimulated, unseen: c.Unseen, within: c.Within, places: c.Places, texts: texts}
}

// Check lets every lint look at the subject. What comments tell it to ignore is marked as
// ignored, and stands in the report.
func Check(s *Subject) *Report {
	r := &Report{Schema: Schema, File: s.File, OnePool: len(s.Balancer.All()) == 1 && s.half == nil, halved: s.half != nil, files: s.files(), balancer: s.Balancer, noticing: map[string]map[string]noticing{}}
	for _, half := range s.halves() {
		r.look(half)
	}
	r.Findings = append(r.Findings, s.ignore(r.Findings)...)
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.ID, b.ID))
	})
	identify(r.Findings)
	for _, x := range s.notSimulated() {
		r.NotSimulated = append(r.NotSimulated, NotSimulated{File: x.Place.File, Line: x.Place.Line, Column: x.Place.Column, Text: x.Text, Why: x.Why})
	}
	return r
}

// look lets every lint look at a subject.
func (r *Report) look(s *Subject) {
	pools, taken := s.pools(), r.pools // by the other half
	for _, p := range pools {
		if slices.Contains(taken, p.name) {
			p.name += " of layer " + s.Balancer.Layer.String()
		}
		if p.caller == "" {
			r.pools = append(r.pools, p.name)
			r.noticing[p.name] = p.noticings()
		}
	}
	for _, l := range lints {
		for _, f := range l.find(s, pools) {
			r.Findings = append(r.Findings, s.finding(l, f))
		}
	}
}

// find returns what a lint finds.
func (l *Lint) find(s *Subject, pools []*pool) []flaw {
	var all []flaw
	if l.whole != nil {
		all = l.whole(s, pools)
	}
	if l.pool == nil {
		return all
	}
	for _, p := range pools {
		for _, f := range l.pool(p) {
			f.at, f.pool, f.path = p.place(f.path), p.name, p.path(f.path)
			all = append(all, f)
		}
	}
	return all
}

// finding puts what a lint says of itself beside what it has found.
func (s *Subject) finding(l *Lint, f flaw) Finding {
	x := Finding{ID: l.ID, Name: l.Name, Severity: l.Severity, File: f.at.File, Line: f.at.Line, Column: f.at.Column, Pool: f.pool, Path: f.path,
		Message: f.message, Why: l.Why, Instead: l.insteadFor(s.Product, s.Balancer.Layer), Scenario: l.Scenario}
	if f.severity != "" {
		x.Severity = f.severity
	}
	if f.instead != "" && s.Product == Ours {
		x.Instead = f.instead
	}
	return x
}

// at returns where something was written, by its path, or the nearest thing around it.
func (s *Subject) at(path string) decode.Place {
	c := foreign.Config{Places: s.places}
	at := c.Place(path)
	if at.File == "" {
		at.File = s.File
	}
	return at
}

// wrote reports whether something was written.
func (s *Subject) wrote(path string) bool {
	_, ok := s.places[path]
	return ok
}

// Situate puts the subject into a world, if it fits into it: then lints know servers and load.
func (s *Subject) Situate(w *scenarios.World) {
	source, err := w.Around(s.File, s.bare())
	if err != nil {
		return // as with what follows: who drills in that world is told why
	}
	world, err := source.Scenario()
	if err != nil {
		return
	}
	world.SLO = append(world.SLO, w.During()...)
	s.World = world
	s.places, s.texts = maps.Clone(s.places), maps.Clone(s.texts)
	for path, at := range source.Places() {
		if _, own := s.places[path]; !own && at.File == w.Name() {
			s.places[path] = at
		}
	}
	if _, text, err := Text(w.Name(), nil); err == nil {
		s.texts[w.Name()] = string(text)
	}
}

// bare is a balancer of one pool with the endpoints of all, of which a world asks nothing but
// that it has their servers.
func (s *Subject) bare() *config.Balancer {
	b, err := config.Read("", strings.NewReader("algorithm: round_robin"))
	if err != nil {
		panic("validate: " + err.Error())
	}
	b.Frontends = s.Balancer.Frontends
	met := map[string]bool{}
	for _, p := range s.Balancer.All() {
		for _, e := range p.Endpoints {
			if !met[e.Name] {
				met[e.Name] = true
				b.Endpoints = append(b.Endpoints, e)
			}
		}
	}
	return b
}
