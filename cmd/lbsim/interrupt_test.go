//go:build unix

package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// interruptWhen runs the program with its requests going to a pipe, interrupts it
// once a row has come that wanted says yes to, and returns its exit code and output.
// The pipe is what makes the instant certain: the program can't be past it before the
// row is read.
func interruptWhen(t *testing.T, wanted func(row string) bool, args ...string) (code int, out, remarks string) {
	t.Helper()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	cmd := &exec.Cmd{Path: self, Args: append(append([]string{"lbsim"}, args...), "--requests", pipe), Stdout: &stdout, Stderr: &stderr}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	rows, err := os.Open(pipe) // waits until the program has opened it
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	lines := bufio.NewReader(rows)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("the row never came: %v\n%s", err, &stderr)
		}
		if wanted(line) {
			break
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, lines); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

func TestInterruptShowsWhatIsComplete(t *testing.T) {
	third := func(row string) bool { return strings.HasPrefix(row, "round_robin,2,") }
	code, out, remarks := interruptWhen(t, third, "run", "mm1", "--duration", "20s", "--set", "run.warmup=1s", "--replications", "100000")
	if code != interrupted {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{"\nround_robin ", "the study was stopped before its end"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if !strings.HasPrefix(remarks, "lbsim: interrupted: ") || !strings.Contains(remarks, " of 100000 replications of every variant were finished") {
		t.Errorf("remarks: %s", remarks)
	}
}

func TestInterruptBeforeAnythingIsComplete(t *testing.T) {
	first := func(row string) bool { return strings.HasPrefix(row, "round_robin,0,") }
	code, out, remarks := interruptWhen(t, first, "run", "mm1", "--duration", "10000000s", "--set", "run.warmup=1s")
	if code != interrupted || out != "" || !strings.Contains(remarks, "lbsim: interrupted before the first replication") {
		t.Errorf("exit code %d, out %q, remarks %q", code, out, remarks)
	}
}
