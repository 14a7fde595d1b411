package reports

import (
	"fmt"
	"slices"
	"strings"

	"lbsim/studies/validate"
)

// notSimulated writes the directives without a meaning here: in short or, where the options
// are verbose, each.
func (p *page) notSimulated(all []validate.NotSimulated) {
	switch {
	case len(all) == 0:
		return
	case p.opt.Verbose:
		p.eachNotSimulated(all)
	default:
		p.shortlyNotSimulated(all)
	}
	p.text.WriteString("\n")
}

// shortlyNotSimulated writes a line for each file: how many, and the names of the first ones.
func (p *page) shortlyNotSimulated(all []validate.NotSimulated) {
	const shown = 8
	var files []string
	counts, names := map[string]int{}, map[string][]string{}
	for _, x := range all {
		if counts[x.File]++; counts[x.File] == 1 {
			files = append(files, x.File)
		}
		name, _, _ := strings.Cut(x.Text, " ")
		if name = strings.TrimRight(name, ":;{"); !slices.Contains(names[x.File], name) {
			names[x.File] = append(names[x.File], name)
		}
	}
	for _, file := range files {
		named := names[file]
		if len(named) > shown {
			named = append(named[:shown:shown], "…")
		}
		text := fmt.Sprintf("%s: %s not simulated: %s (--verbose says where and why)", file, counted(counts[file], "directive", "directives"), strings.Join(named, ", "))
		p.text.WriteString(p.wrapped(text, "    ") + "\n")
	}
}

// eachNotSimulated lists directives without a meaning here; those that say the same stand
// together, with the lines of the first ones.
func (p *page) eachNotSimulated(all []validate.NotSimulated) {
	const shown = 4
	type said struct{ file, text, why string }
	var order []said
	lines := map[said][]validate.NotSimulated{}
	for _, x := range all {
		s := said{x.File, x.Text, x.Why}
		if lines[s] == nil {
			order = append(order, s)
		}
		lines[s] = append(lines[s], x)
	}
	for _, s := range order {
		same := lines[s]
		text := fmt.Sprintf("%s: not simulated: %s", placeOf(s.file, same[0].Line, same[0].Column), s.text)
		if s.why != "" {
			text += " (" + s.why + ")"
		}
		for i, x := range same[1:] {
			switch {
			case i == 0:
				text += fmt.Sprintf(", as on line %d", x.Line)
			case i < shown:
				text += fmt.Sprintf(", %d", x.Line)
			case i == shown:
				text += fmt.Sprintf(" and %d more", len(same)-1-shown)
			}
		}
		p.text.WriteString(p.wrapped(text, "    ") + "\n")
	}
}
