package nginx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"lbsim/config/foreign"
)

// maxIncluded is how many files a configuration may have, one as often as it is included.
const maxIncluded = 2000

// files is where a configuration's files are.
type files struct {
	root  fs.FS     // nil: nowhere
	main  string    // the first file's name
	dump  []section // of nginx -T; none: it is no dump
	count int
}

// section is a file within a dump.
type section struct {
	name string
	text []byte
	line int // of the dump on which it begins
}

// headed returns the file whose text begins behind a line of a dump, "" where none does.
func headed(line []byte) string {
	name, ok := strings.CutPrefix(strings.TrimRight(string(line[:min(len(line), 4096)]), "\r\n"), "# configuration file ")
	name, whole := strings.CutSuffix(name, ":")
	if !ok || !whole {
		return ""
	}
	return name
}

// sections takes a dump of nginx -T apart. What comes before the first heading is what
// nginx says of the test.
func sections(text []byte) []section {
	var all []section
	for line, rest := 1, text; len(rest) > 0; line++ {
		one := rest
		if n := bytes.IndexByte(rest, '\n'); n >= 0 {
			one, rest = rest[:n+1], rest[n+1:]
		} else {
			rest = nil
		}
		if name := headed(one); name != "" {
			all = append(all, section{name: name, text: rest[:0], line: 1})
		} else if len(all) > 0 {
			s := &all[len(all)-1]
			s.text = s.text[:len(s.text)+len(one)]
		}
	}
	return all
}

// isDump reports whether a text is a dump of nginx -T.
func isDump(text []byte) bool {
	for line := range bytes.Lines(text[:min(len(text), 4096)]) {
		if headed(line) != "" {
			return true
		}
		if len(bytes.TrimSpace(line)) > 0 && !bytes.HasPrefix(line, []byte("nginx: ")) {
			return false
		}
	}
	return false
}

// found is a file to include.
type found struct {
	name string // as messages show it
	text []byte
}

// include returns the directives of the files that an include names, which stand in its
// place.
func (p *parser) include(d *directive, opener *directive, depth int) ([]*directive, error) {
	d.fate = simulated
	if len(d.args) != 1 {
		return nil, fail(d.at, "include takes one path, or a pattern")
	}
	found, err := p.files.find(d.arg(0))
	if err != nil {
		return nil, fail(d.at, "include %s: %s", clip(d.arg(0)), err.Error())
	}
	if len(found) == 0 {
		return nil, p.missing(d)
	}
	var all []*directive
	for _, f := range found {
		if p.isOpen(f.name) {
			return nil, fail(d.at, "include %s: the file includes itself", clip(f.name))
		}
		if p.files.count++; p.files.count > maxIncluded {
			return nil, fail(d.at, "more than %d files are included", maxIncluded)
		}
		if len(p.open)+depth > maxDepth {
			return nil, fail(d.at, "includes are nested too deeply")
		}
		inner, err := p.parseFile(f.name, f.text, 1)
		if err != nil {
			return nil, err
		}
		all = append(all, inner...)
	}
	return all, nil
}

// shipped are files that nginx's packages, and certbot, install: that they are not at hand
// is no mistake.
var shipped = []string{"mime.types", "fastcgi_params", "fastcgi.conf", "uwsgi_params", "scgi_params", "proxy_params",
	"koi-utf", "koi-win", "win-utf", "options-ssl-nginx.conf", "fastcgi-php.conf", "snakeoil.conf"}

// missing is what an include becomes whose file is not there.
func (p *parser) missing(d *directive) error {
	pattern := d.arg(0)
	why := "its files are not at hand: give --root DIR, which holds them"
	switch glob := strings.ContainsAny(pattern, "*?["); {
	case p.files.root == nil && p.files.dump == nil:
	case glob:
		why = "no file there matches"
	case slices.Contains(shipped, path.Base(pattern)):
		why = "its file, which packages install, is not at hand"
	default:
		return fail(d.at, "include %s: there is no such file", clip(pattern))
	}
	d.fate = listed
	p.lost = append(p.lost, foreign.Remark{Place: d.at, Text: d.text(), Why: why})
	return nil
}

// find returns the files that match a path or pattern, in order of their names. Relative
// ones are sought beside the first file.
//
// Source: ngx_conf_file.c, ngx_conf_include, ngx_conf_full_name.
func (f *files) find(pattern string) ([]found, error) {
	if f.dump != nil {
		if !path.IsAbs(pattern) {
			pattern = path.Join(path.Dir(f.main), pattern)
		}
		var all []found
		for _, s := range f.dump {
			if ok, err := path.Match(path.Clean(pattern), s.name); err != nil {
				return nil, err
			} else if ok || s.name == pattern {
				all = append(all, found{s.name, s.text})
			}
		}
		slices.SortFunc(all, func(a, b found) int { return strings.Compare(a.name, b.name) })
		return slices.CompactFunc(all, func(a, b found) bool { return a.name == b.name }), nil
	}
	if f.root == nil {
		return nil, nil
	}
	for _, at := range f.candidates(pattern) {
		names, err := fs.Glob(f.root, at)
		if err != nil {
			return nil, err
		}
		if len(names) == 0 {
			continue
		}
		return f.load(names)
	}
	return nil, nil
}

// candidates are the paths below the root under which files may be: as written; beside
// the first file; and, as a root may hold /etc/nginx alone, without the directories in
// front, one after the other.
func (f *files) candidates(pattern string) []string {
	clean := strings.TrimPrefix(path.Clean(pattern), "/")
	all := []string{clean}
	if path.IsAbs(pattern) {
		for rest := clean; strings.Contains(rest, "/"); {
			_, rest, _ = strings.Cut(rest, "/")
			if strings.Contains(rest, "/") || !strings.ContainsAny(rest, "*?[") { // *.conf is anybody's
				all = append(all, rest)
			}
		}
	} else if dir := strings.TrimPrefix(path.Dir(f.main), "/"); dir != "." && fs.ValidPath(dir) {
		all = append(all, path.Join(dir, clean))
	}
	return slices.DeleteFunc(all, func(p string) bool { return !fs.ValidPath(p) })
}

// load reads files, directories left out.
func (f *files) load(names []string) ([]found, error) {
	var all []found
	for _, name := range names {
		text, err := readSome(f.root, name)
		if errors.Is(err, errDirectory) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, found{name, text})
	}
	return all, nil
}

var errDirectory = errors.New("is a directory")

// readSome reads a file up to one byte more than may be.
func readSome(root fs.FS, name string) ([]byte, error) {
	file, err := root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s can't be opened: %w", name, err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, errDirectory
	}
	text, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s can't be read: %w", name, err)
	}
	return text, nil
}
