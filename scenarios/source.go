package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"

	"lbsim/config/decode"
)

// Source is a scenario's text before it is read: what variants change.
type Source struct {
	doc *decode.Document
	dir string // what relative file names are relative to
}

// Open finds a scenario, as Find does, and reads its text. The error is a decode.Problems.
func Open(name string, stdin io.Reader) (*Source, error) {
	shown, r, err := Find(name, stdin)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return Parse(shown, filepath.Dir(shown), r)
}

// Find opens what a command names: a file, the name of a shipped scenario, or - for stdin. A
// name without a slash and a suffix that is both is the shipped one. shown is what messages
// call it. The error is a decode.Problems.
func Find(name string, stdin io.Reader) (shown string, r io.ReadCloser, err error) {
	if name == "-" {
		return "stdin", io.NopCloser(stdin), nil
	}
	if text, err := Show(name); err == nil {
		return name + ".yaml", io.NopCloser(strings.NewReader(text)), nil
	}
	f, err := openFile(name)
	if err != nil {
		if !strings.ContainsAny(name, "./\\") && errors.Is(err, fs.ErrNotExist) {
			return "", nil, decode.Problems{{Place: decode.Place{File: name},
				Rule: "no file and no shipped scenario has this name: " + decode.Suggest(name, Names())}}
		}
		return "", nil, decode.Problems{{Place: decode.Place{File: name}, Rule: "can't be read: " + err.Error()}}
	}
	return name, f, nil
}

// Parse reads a scenario's text; name is for messages, dir is what relative file
// names are relative to.
func Parse(name, dir string, r io.Reader) (*Source, error) {
	doc, err := decode.Parse(name, r)
	if err != nil {
		return nil, err
	}
	s := &Source{doc: doc, dir: dir}
	return s, s.includeBalancer()
}

// includeBalancer puts the file that the key balancer names in its place.
func (s *Source) includeBalancer() error {
	at := s.doc.Root().Get("balancer")
	file, ok := at.Word()
	if !ok {
		return nil
	}
	path := file
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.dir, path)
	}
	f, err := openFile(path)
	if err != nil {
		at.Fail("the file can't be read: %v", err)
		return s.doc.Err()
	}
	defer f.Close()
	other, err := decode.Parse(path, f)
	if err != nil {
		return err
	}
	s.doc.Include(at, other)
	return nil
}

// Name is what messages call the source.
func (s *Source) Name() string { return s.doc.Name }

// Places returns where each of its values was written, by path.
func (s *Source) Places() map[string]decode.Place { return s.doc.Places() }

// Clone returns a copy that can be changed on its own.
func (s *Source) Clone() *Source { return &Source{doc: s.doc.Clone(), dir: s.dir} }

// language is what overrides must know; making it costs a walk over the schema.
var language = sync.OnceValue(func() decode.Language {
	return decode.Language{
		Paths:     decode.Paths(Schema()),
		Wrap:      map[string]string{"algorithm": "name"},
		Exclusive: [][]string{{"rate", "load"}, {"duration", "requests"}},
	}
})

// Set puts a value, written as in a file, at a path: balancer.algorithm,
// servers[0].workers, servers.api.count, workload.classes.read.service.mean. Of
// rate and load, and of duration and requests, setting one removes the other. The
// error is a *decode.SetError; a value that breaks a rule is found by Scenario,
// whose error names the override.
func (s *Source) Set(path, value string) error { return s.doc.Set(path, value, language()) }

// SetLoad makes the arrivals offer that share of the servers' capacity.
func (s *Source) SetLoad(load float64) error {
	return s.Set("workload.arrivals.load", fmt.Sprintf("%.12g%%", load*100))
}

// Scenario reads the source. The error is a decode.Problems with everything that
// is wrong.
func (s *Source) Scenario() (*Scenario, error) {
	doc := s.doc.Clone()
	x, _ := Table().Read(doc.Root())
	if err := doc.Err(); err != nil {
		return nil, err
	}
	x.dir = s.dir
	if err := x.openTrace(doc); err != nil {
		return nil, err
	}
	return &x, nil
}

// Load opens and reads a scenario.
func Load(name string, stdin io.Reader) (*Scenario, error) {
	s, err := Open(name, stdin)
	if err != nil {
		return nil, err
	}
	return s.Scenario()
}

//go:embed library/*.yaml
var library embed.FS

// Show returns the text of a shipped scenario, comments and all: what a copy
// begins with.
func Show(name string) (string, error) {
	text, err := library.ReadFile("library/" + name + ".yaml")
	if err != nil {
		return "", fmt.Errorf("no shipped scenario is called %s: %s", name, decode.Suggest(name, Names()))
	}
	return string(text), nil
}

func firstSentence(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if i := strings.Index(text, ". "); i >= 0 {
		return text[:i+1]
	}
	return text
}

// Schema returns the JSON Schema (draft 2020-12) of the language.
func Schema() decode.Schema {
	s := decode.Describe[Scenario](Table(), "https://lbsim.dev/schema/scenario/v1", "lbsim scenario, version 1")
	// The balancer may also be the name of its file.
	properties := s["properties"].(decode.Schema)
	b := properties["balancer"].(decode.Schema)
	properties["balancer"] = decode.Schema{"description": b["description"], "anyOf": []decode.Schema{
		{"type": "string"}, {"$ref": b["$ref"]}}}
	return s
}
