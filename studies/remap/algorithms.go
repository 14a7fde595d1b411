package remap

import (
	"fmt"
	"strings"

	"lbsim/algorithms"
	"lbsim/random"
	"lbsim/studies/compare"
)

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
