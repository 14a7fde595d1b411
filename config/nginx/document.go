package nginx

import (
	"fmt"

	"lbsim/config/decode"
)

// document is the balancer's configuration as it is being made, and where each part of it
// was written.
type document struct {
	root   part
	places map[string]decode.Place
}

// part is a mapping of the document.
type part struct {
	doc    *document
	path   string
	values map[string]any
}

func newDocument() *document {
	d := &document{places: map[string]decode.Place{}}
	d.root = part{d, "", map[string]any{}}
	return d
}

func (p part) at(key string) string {
	if p.path == "" {
		return key
	}
	return p.path + "." + key
}

// set gives a key a value that a directive says, or a default of NGINX's where d is nil.
func (p part) set(key string, value any, d *directive) {
	p.values[key] = value
	p.mark(key, d)
}

// mark notes that a directive says what a key is.
func (p part) mark(key string, d *directive) {
	if d != nil {
		p.doc.places[p.at(key)] = d.at
	}
}

// part returns the mapping at a key, which is made if it is not there.
func (p part) part(key string, d *directive) part {
	inner, ok := p.values[key].(map[string]any)
	if !ok {
		inner = map[string]any{}
		p.values[key] = inner
		p.mark(key, d)
	}
	return part{p.doc, p.at(key), inner}
}

// append adds a mapping to the list at a key.
func (p part) append(key string, d *directive) part {
	list, _ := p.values[key].([]any)
	inner := map[string]any{}
	at := fmt.Sprintf("%s[%d]", key, len(list))
	p.values[key] = append(list, inner)
	p.mark(at, d)
	return part{p.doc, p.at(at), inner}
}
