package reports

import (
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// ANSI colours by what they say.
const (
	good     = "1;32"
	bad      = "1;31"
	doubtful = "1;33"
	heavy    = "1"
)

// page is a text in the making, plain or Markdown.
type page struct {
	opt   TableOptions
	text  strings.Builder
	sweep bool     // of offered loads: variants are compared at each alone
	noted []string // what the footnotes have explained already
}

// flush writes the page, which has nothing around it, to w.
func (p *page) flush(w io.Writer) error {
	_, err := io.WriteString(w, strings.Trim(p.text.String(), "\n")+"\n")
	return err
}

func (p *page) paint(color, s string) string {
	if !p.opt.Color {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

// title begins the page.
func (p *page) title(s string) {
	if p.opt.Markdown {
		p.text.WriteString("## " + escaped(s) + "\n\n")
		return
	}
	p.text.WriteString(p.wrapped(p.paint(heavy, s), "") + "\n")
}

func (p *page) heading(s string) {
	if p.opt.Markdown {
		p.text.WriteString("### " + escaped(s) + "\n\n")
		return
	}
	if !strings.HasSuffix(p.text.String(), "\n\n") {
		p.text.WriteString("\n")
	}
	p.text.WriteString(p.wrapped(p.paint(heavy, s), "") + "\n")
}

func (p *page) paragraph(s string) {
	if p.opt.Markdown {
		p.text.WriteString(escaped(s) + "\n\n")
		return
	}
	p.text.WriteString(p.wrapped(s, "") + "\n")
}

func (p *page) warning(s string) {
	if p.opt.Markdown {
		p.text.WriteString("> **Warning:** " + escaped(s) + "\n\n")
		return
	}
	p.text.WriteString(p.wrapped(p.paint(doubtful, "warning:")+" "+s, "  ") + "\n")
}

// list writes lines under a heading, or nothing without lines.
func (p *page) list(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	p.heading(heading)
	p.items(lines)
}

// items writes lines one by one.
func (p *page) items(lines []string) {
	for _, line := range lines {
		if p.opt.Markdown {
			p.text.WriteString("- " + escaped(line) + "\n")
		} else {
			p.text.WriteString(p.wrapped("  "+line, "    ") + "\n")
		}
	}
	if p.opt.Markdown {
		p.text.WriteString("\n")
	}
}

// wrapped breaks a line between words at the width; later lines begin with
// indent.
func (p *page) wrapped(s, indent string) string {
	if p.opt.Width <= 0 || text.StringWidthWithoutEscSequences(s) <= p.opt.Width {
		return s
	}
	var out strings.Builder
	lead := s[:len(s)-len(strings.TrimLeft(s, " "))]
	out.WriteString(lead)
	used := len(lead)
	for i, word := range strings.Fields(s) {
		width := text.StringWidthWithoutEscSequences(word)
		switch {
		case i == 0:
		case used+1+width > p.opt.Width:
			out.WriteString("\n" + indent)
			used = len(indent)
		default:
			out.WriteString(" ")
			used++
		}
		out.WriteString(word)
		used += width
	}
	return out.String()
}

// escaped keeps Markdown from reading signs in names and sentences as its own.
func escaped(s string) string {
	return strings.NewReplacer("*", `\*`, "<", `\<`, "`", "\\`").Replace(s)
}
