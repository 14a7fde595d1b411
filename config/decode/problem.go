// Package decode reads YAML into Go values by tables and reports everything that
// is wrong with a file at once, each with its place, the value, the rule it
// breaks and, for a misspelt word, the nearest known one.
//
// One table describes one mapping: it reads the mapping, writes it back with
// every default filled in, and describes it as JSON Schema, so the three can't
// disagree. Nothing here is safe for concurrent use, except for reading tables.
package decode

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake: place, path = value: rule.
type Problem struct {
	Place Place
	Path  string // workload.classes[1].service.mean; empty: the whole file
	Value string // as written; empty: the key itself is the mistake
	Rule  string
}

// Place is where a value was written.
type Place struct {
	File         string // a file's name, or the override that gave the value: --set a.b=c
	Line, Column int    // from 1; 0: unknown, or an override
}

func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Error prints the problem on one line.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Place.String())
	if p.Path != "" {
		b.WriteString(": " + p.Path)
	}
	if p.Value != "" {
		b.WriteString(" = " + p.Value)
	}
	b.WriteString(": " + p.Rule)
	return b.String()
}

// Problems is every mistake of a file in order of place: a line each.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].Error()
	}
	return strings.Join(lines, "\n")
}

// sorted returns the problems by file (in the order first met), line and column,
// each once.
func (p Problems) sorted() Problems {
	order := map[string]int{}
	for _, q := range p {
		if _, met := order[q.Place.File]; !met {
			order[q.Place.File] = len(order)
		}
	}
	out := slices.Clone(p)
	slices.SortStableFunc(out, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(order[a.Place.File], order[b.Place.File]),
			cmp.Compare(a.Place.Line, b.Place.Line),
			cmp.Compare(a.Place.Column, b.Place.Column))
	})
	return slices.Compact(out)
}
