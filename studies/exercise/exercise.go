// Package exercise asks the design questions of an interview and judges the answers: by
// rules, by what package validate finds in the configuration that they make, and by
// drilling it in a modelled world. A point that is drilled is drilled alone, in a design
// whose other points are good, so that nobody pays for a mistake elsewhere.
package exercise

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"
)

//go:embed library
var library embed.FS

// Exercise is a system to design the balancing of.
type Exercise struct {
	Name  string
	Title string

	demands  demands
	weights  []weight // the groups of its servers
	memory   bool     // whether its servers keep sessions in memory
	launched bool     // whether it asks about a launch
}

// demands is what product and who is on call want, as the form says.
type demands struct {
	quantile float64       // the share of requests that is answered within limit
	limit    time.Duration // of a request
	errors   float64       // the share of requests that may fail
	detect   time.Duration // until a dead instance is out
	cold     time.Duration // how long a new instance is slow
	work     time.Duration // of a request, a mean
	most     float64       // requests a second that the largest instance can serve
}

// weight is a group of servers, and how much of the work one of it can do.
type weight struct {
	group string
	size  float64
}

var exercises = []*Exercise{{
	Name: "read-api", Title: "a read-heavy API on two large and three medium instances, with two deploys a day",
	demands: demands{quantile: 0.99, limit: 250 * time.Millisecond, errors: 0.001, detect: 15 * time.Second, cold: 20 * time.Second, work: 16 * time.Millisecond, most: 1000},
	weights: []weight{{"large", 16}, {"medium", 4}},
}, {
	Name: "login-launch", Title: "a login service before a tenfold launch, at the least extra cost",
	demands: demands{quantile: 0.99, limit: 2 * time.Second, errors: 0.001, detect: 15 * time.Second, cold: 20 * time.Second, work: 172 * time.Millisecond, most: 23},
	weights: []weight{{"login", 4}}, memory: true, launched: true,
}}

// All returns the exercises, the one to begin with first. They must not be changed.
func All() []*Exercise { return exercises }

// Names returns their names.
func Names() []string {
	var names []string
	for _, x := range exercises {
		names = append(names, x.Name)
	}
	return names
}

// Lookup returns the exercise of a name, nil where there is none.
func Lookup(name string) *Exercise {
	if i := slices.Index(Names(), name); i >= 0 {
		return exercises[i]
	}
	return nil
}

// Form returns the file to write answers into: what is asked, and a field for each point.
func (x *Exercise) Form() string { return x.text("form") }

// Solution returns a good answer, with the reasons as comments.
func (x *Exercise) Solution() string { return x.text("solution") }

// text returns a file of the exercise's.
func (x *Exercise) text(name string) string {
	text, err := library.ReadFile(fmt.Sprintf("library/%s/%s.yaml", x.Name, name))
	if err != nil {
		panic("exercise: " + err.Error()) // it is embedded
	}
	return string(text)
}

// good returns the answers of the solution.
func (x *Exercise) good() *Answers {
	a, err := Read(x.Name+"'s solution", strings.NewReader(x.Solution()))
	if err != nil {
		panic("exercise: " + err.Error()) // it is embedded, and tested
	}
	return a
}
