package envoy

import (
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"gopkg.in/yaml.v3"

	// What an Any of a configuration may hold.
	_ "github.com/envoyproxy/go-control-plane/envoy/admin/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/config/bootstrap/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/load_balancing_policies/least_request/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/load_balancing_policies/maglev/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/load_balancing_policies/random/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/load_balancing_policies/ring_hash/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/load_balancing_policies/round_robin/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/retry/host/previous_hosts/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"
)

const (
	anyPrefix = "type.googleapis.com/"
	bootstrap = "envoy.config.bootstrap.v3.Bootstrap"
)

// check holds a value against a message of Envoy's API, the rules that its fields have
// (protoc-gen-validate) included. What an Any holds whose message is not known here is not
// looked at.
func (r *reading) check(v node, message string) {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(message))
	if err != nil {
		return // a section of a dump that says nothing of what is balanced
	}
	if r.strangers(v, kind.Descriptor()) {
		return
	}
	w := &writer{}
	w.value(v.n, true)
	m := kind.New().Interface()
	if err := protojson.Unmarshal([]byte(w.text.String()), m); err != nil {
		r.refuseJSON(w, v, err)
		return
	}
	r.validate(v, m)
	for _, x := range v.n.Content {
		r.checkAnys(node{x, r})
	}
}

// checkAnys checks the messages of known extensions, to which their rules' checks do not go
// down.
func (r *reading) checkAnys(v node) {
	if kind, ok := anyOf(v.n); ok {
		r.check(v, kind)
		return
	}
	for _, x := range v.n.Content {
		r.checkAnys(node{x, r})
	}
}

// writer writes a tree as JSON, one value a line, and remembers from which node each line
// is, so that what protojson says of a line can be said of the file's.
type writer struct {
	text  strings.Builder
	nodes []*yaml.Node // by line, from 0
}

func (w *writer) line(n *yaml.Node, text string) {
	w.text.WriteString(text + "\n")
	w.nodes = append(w.nodes, n)
}

// value writes n; whole says that it is the message itself, whose type a dump tells.
func (w *writer) value(n *yaml.Node, whole bool) {
	switch n.Kind {
	case yaml.MappingNode:
		w.line(n, "{")
		first := true
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, x := n.Content[i], n.Content[i+1]
			if k.Value == "@type" && whole {
				continue
			}
			comma := ","
			if first {
				comma, first = "", false
			}
			name, _ := json.Marshal(k.Value)
			w.line(k, comma+string(name)+":")
			if k.Value != "@type" && unknownAny(x) {
				w.line(x, `{"@type":"`+anyPrefix+`google.protobuf.Struct","value":{}}`)
				continue
			}
			w.value(x, false)
		}
		w.line(n, "}")
	case yaml.SequenceNode:
		w.line(n, "[")
		for i, x := range n.Content {
			if i > 0 {
				w.line(x, ",")
			}
			if unknownAny(x) {
				w.line(x, `{"@type":"`+anyPrefix+`google.protobuf.Struct","value":{}}`)
				continue
			}
			w.value(x, false)
		}
		w.line(n, "]")
	default:
		w.line(n, scalar(n))
	}
}

// scalar writes a value as JSON would.
func scalar(n *yaml.Node) string {
	switch n.Tag {
	case "!!null":
		return "null"
	case "!!bool":
		return strings.ToLower(n.Value)
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			return n.Value
		}
	}
	text, _ := json.Marshal(n.Value)
	return string(text)
}

// anyOf returns the message that n holds as an Any.
func anyOf(n *yaml.Node) (message string, ok bool) {
	if n.Kind != yaml.MappingNode {
		return "", false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "@type" {
			return strings.TrimPrefix(n.Content[i+1].Value, anyPrefix), true
		}
	}
	return "", false
}

// unknownAny reports whether n is a message of an extension that is not known here.
func unknownAny(n *yaml.Node) bool {
	kind, ok := anyOf(n)
	if !ok {
		return false
	}
	_, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(kind))
	return err != nil
}

var jsonPlace = regexp.MustCompile(`\(line (\d+):\d+\)`)

// refuseJSON tells what protojson says, at the line of the file.
func (r *reading) refuseJSON(w *writer, v node, err error) {
	text, n := err.Error(), v.n
	if m := jsonPlace.FindStringSubmatchIndex(text); m != nil {
		if line, _ := strconv.Atoi(text[m[2]:m[3]]); line >= 1 && line <= len(w.nodes) {
			n = w.nodes[line-1]
		}
		text = text[m[1]:]
	}
	text = strings.TrimLeft(strings.TrimPrefix(strings.ReplaceAll(text, "\u00a0", " "), "proto:"), ": ")
	r.fail(r.place(n), "Envoy refuses it: %s", text)
}

// validated is what protoc-gen-validate makes of a message's rules.
type validated interface{ ValidateAll() error }

// fieldError is one rule that is broken.
type fieldError interface {
	Field() string
	Reason() string
	Cause() error
}

// validate tells which rules the message breaks.
func (r *reading) validate(v node, m proto.Message) {
	x, ok := m.(validated)
	if !ok {
		return
	}
	r.broken(v, x.ValidateAll())
}

// broken follows an error down to the field that it is about.
func (r *reading) broken(v node, err error) {
	var all interface{ AllErrors() []error }
	var one fieldError
	switch {
	case err == nil:
	case errors.As(err, &all):
		for _, e := range all.AllErrors() {
			r.broken(v, e)
		}
	case errors.As(err, &one):
		at := v.find(one.Field())
		if one.Cause() != nil {
			r.broken(at, one.Cause())
			return
		}
		r.fail(at.place(), "Envoy refuses it: %s: %s", snake(one.Field()), one.Reason())
	default:
		r.fail(v.place(), "Envoy refuses it: %v", err)
	}
}

var indexed = regexp.MustCompile(`^(\w+)\[([^\]]*)\]$`)

// find returns the value of a field as validation names it, Endpoints[0], or the nearest
// thing around it.
func (v node) find(field string) node {
	name, index := field, ""
	if m := indexed.FindStringSubmatch(field); m != nil {
		name, index = m[1], m[2]
	}
	if v.n.Kind != yaml.MappingNode {
		return v
	}
	for i := 0; i+1 < len(v.n.Content); i += 2 {
		if k := v.n.Content[i].Value; k == snake(name) || k == camel(snake(name)) {
			at := node{v.n.Content[i+1], v.r}
			if i, err := strconv.Atoi(index); err == nil && i < len(at.list()) {
				return at.list()[i]
			}
			return at
		}
	}
	return v
}

// snake writes a field's Go name as the API does: LbEndpoints, lb_endpoints.
func snake(name string) string {
	var b strings.Builder
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}
