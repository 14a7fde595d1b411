package envoy

import (
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"gopkg.in/yaml.v3"

	"lbsim/config/decode"
)

// strangers tells every field of a message that Envoy's API does not have, with the nearest
// word that it has, and reports whether there are any. protojson would tell the first.
func (r *reading) strangers(v node, message protoreflect.MessageDescriptor) (found bool) {
	if v.n.Kind != yaml.MappingNode || message.ParentFile().Path() == "google/protobuf/struct.proto" {
		return false
	}
	fields := message.Fields()
	for i := 0; i+1 < len(v.n.Content); i += 2 {
		k, x := v.n.Content[i], node{v.n.Content[i+1], r}
		f := fields.ByJSONName(k.Value)
		if f == nil {
			f = fields.ByName(protoreflect.Name(k.Value))
		}
		switch {
		case k.Value == "@type":
		case f != nil:
			found = r.strangersIn(x, f) || found
		case message.FullName() != "google.protobuf.Any":
			r.fail(r.place(k), "Envoy refuses it: unknown field %s of %s: %s", k.Value, message.Name(), decode.Suggest(k.Value, names(fields)))
			found = true
		}
	}
	return found
}

// strangersIn goes down into the value of a field.
func (r *reading) strangersIn(v node, f protoreflect.FieldDescriptor) (found bool) {
	below := f.Message()
	if f.IsMap() {
		below = f.MapValue().Message()
	}
	if below == nil {
		return false
	}
	values := v.list()
	switch {
	case f.IsMap() && v.n.Kind == yaml.MappingNode:
		for i := 1; i < len(v.n.Content); i += 2 {
			values = append(values, node{v.n.Content[i], r})
		}
	case values == nil:
		values = []node{v}
	}
	for _, x := range values {
		message := below
		if kind, ok := anyOf(x.n); ok {
			known, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(kind))
			if err != nil {
				continue
			}
			message = known.Descriptor()
		}
		found = r.strangers(x, message) || found
	}
	return found
}

// names are the fields that a message has, as the API's documentation writes them.
func names(fields protoreflect.FieldDescriptors) (all []string) {
	for i := range fields.Len() {
		all = append(all, string(fields.Get(i).Name()))
	}
	slices.Sort(all)
	return all
}
