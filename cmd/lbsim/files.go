package main

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"

	"lbsim/config/decode"
	"lbsim/config/foreign/products"
	"lbsim/config/kinds"
	"lbsim/scenarios"
	"lbsim/studies/validate"
)

// readText returns what is in a file, a shipped scenario or, for -, stdin, and what messages
// call it. A file of a kind that is not wanted is refused with the command that takes it.
func readText(name string, stdin io.Reader, wanted ...kinds.Kind) (shown string, text []byte, err error) {
	if shown, text, err = validate.Text(name, stdin); err != nil {
		return "", nil, err
	}
	return shown, text, kinds.Check(name, text, wanted...)
}

// openScenario reads a scenario. A world is one that lacks its balancer, which who makes a
// scenario of it says.
func openScenario(name string, stdin io.Reader) (*scenarios.Source, error) {
	shown, text, err := readText(name, stdin, kinds.Scenario, kinds.World)
	if err != nil {
		return nil, err
	}
	return scenarios.Parse(shown, filepath.Dir(shown), bytes.NewReader(text))
}

// openWorld reads a world, or a scenario for its world.
func openWorld(name string, stdin io.Reader) (*scenarios.World, error) {
	shown, text, err := readText(name, stdin, kinds.Scenario, kinds.World)
	if err != nil {
		return nil, err
	}
	return scenarios.ParseWorld(shown, filepath.Dir(shown), bytes.NewReader(text))
}

// openSubjects reads all files; the error has what is wrong with any of them.
func openSubjects(names []string, source products.Request, in io.Reader) ([]*validate.Subject, error) {
	subjects, _, problems, err := openReadable(names, source, in)
	if err == nil && len(problems) > 0 {
		err = wrong(problems)
	}
	return subjects, err
}

// openReadable reads the files that can be read, and of the others makes reports and returns
// their problems.
func openReadable(names []string, source products.Request, in io.Reader) (subjects []*validate.Subject, unread []*validate.Report, problems decode.Problems, err error) {
	for _, name := range names {
		source.File, source.In = name, in
		s, err := validate.Open(source)
		if p, ok := errors.AsType[decode.Problems](err); ok {
			problems = append(problems, p...)
			unread = append(unread, validate.Unreadable(name, p))
			continue
		} else if err != nil {
			return nil, nil, nil, wrong(err)
		}
		subjects = append(subjects, s)
	}
	return subjects, unread, problems, nil
}
