package validate

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/scenarios"
)

// maxBytes is how much of a file is read: that of another product may hold everything that
// it includes.
const maxBytes = 64 << 20

// Open finds a configuration of lbsim's own: a file, a shipped scenario or - for stdin. The
// error is a decode.Problems.
func Open(name string, stdin io.Reader) (*Subject, error) {
	file, text, err := Text(name, stdin)
	if err != nil {
		return nil, err
	}
	return Read(file, text)
}

// Text returns what a file holds, a shipped scenario or, for -, stdin, and what messages
// call it. A name that is both a file and a shipped scenario is the scenario, as everywhere.
func Text(name string, stdin io.Reader) (file string, text []byte, err error) {
	if name == "-" {
		text, err = readAll(stdin, "stdin")
		return "stdin", text, err
	}
	if shipped, err := scenarios.Show(name); err == nil {
		return name + ".yaml", []byte(shipped), nil
	}
	fail := func(rule string) (string, []byte, error) {
		return "", nil, decode.Problems{{Place: decode.Place{File: name}, Rule: rule}}
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(name, "./\\"):
		return fail("no file and no shipped scenario has this name: " + decode.Suggest(name, scenarios.Names()))
	case err != nil:
		return fail("can't be read: " + reason(err))
	case info.IsDir():
		return fail("can't be read: is a directory")
	case !info.Mode().IsRegular() && info.Mode()&fs.ModeNamedPipe == 0:
		return fail("can't be read: is no file")
	}
	f, err := os.Open(name)
	if err != nil {
		return fail("can't be read: " + reason(err))
	}
	defer f.Close()
	text, err = readAll(f, name)
	return name, text, err
}

func readAll(r io.Reader, name string) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, decode.Problems{{Place: decode.Place{File: name}, Rule: "can't be read: " + reason(err)}}
	}
	if len(text) > maxBytes {
		return nil, decode.Problems{{Place: decode.Place{File: name}, Rule: fmt.Sprintf("is larger than %d MiB", maxBytes>>20)}}
	}
	return text, nil
}

// reason is the system's part of an error about a file.
func reason(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}

// Read reads a balancer's file, a proxy's, which says where to listen, or a scenario, which
// has a workload. The error is a decode.Problems.
func Read(file string, text []byte) (*Subject, error) {
	doc, err := decode.Parse(file, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	if doc.Root().Get("workload").Present() {
		return readScenario(file, text)
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
