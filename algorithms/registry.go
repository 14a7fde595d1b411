package algorithms

import (
	"fmt"
	"slices"
	"strings"

	"lbsim/random"
)

// Spec describes an algorithm to people and to programs.
type Spec struct {
	Name        string   // as in a scenario: round_robin
	Aliases     []string // as people type it: rr
	Title       string   // as in a chart: Round robin
	Summary     string   // the rule, in a sentence
	Use         string   // when to use it
	Avoid       string   // when not
	Cost        string   // of a pick, and of a start or finish: "O(1)"
	Source      string   // paper, RFC or product file
	Weighted    bool     // honours weights
	WatchesLoad bool     // wants Changed for Started and Finished
	NeedsKey    bool     // chooses by Request.Key
	NeedsClient bool     // chooses by Request.Client
	Params      []Param
	// New makes a picker from checked parameters. rnd is the picker's own
	// stream, taken over by it.
	New func(p Values, rnd random.Source) (Picker, error)
}

var specs []*Spec // in order of registration, which is the order of the tables below

// Register adds an algorithm to those that scenarios and the command line know.
// Call it before anything is looked up, not concurrently. It panics when the
// name or an alias is taken.
func Register(s Spec) {
	for _, name := range append([]string{s.Name}, s.Aliases...) {
		if Lookup(name) != nil {
			panic(fmt.Sprintf("algorithms: %q is registered twice", name))
		}
	}
	specs = append(specs, &s)
}

// Lookup returns the algorithm of that name or alias, nil when there is none.
func Lookup(name string) *Spec {
	for _, s := range specs {
		if s.Name == name || slices.Contains(s.Aliases, name) {
			return s
		}
	}
	return nil
}

// All returns every algorithm, ordered by name.
func All() []*Spec {
	all := slices.Clone(specs)
	slices.SortFunc(all, func(a, b *Spec) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Choice is an algorithm with its parameters.
type Choice struct {
	Spec   *Spec
	Values Values
}

// New makes the chosen picker.
func (c Choice) New(rnd random.Source) (Picker, error) { return c.Spec.New(c.Values, rnd) }

// HashesKeys reports whether the choice's picker has a hash of keys of its own.
func (c Choice) HashesKeys() bool {
	p, err := c.New(random.New(0, "", 0))
	_, hashes := p.(KeyHasher)
	return err == nil && hashes
}

// String prints the choice as on the command line, defaults left out:
// power_of_two:choices=3.
func (c Choice) String() string {
	var set []string
	for _, p := range c.Spec.Params {
		if v := c.Values.text(p); v != p.Default {
			set = append(set, p.Name+"="+v)
		}
	}
	if len(set) == 0 {
		return c.Spec.Name
	}
	return c.Spec.Name + ":" + strings.Join(set, ",")
}
