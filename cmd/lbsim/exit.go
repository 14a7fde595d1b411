package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"lbsim/config/decode"
	"lbsim/studies/compare"
)

// Exit codes.
const (
	done        = 0
	checkFailed = 1   // an objective missed, a known answer not found
	wrongInput  = 2   // flags, names or files
	broken      = 3   // anything else
	interrupted = 130 // by Ctrl-C
)

// exit is an error that knows its code.
type exit struct {
	error
	code int
}

func (e exit) Unwrap() error { return e.error }

// wrong marks an error as the user's: nil stays nil.
func wrong(err error) error {
	if err == nil {
		return nil
	}
	return exit{err, wrongInput}
}

func wrongf(format string, args ...any) error {
	return exit{fmt.Errorf(format, args...), wrongInput}
}

// report prints an error, a line for each mistake, and returns the exit code.
func report(w io.Writer, err error) int {
	if err == nil {
		return done
	}
	if p, ok := errors.AsType[*compare.Panic](err); ok {
		return internal(w, p.Value, p.Stack)
	}
	code := broken
	if e, ok := errors.AsType[exit](err); ok {
		code = e.code
	}
	if problems, ok := errors.AsType[decode.Problems](err); ok {
		// Lines that begin with a place, as editors want them.
		fmt.Fprintln(w, problems.Error())
		return code
	}
	text := strings.TrimRight(err.Error(), "\n")
	if !strings.HasPrefix(text, "lbsim ") {
		text = "lbsim: " + text
	}
	fmt.Fprintln(w, text)
	return code
}

func reportPanic(w io.Writer, p any) int { return internal(w, p, debug.Stack()) }

// internal says that the program is at fault, in one line; the stack is for those who
// ask for it.
func internal(w io.Writer, p any, stack []byte) int {
	cause, _, _ := strings.Cut(fmt.Sprint(p), "\n")
	fmt.Fprintf(w, "lbsim: internal error: %s; please report it with the command and the scenario (LBSIM_DEBUG=1 shows where)\n", cause)
	if os.Getenv("LBSIM_DEBUG") == "1" {
		w.Write(stack)
	}
	return broken
}
