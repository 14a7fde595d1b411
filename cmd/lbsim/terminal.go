package main

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
)

const (
	narrowest = 80
	piped     = 100 // where nobody says how wide it is
)

// width is how many columns a writer has: the terminal's, COLUMNS where there is no
// terminal, at least 80.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return max(columns, narrowest)
		}
	}
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		return max(columns, narrowest)
	}
	return piped
}

// isTerminal reports whether somebody is looking.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colorful reports whether a writer wants colours: a terminal, unless NO_COLOR
// (no-color.org) says otherwise or it is a dumb one.
func colorful(w io.Writer) bool {
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
