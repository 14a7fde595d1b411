package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"lbsim/scenarios"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lbsim": main})
}

// The scripts are what people type and see.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			examples, err := filepath.Abs("../../examples")
			env.Setenv("EXAMPLES", examples)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"matches":  matches,
			"shipped":  shipped,
			"replace":  replace,
			"rows":     rows,
			"examples": examples,
			"recorded": recorded,
		},
	})
}

// exits CODE COMMAND... runs a command that must end with that code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		code = strings.TrimPrefix(e.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("exit code %s, want %s", code, args[0])
	}
}

// matches SCHEMA FILE holds a JSON file against a schema of what commands print.
func matches(ts *testscript.TestScript, _ bool, args []string) {
	schema, ok := printed[args[0]]
	if !ok {
		ts.Fatalf("no schema %s", args[0])
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(ts.ReadFile(args[1])))
	ts.Check(err)
	ts.Check(compiled(ts, schema()).Validate(document))
}

// shipped SCHEMA holds every shipped scenario against a schema.
func shipped(ts *testscript.TestScript, _ bool, args []string) {
	schema := compiled(ts, []byte(ts.ReadFile(args[0])))
	for _, name := range scenarios.Names() {
		text, err := scenarios.Show(name)
		ts.Check(err)
		var document any
		ts.Check(yaml.Unmarshal([]byte(text), &document))
		asJSON, err := json.Marshal(document)
		ts.Check(err)
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
		ts.Check(err)
		if err := schema.Validate(value); err != nil {
			ts.Fatalf("%s: %v", name, err)
		}
	}
	document := map[string]any{"servers": "many"}
	if schema.Validate(document) == nil {
		ts.Fatalf("the schema lets anything pass")
	}
}

func compiled(ts *testscript.TestScript, text []byte) *jsonschema.Schema {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	ts.Check(err)
	compiler := jsonschema.NewCompiler()
	ts.Check(compiler.AddResource("schema.json", document))
	schema, err := compiler.Compile("schema.json")
	ts.Check(err)
	return schema
}

// replace OLD NEW FILE puts NEW in every place of OLD, which must be there.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[2])
	if !strings.Contains(text, args[0]) {
		ts.Fatalf("no %s in %s", args[0], args[2])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.ReplaceAll(text, args[0], args[1])), 0o666))
}

// rows CSV SCENARIO checks that a file of requests has a row for each that the
// scenario's result counts.
func rows(ts *testscript.TestScript, _ bool, args []string) {
	all, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[0]))).ReadAll()
	ts.Check(err)
	ts.Check(ts.Exec("lbsim", "run", args[1], "--json"))
	var result struct {
		Results []struct {
			Requests struct{ Offered int }
		}
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &result))
	if offered := result.Results[0].Requests.Offered; offered == 0 || offered != len(all)-1 {
		ts.Fatalf("%d rows of %d requests", len(all)-1, offered)
	}
}

// examples reads the help of every command: it must have a sentence and examples,
// and each example must be a command with flags that there are.
func examples(ts *testscript.TestScript, _ bool, _ []string) {
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Long == "" || c.HasParent() && c.Example == "" {
			ts.Fatalf("%s has no sentence or no example", c.CommandPath())
		}
		for line := range strings.Lines(c.Example) {
			if words, ok := strings.CutPrefix(line, "  lbsim "); ok {
				checkExample(ts, words)
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newRoot())
}

// shellWord is a word as a shell sees it, in single quotes or not.
var shellWord = regexp.MustCompile(`'[^']*'|\S+`)

func checkExample(ts *testscript.TestScript, line string) {
	var words []string
	for _, word := range shellWord.FindAllString(line, -1) {
		if word == ">" {
			break
		}
		words = append(words, strings.Trim(word, "'"))
	}
	found, rest, err := newRoot().Find(words)
	ts.Check(err)
	if !slices.Contains(words, found.Name()) {
		ts.Fatalf("%s: no such command", line)
	}
	ts.Check(found.ParseFlags(rest))
	ts.Check(found.ValidateArgs(found.Flags().Args()))
}

// A panic, wherever it was, is one line for the user.
func TestPanicIsOneLine(t *testing.T) {
	var out bytes.Buffer
	if code := reportPanic(&out, "index out of range\nmore"); code != broken {
		t.Errorf("exit code %d", code)
	}
	lines := 0
	for s := bufio.NewScanner(&out); s.Scan(); lines++ {
		if !strings.HasPrefix(s.Text(), "lbsim: internal error: index out of range; please report") {
			t.Errorf("%s", s.Text())
		}
	}
	if lines != 1 {
		t.Errorf("%d lines", lines)
	}
}
