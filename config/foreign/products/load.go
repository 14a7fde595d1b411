package products

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"lbsim/config/decode"
	"lbsim/config/foreign"
)

// Request is a file to read.
type Request struct {
	File    string    // its name; -: In
	In      io.Reader // standard input
	Root    string    // the folder of files that it includes; "": the file's own, none for In
	From    string    // the product; "": the one that it looks like
	Profile string    // the product and whose rules hold, nginx@1.22; "": foreign.Source.Version
	Layer   string    // foreign.Source.Layer
}

// maxBytes is more than any reader takes, so that it can say where it stops.
const maxBytes = 64 << 20

// Load reads another product's configuration.
func Load(q Request) (*foreign.Config, error) {
	src := foreign.Source{Name: q.shown(), Layer: q.Layer}
	if q.isHAProxyFolder() {
		src.Root = os.DirFS(q.File)
		p, err := q.product(&src)
		if err != nil {
			return nil, err
		}
		return p.Read(src) // which names the files by the folder's name
	}
	var err error
	if src.Text, err = q.text(); err != nil {
		return nil, err
	}
	root := q.Root
	switch {
	case root != "":
		info, err := os.Stat(q.Root)
		if err != nil {
			return nil, fmt.Errorf("the root of included files: %w", err)
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("the root of included files, %s, is no folder", q.Root)
		}
		src.Root = os.DirFS(root)
	case q.File != "-":
		root = filepath.Dir(q.File)
		src.Root = os.DirFS(root)
	}
	p, err := q.product(&src)
	if err != nil {
		return nil, err
	}
	cfg, err := p.Read(src)
	if problems := (decode.Problems)(nil); errors.As(err, &problems) {
		for i := range problems {
			q.locate(root, &problems[i].Place)
		}
		return nil, problems
	}
	if err != nil {
		return nil, err
	}
	for path, at := range cfg.Places {
		q.locate(root, &at)
		cfg.Places[path] = at
	}
	for i := range cfg.NotSimulated {
		q.locate(root, &cfg.NotSimulated[i].Place)
	}
	return cfg, nil
}

// shown is what messages call the file.
func (q *Request) shown() string {
	if q.File == "-" {
		return "stdin"
	}
	return q.File
}

// locate names a file that was found below the root as who reads it would: from here.
func (q *Request) locate(root string, at *decode.Place) {
	if at.File != q.shown() && at.File != "" && root != "" && !filepath.IsAbs(at.File) {
		at.File = filepath.Join(root, at.File)
	}
}

// isHAProxyFolder reports whether the file is a folder as haproxy -f takes one.
func (q *Request) isHAProxyFolder() bool {
	files, err := filepath.Glob(filepath.Join(q.File, "*.cfg"))
	return err == nil && len(files) > 0
}

// product returns whose configuration it is.
func (q *Request) product(src *foreign.Source) (p *Product, err error) {
	if q.Profile != "" {
		if p, src.Version, err = Profile(q.Profile); err != nil {
			return nil, err
		}
		if q.From != "" && q.From != p.Name {
			return nil, fmt.Errorf("the profile %s contradicts %s", q.Profile, q.From)
		}
		return p, nil
	}
	if q.From != "" {
		return Named(q.From)
	}
	if src.Text == nil {
		return Named("haproxy")
	}
	if p = Of(q.File, src.Text); p == nil {
		return nil, fmt.Errorf("%s looks like the configuration of no product that is known here: say which it is of, with --from", q.shown())
	}
	return p, nil
}

func (q *Request) text() ([]byte, error) {
	in := q.In
	if q.File != "-" {
		info, err := os.Stat(q.File)
		if err != nil {
			return nil, err
		}
		if info.IsDir() {
			return nil, &fs.PathError{Op: "read", Path: q.File, Err: fmt.Errorf("is a folder")}
		}
		f, err := os.Open(q.File)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	var text bytes.Buffer
	if _, err := io.Copy(&text, io.LimitReader(in, maxBytes)); err != nil {
		return nil, fmt.Errorf("reading %s: %w", q.shown(), err)
	}
	return text.Bytes(), nil
}
