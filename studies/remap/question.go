package remap

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lbsim/algorithms"
	"lbsim/config/decode"
)

// Defaults of a question, in the words of the command line.
const (
	DefaultNodes  = "10"
	DefaultKeys   = "1000000"
	DefaultChange = "+1"
)

// Question is what somebody wants to know, in the words of the command line. What is
// empty has its default.
type Question struct {
	Algorithms []string // none: all that go by keys
	Nodes      string   // how many, or their names
	Weights    string   // of the nodes at the start, such as 1,1,2
	Changes    string
	Keys       string
	Given      *Keys  // from a file, instead of Keys
	Popularity string // of the keys: see Laws
	Seed       uint64
	Time       bool // measure build and lookup times
}

// Plan is what to do.
type Plan struct {
	Choices    []algorithms.Choice
	Keys       *Keys
	Seed       uint64
	Time       bool
	Workers    int // how many cores at once; 0: all
	Warnings   []string
	Provenance Provenance
	// Progress is told how many parts are done of how many, from one goroutine at a
	// time; nil: nobody.
	Progress func(done, planned int)

	start []node
	steps []transition
}

// transition is a change and the nodes after it.
type transition struct {
	Change
	after []node
}

// Plan reads the question. The error, the user's, has all that is wrong with it.
func (q Question) Plan() (*Plan, error) {
	p := &Plan{Seed: q.Seed, Time: q.Time}
	var errs [4]error
	p.Choices, errs[0] = chosen(q.Algorithms)
	names, weights, err := q.pool()
	errs[1] = err
	p.Keys, errs[2] = q.keys()
	errs[3] = p.follow(or(q.Changes, DefaultChange), names, weights)
	if err := joined(errs[:]); err != nil {
		return nil, err
	}
	p.warn()
	return p, nil
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// joined is the errors that are there, a line each; nil where none is.
func joined(errs []error) error { return errors.Join(errs...) }

// pool returns the weights of the nodes at the start, and their names where they were
// given.
func (q Question) pool() (names []string, weights []float64, err error) {
	var wrong []error
	for _, text := range list(q.Weights) {
		w, err := parseWeight(text)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("--weights: %w", err))
		}
		weights = append(weights, w)
	}
	n := len(weights)
	if q.Nodes != "" || n == 0 {
		n, names, err = nodesOf(or(q.Nodes, DefaultNodes))
		wrong = append(wrong, err)
	}
	switch {
	case n == 0:
	case q.Weights == "":
		weights = slices.Repeat([]float64{1}, n)
	case len(weights) != n:
		wrong = append(wrong, fmt.Errorf("--weights %s: has %d weights for %s: must have one for each", q.Weights, len(weights), nodesText(n)))
	}
	return names, weights, joined(wrong)
}

// nodesOf reads a number of nodes, or their names.
func nodesOf(text string) (n int, names []string, err error) {
	names = list(text)
	if _, isNumber := decode.ParseNumber(text); isNumber || len(names) == 0 {
		n, err = whole("--nodes", text, maxNodes)
		return n, nil, err
	}
	given := map[string]bool{}
	for _, name := range names {
		switch {
		case !isName(name):
			return 0, nil, fmt.Errorf("--nodes %s: %q is neither a number nor a name: a name has letters, digits, and _ . : - after the first", text, name)
		case slices.Contains(places, name):
			return 0, nil, fmt.Errorf("--nodes %s: no node can be called %s, which has a meaning in changes", text, name)
		case given[name]:
			return 0, nil, fmt.Errorf("--nodes %s: %s is there twice", text, name)
		}
		given[name] = true
	}
	return len(names), names, nil
}

// list splits at commas; nothing is in an empty text.
func list(text string) []string {
	if text == "" {
		return nil
	}
	parts := strings.Split(text, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func (q Question) keys() (*Keys, error) {
	k := q.Given
	if k != nil && q.Keys != "" {
		return nil, errors.New("--keys and --keys-file: the file has its own number of keys: give one of the two")
	}
	if k == nil {
		n, err := whole("--keys", or(q.Keys, DefaultKeys), maxKeys)
		if err != nil {
			return nil, err
		}
		k = generated(n, q.Seed)
	}
	if q.Popularity == "" {
		return k, nil
	}
	k = new(*k)
	return k, k.popular(q.Popularity)
}

// whole reads a count from 1 on.
func whole(flag, text string, most int) (int, error) {
	x, ok := decode.ParseNumber(text)
	if !ok || x != float64(int(x)) || x < 1 || x > float64(most) {
		return 0, fmt.Errorf("%s %s: must be a whole number in [1, %s]", flag, text, strconv.Itoa(most))
	}
	return int(x), nil
}

// follow carries the changes out on the roster.
func (p *Plan) follow(text string, names []string, weights []float64) error {
	changes, err := ParseChanges(text)
	if err != nil || len(weights) == 0 {
		return err // without a start there is nothing to follow
	}
	r := newRoster(names, weights, p.Seed)
	p.start = r.nodes
	for i, c := range changes {
		if err := r.apply(c); err != nil {
			return fmt.Errorf("--change %q (step %d of %d): %w", c.Text, i+1, len(changes), err)
		}
		p.steps = append(p.steps, transition{c, r.nodes})
	}
	return nil
}

// before returns the nodes that step i finds; after the last step, those it leaves.
func (p *Plan) before(i int) []node {
	if i == 0 {
		return p.start
	}
	return p.steps[i-1].after
}
