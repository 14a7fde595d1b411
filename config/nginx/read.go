// Package nginx reads the configuration of NGINX: nginx.conf with what it includes, a
// file of conf.d, or a dump of nginx -T. What is about balancing becomes lbsim's
// configuration, by NGINX's own rules and defaults; every other directive is listed as not
// simulated.
package nginx

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/config/foreign"
)

// Read reads a configuration. The error, if any, is a decode.Problems with everything that
// is wrong.
func Read(src foreign.Source) (*foreign.Config, error) {
	r := newReader(src)
	var err error
	if r.rules, err = parseVersion(src.Version); err != nil {
		return nil, err
	}
	if err := r.parse(); err != nil {
		return nil, err
	}
	return r.read()
}

func newReader(src foreign.Source) *reader {
	return &reader{src: src, version: cmp.Or(src.Version, latest), rules: newest, doc: newDocument(),
		pools: map[string]*pool{}, taken: map[string]*route{}, said: map[foreign.Remark]bool{}, files: map[string]int{}, named: map[string]bool{}, unknown: map[string]bool{}}
}

// read makes the configuration of the directives.
func (r *reader) read() (*foreign.Config, error) {
	r.vocabulary(r.top, "")
	r.ages(r.top, r.part(), "")
	r.translate()
	if len(r.problems) > 0 {
		return nil, r.sorted()
	}
	r.rest(r.top)
	return r.finish()
}

// latest is the branch of the newest version.
const latest = "1.31"

// reader makes lbsim's configuration of directives.
type reader struct {
	src      foreign.Source
	version  string  // as asked for
	rules    release // that it is
	top      []*directive
	files    map[string]int // the order of first use, for sorting
	doc      *document
	remarks  []foreign.Remark
	other    string // foreign.Config.Other
	said     map[foreign.Remark]bool
	problems decode.Problems

	upstreams map[string]*upstream
	pools     map[string]*pool // by what leads to them: an upstream's name, or an address
	order     []*pool
	named     map[string]bool // names of pools that are taken
	routes    []*route
	taken     map[string]*route     // by what they match
	zones     map[string]*directive // limit_req_zone and limit_conn_zone, by kind and name
	variables map[string]*directive // map, split_clients and others, by variable
	workers   *directive
	connect   *directive      // how long connecting may take; nil: NGINX's default
	unknown   map[string]bool // words that are no directives
}

// parse makes directives of the text.
func (r *reader) parse() error {
	p := &parser{files: &files{root: r.src.Root, main: r.src.Name}}
	name, text := r.src.Name, r.src.Text
	if len(text) > maxBytes {
		return p.readable(name, text, 1)
	}
	if isDump(text) {
		p.files.dump = sections(text)
		name, text = p.files.dump[0].name, p.files.dump[0].text
		p.files.main = name
	}
	var err error
	if r.top, err = p.parseFile(name, text, 1); err != nil {
		return err
	}
	r.remarks = append(r.remarks, p.lost...)
	if p.directives == 0 {
		return fail(decode.Place{File: name, Line: 1, Column: 1}, "holds no directive")
	}
	r.see(r.top)
	return nil
}

// see notes the files in the order in which they are met.
func (r *reader) see(all []*directive) {
	for _, d := range all {
		if _, met := r.files[d.at.File]; !met {
			r.files[d.at.File] = len(r.files)
		}
		r.see(d.block)
	}
}

// wrong notes a mistake.
func (r *reader) wrong(d *directive, rule string, args ...any) {
	if len(args) > 0 {
		rule = fmt.Sprintf(rule, args...)
	}
	r.problems = append(r.problems, decode.Problem{Place: d.at, Value: d.text(), Rule: rule})
}

// remark lists a directive as not simulated, once.
func (r *reader) remark(d *directive, why string, args ...any) {
	if d.fate == listed {
		return
	}
	r.also(d, why, args...)
	d.fate = listed
}

// also says what of a directive is not simulated, though the rest is.
func (r *reader) also(d *directive, why string, args ...any) {
	if len(args) > 0 {
		why = fmt.Sprintf(why, args...)
	}
	x := foreign.Remark{Place: d.at, Text: d.text(), Why: why}
	if !r.said[x] {
		r.said[x] = true
		r.remarks = append(r.remarks, x)
	}
}

// rest lists all that nothing was made of.
func (r *reader) rest(all []*directive) {
	for _, d := range all {
		if d.fate == unseen {
			r.remark(d, "%s", reason(d.name))
		}
		if !opaque(d) {
			r.rest(d.block)
		}
	}
}

// opaque reports whether a block's content is not looked at by itself: it is values, or
// the block is listed with all that is in it.
func opaque(d *directive) bool {
	return values[d.name] || d.fate == listed && !slices.Contains(contexts, d.name) && d.name != "if" && d.name != "limit_except"
}

// place compares by file, line and column.
func (r *reader) comparePlaces(a, b decode.Place) int {
	return cmp.Or(cmp.Compare(r.files[a.File], r.files[b.File]),
		cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

func (r *reader) sorted() decode.Problems {
	slices.SortStableFunc(r.problems, func(a, b decode.Problem) int { return r.comparePlaces(a.Place, b.Place) })
	const most = 100
	if more := len(r.problems) - most; more > 0 {
		r.problems = append(r.problems[:most:most], decode.Problem{Place: decode.Place{File: r.src.Name}, Rule: fmt.Sprintf("and %d more", more)})
	}
	return slices.Compact(r.problems)
}

// finish lets the language read what was made.
func (r *reader) finish() (*foreign.Config, error) {
	text, err := json.Marshal(r.doc.root.values)
	if err != nil {
		return nil, fmt.Errorf("nginx: writing down what %s says: %w", r.src.Name, err)
	}
	slices.SortStableFunc(r.remarks, func(a, b foreign.Remark) int { return r.comparePlaces(a.Place, b.Place) })
	cfg := &foreign.Config{Product: "nginx", Version: r.version, Places: r.doc.places, NotSimulated: r.remarks, Other: r.other}
	cfg.Places[""] = decode.Place{File: r.src.Name, Line: 1, Column: 1}
	b, err := config.Read(r.src.Name, bytes.NewReader(text))
	if problems, ok := err.(decode.Problems); ok {
		for i := range problems {
			if problems[i].Place = cfg.Place(problems[i].Path); problems[i].Path == "" { // of all of it: it is too much
				problems[i].Rule = "in lbsim's words: " + problems[i].Rule
			}
		}
		r.problems = problems
		return nil, r.sorted()
	}
	if err != nil {
		return nil, err
	}
	cfg.Balancer = b
	return cfg, nil
}

// poolName makes a name that a pool can have of an upstream's, one that is not taken.
func (r *reader) poolName(text string) string {
	name := strings.Trim(strings.Map(func(c rune) rune {
		if c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return c
		}
		return '-'
	}, text), "-")
	if name == "" || name[0] < 'A' {
		name = "u" + name
	}
	name = name[:min(len(name), 80)]
	for base, n := name, 2; r.named[name]; n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	r.named[name] = true
	return name
}
