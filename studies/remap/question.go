package remap

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"lbsim/algorithms"
	"lbsim/config/decode"
	"lbsim/random"
	"lbsim/studies/compare"
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
	Nodes      string
	Weights    string // of the nodes at the start, such as 1,1,2
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
	var weights []float64
	weights, errs[1] = q.weights()
	p.Keys, errs[2] = q.keys()
	errs[3] = p.follow(or(q.Changes, DefaultChange), weights)
	if err := joined(errs[:]); err != nil {
		return nil, err
	}
	if p.Keys.popularity != nil {
		p.warnOfOrder()
	}
	p.warnOfWeights()
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

// ByKey returns the algorithms that choose by the request's key.
func ByKey() []*algorithms.Spec {
	var found []*algorithms.Spec
	for _, s := range algorithms.All() {
		if s.NeedsKey && !s.NeedsClient {
			found = append(found, s)
		}
	}
	return found
}

func namesByKey() string {
	var names []string
	for _, s := range ByKey() {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

// chosen reads the algorithms, and makes a picker of each, so that parameters which
// only the picker can judge are known to be right.
func chosen(texts []string) ([]algorithms.Choice, error) {
	if len(texts) == 0 {
		for _, s := range ByKey() {
			texts = append(texts, s.Name)
		}
	}
	var choices []algorithms.Choice
	var wrong []error
	given := map[string]bool{}
	for _, text := range texts {
		c, err := compare.ParseAlgorithm(text)
		switch {
		case err != nil:
		case c.Spec.NeedsClient:
			err = fmt.Errorf("%s goes by the client's address, not by a key: those that go by a key are %s", c.Spec.Name, namesByKey())
		case !c.Spec.NeedsKey:
			err = fmt.Errorf("%s does not go by a key, so that no key has a place that could change: those that do are %s", c.Spec.Name, namesByKey())
		case given[c.String()]:
			err = fmt.Errorf("%s is given twice", c)
		default:
			_, err = c.New(random.Source{})
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("--algorithms: %w", err))
			continue
		}
		given[c.String()] = true
		choices = append(choices, c)
	}
	return choices, joined(wrong)
}

// weights returns those of the nodes at the start.
func (q Question) weights() ([]float64, error) {
	var weights []float64
	var wrong []error
	for _, text := range strings.Split(q.Weights, ",") {
		if q.Weights == "" {
			break
		}
		w, err := parseWeight(strings.TrimSpace(text))
		if err != nil {
			wrong = append(wrong, fmt.Errorf("--weights: %w", err))
		}
		weights = append(weights, w)
	}
	if q.Nodes == "" && q.Weights != "" {
		return weights, joined(wrong)
	}
	n, err := whole("--nodes", or(q.Nodes, DefaultNodes), maxNodes)
	switch {
	case err != nil:
		return nil, joined(append(wrong, err))
	case q.Weights == "":
		weights = make([]float64, n)
		for i := range weights {
			weights[i] = 1
		}
	case len(weights) != n:
		wrong = append(wrong, fmt.Errorf("--weights %s: has %d weights for %s: must have one for each", q.Weights, len(weights), nodesText(n)))
	}
	return weights, joined(wrong)
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
func (p *Plan) follow(text string, weights []float64) error {
	changes, err := ParseChanges(text)
	if err != nil || len(weights) == 0 {
		return err // without a start there is nothing to follow
	}
	r := newRoster(weights, p.Seed)
	p.start = r.nodes
	for i, c := range changes {
		if err := r.apply(c); err != nil {
			return fmt.Errorf("--change %q (step %d of %d): %w", c.Text, i+1, len(changes), err)
		}
		p.steps = append(p.steps, transition{c, r.nodes})
	}
	return nil
}

func (p *Plan) warnOfOrder() {
	for _, c := range p.Choices {
		if c.Spec.WatchesLoad {
			p.Warnings = append(p.Warnings, fmt.Sprintf("%s counts a key as one request in flight, however popular it is", c))
		}
	}
}

// warnOfWeights names the algorithms that heed no weights where nodes have different
// ones: their keys stay away from the fair shares.
func (p *Plan) warnOfWeights() {
	differ := false
	for i := -1; i < len(p.steps); i++ {
		for _, n := range p.before(i + 1) {
			differ = differ || n.weight != p.start[0].weight
		}
	}
	for _, c := range p.Choices {
		if differ && !c.Spec.Weighted {
			p.Warnings = append(p.Warnings, fmt.Sprintf("%s takes no account of weights: it may move fewer keys than the least that fair shares ask for", c))
		}
	}
}

// before returns the nodes that step i finds; after the last step, those it leaves.
func (p *Plan) before(i int) []node {
	if i == 0 {
		return p.start
	}
	return p.steps[i-1].after
}
