package replay

import (
	"errors"
	"fmt"
	"slices"

	"lbsim/algorithms"
	"lbsim/config"
	"lbsim/proxy/recording"
	"lbsim/studies/compare"
)

// limits are what to know of what another algorithm would have done.
var limits = []string{
	"Other algorithms meet the requests when they came. Each takes as long as it took, wherever it goes and however many are there; one that goes to a server whose last recorded answer was an error gets that error.",
}

// Question is what is asked of a recording.
type Question struct {
	File       string
	Algorithms []string // others; the recording's own need not be among them
}

// Run plays a recording back, on its own algorithm first. The error is a *Difference where
// that decides otherwise.
func Run(q Question) (*Result, error) {
	choices, err := q.choices()
	if err != nil {
		return nil, err
	}
	file, err := recording.Open(q.File)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r := &Result{Schema: Schema, File: q.File, Warnings: []string{}}
	if r.Algorithm, err = algorithm(&file.Header); err != nil {
		return nil, err
	}
	k, err := playAgain(file)
	if err != nil {
		return nil, err
	}
	r.Reproduced, r.Calls, r.Seconds = true, k.calls, k.span().Seconds()
	own := k.tally.outcome(r.Algorithm, k.cast, k.span())
	own.Recorded = true
	r.Results = append(r.Results, own)
	records := recordsOf(k)
	for _, choice := range choices {
		if choice.String() == r.Algorithm {
			continue
		}
		if no := cannot(k, choice); no != "" {
			return nil, fmt.Errorf("%s: %s", choice, no)
		}
		o, err := playOther(k, choice, records)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", choice, err)
		}
		r.Results = append(r.Results, o)
	}
	if len(r.Results) > 1 {
		r.Warnings = append(r.Warnings, limits...)
	}
	return r, nil
}

// choices reads the algorithms.
func (q *Question) choices() (all []algorithms.Choice, err error) {
	for _, text := range q.Algorithms {
		choice, err := compare.ParseAlgorithm(text)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, func(c algorithms.Choice) bool { return c.String() == choice.String() }) {
			return nil, errors.New("--algorithms: " + choice.String() + " is given twice")
		}
		all = append(all, choice)
	}
	return all, nil
}

// cannot says why an algorithm can't be asked about a recording; "" where it can.
func cannot(k *known, choice algorithms.Choice) string {
	if choice.Spec.NeedsKey && !slices.ContainsFunc(k.stories, func(s *story) bool { return s.asked.HasKey }) {
		return "places requests by a key, and those of the recording have none"
	}
	if config.AsksServers(choice) {
		return "lives on what servers say of themselves, which the recording does not have"
	}
	if cfg, err := k.recording.Header.Balancer(); err == nil {
		for _, p := range cfg.All() {
			if p.Hedge != nil {
				return "can't be asked, as the recording's balancer hedges: how long the copies would have taken that it did not send is not known"
			}
		}
	}
	return ""
}

// algorithm is what a recording was made with.
func algorithm(h *recording.Header) (string, error) {
	cfg, err := h.Balancer()
	if err != nil {
		return "", err
	}
	pools := cfg.All()
	if len(pools) == 1 {
		return pools[0].Algorithm.String(), nil
	}
	text := ""
	for _, p := range pools {
		if text != "" {
			text += " "
		}
		text += fmt.Sprintf("%s=%v", p.Name, p.Algorithm)
	}
	return text, nil
}
