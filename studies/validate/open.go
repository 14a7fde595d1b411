package validate

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/config/foreign"
	"lbsim/config/foreign/products"
	"lbsim/config/kinds"
	"lbsim/scenarios"
)

// maxBytes is how much of a file is read: that of another product may hold everything that
// it includes.
const maxBytes = 64 << 20

// Open reads a configuration: a file, a shipped scenario or - for stdin. What looks like
// another product's file, or is said to be one, is read as that product's. The error is a
// decode.Problems, or says what is wrong with the request.
func Open(q products.Request) (*Subject, error) {
	shown, text, err := Text(q.File, q.In)
	if err != nil {
		return nil, err
	}
	if q.From == "" && q.Profile == "" {
		if err := kinds.Check(q.File, text, kinds.Balancer, kinds.Scenario, kinds.Foreign); err != nil {
			return nil, err
		}
		if products.Of(q.File, text) == nil {
			return Read(shown, text)
		}
	}
	q.In = bytes.NewReader(text)
	c, err := products.Load(q)
	if err != nil {
		return nil, err
	}
	s := Of(shown, c, textsOf(c, shown, text))
	if c.Other != "" {
		s.readHalf(q, text, c.Other)
	}
	return s, nil
}

// textsOf returns the files that a configuration was read from, as far as they are here: a
// dump holds those of another machine.
func textsOf(c *foreign.Config, file string, text []byte) map[string]string {
	texts := map[string]string{file: string(text)}
	looked := map[string]bool{file: true}
	for _, at := range c.Places {
		if looked[at.File] {
			continue
		}
		looked[at.File] = true
		if _, own, err := Text(at.File, nil); err == nil {
			texts[at.File] = string(own)
		}
	}
	return texts
}

// Text returns what is in a file, a shipped scenario or, for -, stdin, and what messages
// call it. The error is a decode.Problems.
func Text(name string, stdin io.Reader) (shown string, text []byte, err error) {
	shown, r, err := scenarios.Find(name, stdin)
	if err != nil {
		return "", nil, err
	}
	defer r.Close()
	text, err = io.ReadAll(io.LimitReader(r, maxBytes+1))
	switch {
	case err != nil:
		return "", nil, decode.Problems{{Place: decode.Place{File: shown}, Rule: "can't be read: " + err.Error()}}
	case len(text) > maxBytes:
		return "", nil, decode.Problems{{Place: decode.Place{File: shown}, Rule: fmt.Sprintf("is larger than %d MiB", maxBytes>>20)}}
	}
	return shown, text, nil
}

// Read reads a balancer's file, a proxy's, which says where to listen, or a scenario, which
// has a workload. The error is a decode.Problems.
func Read(file string, text []byte) (*Subject, error) {
	if kinds.Of(file, text) == kinds.Scenario {
		return readScenario(file, text)
	}
	doc, err := decode.Parse(file, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	read := config.Read
	if doc.Root().Get("listen").Present() {
		read = config.ReadProxy
	}
	b, err := read(file, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	return &Subject{File: file, Product: Ours, Balancer: b, places: doc.Places(), texts: map[string]string{file: string(text)}}, nil
}

// IsScenario reports whether the subject was read from a scenario, which has a world.
func (s *Subject) IsScenario() bool { return s.root != "" }

// OwnWorld returns the world of a scenario; nil where the subject is none.
func (s *Subject) OwnWorld() *scenarios.World {
	if !s.IsScenario() {
		return nil
	}
	w, err := scenarios.ParseWorld(s.File, filepath.Dir(s.File), strings.NewReader(s.texts[s.File]))
	if err != nil {
		panic("validate: " + err.Error()) // it was read before
	}
	return w
}

// readScenario reads a scenario: its balancer is the configuration, the rest the world.
func readScenario(file string, text []byte) (*Subject, error) {
	source, err := scenarios.Parse(file, filepath.Dir(file), bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	world, err := source.Scenario()
	if err != nil {
		return nil, err
	}
	s := &Subject{File: file, Product: Ours, Balancer: &world.Balancer, World: world, places: source.Places(), root: "balancer",
		texts: map[string]string{file: string(text)}}
	for _, at := range s.places { // the balancer may have a file of its own
		if _, read := s.texts[at.File]; !read {
			_, own, err := Text(at.File, nil)
			if err != nil {
				return nil, err
			}
			s.texts[at.File] = string(own)
		}
	}
	return s, nil
}
