package reports

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// compiled is a JSON schema that can validate.
func compiled(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// accepts holds what was written against its schema.
func accepts(t *testing.T, schema *jsonschema.Schema, name string, written []byte) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(written))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// refuses shows that a schema is no rubber stamp: what is written is accepted, and
// none of its changes is.
func refuses(t *testing.T, schema *jsonschema.Schema, written []byte, changes map[string]func(map[string]any)) {
	t.Helper()
	accepts(t, schema, "unchanged", written)
	for name, change := range changes {
		var value map[string]any
		if err := json.Unmarshal(written, &value); err != nil {
			t.Fatal(err)
		}
		change(value)
		if schema.Validate(value) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// describes holds a schema's object against a Go type: every field under the same
// name, required unless omitted when empty, and no other.
func describes(t *testing.T, object map[string]any, typ reflect.Type) {
	t.Helper()
	var all, required, described, demanded []string
	for _, field := range reflect.VisibleFields(typ) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "-" && !field.Anonymous {
			all = append(all, name)
			if options != "omitempty" {
				required = append(required, name)
			}
		}
	}
	for name := range object["properties"].(map[string]any) {
		described = append(described, name)
	}
	for _, name := range object["required"].([]any) {
		demanded = append(demanded, name.(string))
	}
	for _, s := range [][]string{all, required, described, demanded} {
		slices.Sort(s)
	}
	if !slices.Equal(all, described) || !slices.Equal(required, demanded) {
		t.Errorf("%v: fields %v, required %v; the schema has %v, required %v", typ, all, required, described, demanded)
	}
}
