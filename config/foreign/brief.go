package foreign

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"lbsim/config"
	"lbsim/config/decode"
)

// brief returns the configuration's document without what lbsim fills in by itself.
//
// What a place is known of stays. Of the rest it is found out by reading: what the reader
// lacks, or what comes out another way, is put back, there and at all places of its kind.
func (c *Config) brief() (map[string]any, error) {
	whole, err := plain(c.Balancer)
	if err != nil {
		return nil, err
	}
	// Each pool names its algorithm, of which other settings are defaults.
	named := map[string]bool{"algorithm": true, "algorithm.name": true, "pools": true, "pools.*": true, "pools.*.algorithm": true, "pools.*.algorithm.name": true}
	b := &briefing{written: map[string]bool{}, kinds: named, wholes: map[string]bool{}}
	for path := range c.Places {
		for ; path != ""; path = parent(path) {
			b.written[path] = true
		}
	}
	for range 100 {
		short, _ := b.keep(whole, "").(map[string]any)
		text, err := json.Marshal(short)
		if err != nil {
			return nil, fmt.Errorf("writing a configuration: %w", err)
		}
		known := len(b.kinds) + len(b.wholes)
		read, err := config.Read("", strings.NewReader(string(text)))
		if problems := (decode.Problems)(nil); errors.As(err, &problems) {
			met := map[string]bool{} // each kind once: all its places lack it
			for _, p := range problems {
				if kind := kindOf(p.Path); !met[kind] {
					met[kind] = true
					b.lacks(p.Path)
				}
			}
		} else if err != nil {
			return nil, fmt.Errorf("writing a configuration: %w", err)
		} else {
			again, err := plain(read)
			if err != nil {
				return nil, err
			}
			b.differ(whole, again, "")
		}
		if len(b.kinds)+len(b.wholes) > known {
			continue
		}
		if err != nil {
			break
		}
		return short, nil
	}
	return whole, nil
}

// plain is a configuration's document of nothing but maps, lists, strings, numbers and
// truth.
func plain(b *config.Balancer) (map[string]any, error) {
	text, err := json.Marshal(b.Document())
	if err != nil {
		return nil, fmt.Errorf("writing a configuration: %w", err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("writing a configuration: %w", err)
	}
	return doc, nil
}

// briefing is what of a document has to be said.
type briefing struct {
	written map[string]bool // by path
	kinds   map[string]bool // by path without indices and names of pools
	wholes  map[string]bool // likewise, of which all has to be said
}

var numbers = regexp.MustCompile(`\[\d+\]`)
var pools = regexp.MustCompile(`^pools\.[^.]+`)

// kindOf is a path without what tells its places apart.
func kindOf(path string) string {
	return pools.ReplaceAllString(numbers.ReplaceAllString(path, "[]"), "pools.*")
}

// keep returns what of a value has to be said.
func (b *briefing) keep(v any, path string) any {
	if b.wholes[kindOf(path)] {
		return v
	}
	switch x := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, e := range x {
			if at := under(path, key); b.written[at] || b.kinds[kindOf(at)] {
				out[key] = b.keep(e, at)
			}
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = b.keep(x[i], fmt.Sprintf("%s[%d]", path, i))
		}
		return out
	}
	return v
}

// differ notes the kinds of what comes out another way.
func (b *briefing) differ(want, got any, path string) {
	w, isMap := want.(map[string]any)
	g, alike := got.(map[string]any)
	if isMap && alike {
		for key, e := range w {
			if other, ok := g[key]; ok {
				b.differ(e, other, under(path, key))
			} else {
				b.note(under(path, key))
			}
		}
		return
	}
	l, isList := want.([]any)
	h, alike := got.([]any)
	if isList && alike && len(l) == len(h) {
		for i := range l {
			b.differ(l[i], h[i], fmt.Sprintf("%s[%d]", path, i))
		}
		return
	}
	if !reflect.DeepEqual(want, got) {
		b.note(path)
	}
}

// lacks notes that a value is missed at a path or, where it is there, in it or, where all of
// it is there, around it.
func (b *briefing) lacks(path string) {
	for p := path; p != ""; p = parent(p) {
		kind := kindOf(p)
		if !b.kinds[kind] && !b.written[p] {
			break
		}
		if !b.wholes[kind] {
			b.wholes[kind] = true
			break
		}
	}
	b.note(path)
}

// note notes the kind of a value and of those around it.
func (b *briefing) note(path string) {
	for ; path != ""; path = parent(path) {
		b.kinds[kindOf(path)] = true
	}
}
