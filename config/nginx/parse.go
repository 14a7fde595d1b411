package nginx

import (
	"bytes"
	"slices"
	"strings"

	"lbsim/config/decode"
	"lbsim/config/foreign"
)

// Bounds on what is read, so that no input, however strange, takes long.
const (
	maxBytes      = 8 << 20 // of all files together
	maxDirectives = 200_000
	maxArguments  = 10_000
	maxDepth      = 64 // blocks within one another
)

// fate is what has become of a directive.
type fate uint8

const (
	unseen    fate = iota
	simulated      // it has become a part of the balancer
	listed         // it is among what is not simulated
)

// directive is a line of a configuration, with its block if it has one.
type directive struct {
	name   string
	args   []string
	at     decode.Place
	block  []*directive
	braces bool
	fate   fate

	byName  map[string][]*directive // of a large block, once it is asked
	indexed int                     // how much of the block that is
}

// text is the directive as written, on one line, without its block.
func (d *directive) text() string {
	words := make([]string, 0, 1+len(d.args))
	for _, w := range append([]string{d.name}, d.args...) {
		if w == "" || strings.ContainsAny(w, " \t\r\n;{}\"'#") && !strings.Contains(w, "${") {
			w = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(w) + `"`
		}
		words = append(words, w)
	}
	line := []rune(strings.Join(words, " "))
	if len(line) > 160 {
		line = append(line[:159:159], '…')
	}
	if d.braces {
		return string(line) + " {…}"
	}
	return string(line) + ";"
}

// arg returns the i-th argument, "" where there is none.
func (d *directive) arg(i int) string {
	if i < len(d.args) {
		return d.args[i]
	}
	return ""
}

// large is from how many directives on a block is worth an index.
const large = 32

// all returns the directives of that name in the block.
func (d *directive) all(name string) []*directive {
	if len(d.block) >= large {
		if d.indexed != len(d.block) {
			d.byName, d.indexed = map[string][]*directive{}, len(d.block)
			for _, c := range d.block {
				d.byName[c.name] = append(d.byName[c.name], c)
			}
		}
		return slices.Clip(d.byName[name])
	}
	var found []*directive
	for _, c := range d.block {
		if c.name == name {
			found = append(found, c)
		}
	}
	return found
}

// parser makes directives of tokens, files that are included among them.
type parser struct {
	files      *files
	open       []string // files that are being read, the first of all first
	bytes      int
	directives int
	lost       []foreign.Remark // includes whose files are not there
}

// parseFile returns the directives of a file.
func (p *parser) parseFile(name string, text []byte, line int) ([]*directive, error) {
	if err := p.readable(name, text, line); err != nil {
		return nil, err
	}
	p.open = append(p.open, name)
	defer func() { p.open = p.open[:len(p.open)-1] }()
	l := newLexer(name, text, line)
	return p.parseBlock(l, nil, 0)
}

// readable reports what no parser need look at: too much, or no text.
func (p *parser) readable(name string, text []byte, line int) error {
	at := func(pos int) decode.Place {
		return decode.Place{File: name, Line: line + bytes.Count(text[:pos], []byte("\n")), Column: 1}
	}
	if room := maxBytes - p.bytes; len(text) > room {
		return fail(at(room), "the configuration is longer than %d MiB: what is behind this line is not read", maxBytes>>20)
	}
	p.bytes += len(text)
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		if bytes.HasPrefix(text, []byte(mark)) {
			return fail(at(0), "is UTF-16, which nginx does not read: save it as UTF-8")
		}
	}
	if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) {
		return fail(at(0), "begins with a byte order mark, which nginx takes for part of the first word: save it without")
	}
	if zero := bytes.IndexByte(text, 0); zero >= 0 {
		return fail(at(zero), "holds an octet 0: it is no text")
	}
	return nil
}

// parseBlock returns the directives up to the closing brace of a block, or to the end of
// the file where opener is nil.
func (p *parser) parseBlock(l *lexer, opener *directive, depth int) ([]*directive, error) {
	var all []*directive
	for {
		t, err := l.next()
		if err != nil {
			return nil, err
		}
		switch t.kind {
		case closing:
			if opener == nil {
				return nil, fail(t.at, "unexpected }: no block is open")
			}
			return all, nil
		case end:
			if opener != nil {
				return nil, fail(opener.at, "the block %s that begins here is never closed", opener.name)
			}
			return all, nil
		case word:
		default:
			return nil, fail(t.at, "unexpected %s: a directive must begin here", map[kind]string{semicolon: ";", opening: "{"}[t.kind])
		}
		if p.directives++; p.directives > maxDirectives {
			return nil, fail(t.at, "there are more than %d directives", maxDirectives)
		}
		d := &directive{name: t.text, at: t.at}
		if err := p.parseRest(l, d, depth); err != nil {
			return nil, err
		}
		if d.name == "include" && !d.braces {
			inner, err := p.include(d, opener, depth)
			if err != nil {
				return nil, err
			}
			all = append(append(all, d), inner...)
			continue
		}
		all = append(all, d)
	}
}

// parseRest reads the arguments of a directive and its block, if it has one.
func (p *parser) parseRest(l *lexer, d *directive, depth int) error {
	for {
		t, err := l.next()
		if err != nil {
			return err
		}
		switch t.kind {
		case word:
			if len(d.args) == maxArguments {
				return fail(t.at, "%s has more than %d arguments: is a ; missing?", clip(d.name), maxArguments)
			}
			d.args = append(d.args, t.text)
			continue
		case semicolon:
			return nil
		case closing, end:
			what := "}"
			if t.kind == end {
				what = "the end of the file"
			}
			return fail(d.at, "%s has no ; at its end: %s follows", clip(d.name), what)
		}
		d.braces = true
		if strings.HasSuffix(d.name, "_by_lua_block") {
			return l.skipLua()
		}
		if depth+1 > maxDepth {
			return fail(d.at, "blocks are nested more than %d deep", maxDepth)
		}
		d.block, err = p.parseBlock(l, d, depth+1)
		return err
	}
}

// clip shortens a word for a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// isOpen reports whether a file is being read.
func (p *parser) isOpen(name string) bool { return slices.Contains(p.open, name) }
