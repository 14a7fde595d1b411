package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"lbsim/scenarios"
	"lbsim/studies/compare"
	"lbsim/studies/validate"
)

// The commands that shipped scenarios tell to try are commands: whole ones, that can be
// pasted into a shell, of scenarios, variants and settings that there are. Every scenario has
// one, and an objective.
func TestCommandsToTry(t *testing.T) {
	for _, name := range scenarios.Names() {
		text, err := scenarios.Show(name)
		if err != nil {
			t.Fatal(err)
		}
		commands, err := commandsToTry(text)
		if err != nil || len(commands) == 0 {
			t.Errorf("%s: %d commands: %v", name, len(commands), err)
		}
		for _, command := range append(commands, "lbsim run "+name) {
			plan, err := planOf(command)
			if err != nil {
				t.Errorf("%s: %s: %v", name, command, err)
				continue
			}
			if !plan.Judges() {
				t.Errorf("%s: %s: there is no objective to hold it against", name, command)
			}
		}
	}
}

// The commands that the README shows are such, too, but for those about a file of one's own.
func TestCommandsOfTheReadme(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", "")) {
		command, _, _ := strings.Cut(strings.TrimSpace(line), " #")
		command = strings.ReplaceAll(strings.TrimPrefix(command, "$ "), "go run ./cmd/lbsim compare", "lbsim compare mixed-load")
		if !strings.HasPrefix(command, "lbsim run ") && !strings.HasPrefix(command, "lbsim compare ") || strings.Contains(command, "mine.yaml") {
			continue
		}
		commands++
		if _, err := planOf(command); err != nil {
			t.Errorf("%s: %v", command, err)
		}
	}
	if commands < 10 {
		t.Errorf("%d commands", commands)
	}
}

// commandsToTry returns the commands of a scenario's comment, each of which begins a line
// and goes on where one ends with a backslash; after two blanks and a bracket it is over.
func commandsToTry(text string) ([]string, error) {
	var commands []string
	going := false
	for line := range strings.Lines(text) {
		line, ok := strings.CutPrefix(line, "#")
		if !ok {
			break
		}
		line = strings.TrimSpace(line)
		for _, heading := range []string{"Try:", "Look for:"} {
			line = strings.TrimSpace(strings.TrimPrefix(line, heading))
		}
		line, _, _ = strings.Cut(line, "  (")
		line = strings.TrimSpace(line)
		rest, more := strings.CutSuffix(line, "\\")
		switch {
		case going:
			commands[len(commands)-1] += rest
		case strings.HasPrefix(line, "lbsim "):
			commands = append(commands, rest)
		case strings.Contains(line, "--") || strings.Contains(line, "lbsim "):
			return commands, fmt.Errorf("%q is no whole command", line)
		}
		going = more
	}
	return commands, nil
}

// planOf reads a command line as the command does, and plans it.
func planOf(command string) (*compare.Plan, error) {
	words, err := shellWords(command)
	if err != nil {
		return nil, err
	}
	if words[1] == "lab" {
		if err := planLab(words); err != nil {
			return nil, err
		}
		words = []string{"lbsim", "run", words[2]} // which has the objectives
	}
	var a asking
	var o output
	cmd := &cobra.Command{}
	a.shared(cmd)
	o.flags(cmd)
	if words[1] == "compare" {
		a.several(cmd)
	}
	if err := cmd.ParseFlags(words[2:]); err != nil {
		return nil, err
	}
	names := cmd.Flags().Args()
	if words[1] != "run" && words[1] != "compare" || len(names) != 1 {
		return nil, fmt.Errorf("%s of %d scenarios", words[1], len(names))
	}
	q, err := a.question(names, strings.NewReader(""))
	if err != nil {
		return nil, err
	}
	return q.Plan()
}

// planLab reads a command line of lab and plans it, whether the product is installed or not.
func planLab(words []string) error {
	var a trying
	cmd := &cobra.Command{}
	a.labFlags(cmd)
	if err := cmd.ParseFlags(words[2:]); err != nil {
		return err
	}
	a.Product = ""
	_, err := a.plan(cmd.Flags().Arg(0), strings.NewReader(""))
	return err
}

// shellWords divides a line into words as a shell does; what a shell would expand or glob
// outside of quotes is refused.
func shellWords(line string) ([]string, error) {
	var words []string
	var quote rune
	word, open := "", false
	for _, r := range line + " " {
		switch {
		case quote == 0 && (r == '"' || r == '\''):
			quote, open = r, true
		case r == quote:
			quote = 0
		case quote == 0 && r == ' ':
			if open {
				words = append(words, word)
			}
			word, open = "", false
		case quote == 0 && strings.ContainsRune("{}<>|&;$*?~`()", r), quote == '"' && strings.ContainsRune("$`\\", r):
			return nil, fmt.Errorf("a shell would take %q for its own", r)
		default:
			word += string(r)
			open = true
		}
	}
	if quote != 0 || len(words) < 3 {
		return nil, fmt.Errorf("%d words, or a quote without an end", len(words))
	}
	return words, nil
}

// A command that is not whole, or that a shell would read otherwise, is found.
func TestCommandsToTryAreWhole(t *testing.T) {
	commands, err := commandsToTry("# A scenario.\n#\n# Try:  lbsim compare mm1 \\\n#         --load 50%\n#       more\n# Look for: lbsim run mm1   (or another one)\nname: x\n")
	if err != nil || len(commands) != 2 || commands[0] != "lbsim compare mm1 --load 50%" || commands[1] != "lbsim run mm1" {
		t.Errorf("%q, %v", commands, err)
	}
	for _, text := range []string{"# try --load 50%\n", "# see lbsim run mm1\n"} {
		if _, err := commandsToTry(text); err == nil {
			t.Errorf("%q is taken for whole", text)
		}
	}
	for _, command := range []string{
		"lbsim run mm1 --set a={b: 1}", "lbsim run mm1 'x", "lbsim", "lbsim run mm1 mixed-load", "lbsim rmap mm1", "lbsim remap no-such-one", "lbsim run mm1 --load 50%",
		"lbsim run no-such-one", "lbsim run mm1 --set run.durtion=5s", "lbsim compare mm1 --algorithms rrr",
	} {
		if _, err := planOf(command); err == nil {
			t.Errorf("%s: no error", command)
		}
	}
}

// The commands that lints tell to run are such, too.
func TestCommandsOfLints(t *testing.T) {
	for _, l := range validate.Lints() {
		if l.Command == "" {
			continue
		}
		if _, err := planOf(l.Command); err != nil {
			t.Errorf("%s: %s: %v", l.ID, l.Command, err)
		}
	}
}
