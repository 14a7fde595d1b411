package decode

import (
	"slices"
	"strings"
)

// Defs collects the named parts of a JSON Schema.
type Defs struct{ schemas map[string]Schema }

// ref returns a reference to the definition of that name, which make makes.
func (d *Defs) ref(name string, make func() Schema) Schema {
	if name == "" {
		return make()
	}
	if _, ok := d.schemas[name]; !ok {
		d.schemas[name] = nil // the table may hold itself
		d.schemas[name] = make()
	}
	return Schema{"$ref": "#/$defs/" + name}
}

// Describe returns the whole JSON Schema (draft 2020-12) of files that hold a T.
func Describe[T any](t Type[T], id, title string) Schema {
	d := &Defs{schemas: map[string]Schema{}}
	s := Schema{}
	for k, v := range t.Schema(d) {
		s[k] = v
	}
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["$id"], s["title"] = id, title
	if len(d.schemas) > 0 {
		s["$defs"] = d.schemas
	}
	return s
}

// Schema implements Type.
func (o Object[S]) Schema(d *Defs) Schema {
	return d.ref(o.Name, func() Schema { return o.schema(d, Schema{}, nil) })
}

func (o Object[S]) schema(d *Defs, properties Schema, required []string) Schema {
	for _, f := range o.Fields {
		if f.planned {
			// false with a description: no value is valid.
			properties[f.Name] = Schema{"not": Schema{}, "description": f.Doc + " Not supported yet."}
			continue
		}
		s := Schema{}
		for k, v := range f.schema(d) {
			s[k] = v
		}
		s["description"] = f.Doc
		properties[f.Name] = s
		if f.required {
			required = append(required, f.Name)
		}
	}
	s := Schema{"type": "object", "properties": properties, "additionalProperties": false}
	if o.Doc != "" {
		s["description"] = o.Doc
	}
	if len(required) > 0 {
		s["required"] = required
	}
	var all []Schema
	for _, g := range o.Groups {
		all = append(all, g.schema())
	}
	if len(all) > 0 {
		s["allOf"] = all
	}
	return s
}

// schema says that one set is given and nothing of the others.
func (g Group) schema() Schema {
	var sets []Schema
	for _, set := range g.Sets {
		var others []Schema
		for _, k := range without(g.keys(), set) {
			others = append(others, Schema{"required": []string{k}})
		}
		s := Schema{}
		if len(set) > 0 {
			s["required"] = set
		}
		if len(others) > 0 {
			s["not"] = Schema{"anyOf": others}
		}
		sets = append(sets, s)
	}
	return Schema{"oneOf": sets}
}

// Schema implements Type.
func (u Union[S]) Schema(d *Defs) Schema {
	return d.ref(u.Name, func() Schema {
		var cases []Schema
		for i := range u.Cases {
			c := &u.Cases[i]
			tag := Schema{"const": c.Word, "description": u.TagDoc}
			cases = append(cases, c.schema(d, Schema{u.Tag: tag}, []string{u.Tag}))
		}
		return Schema{"type": "object", "description": u.Doc, "oneOf": cases}
	})
}

// anyName stands in paths for a name that the file chooses.
const anyName = "*"

// Paths returns every path that a file described by s can have, list elements as
// [] and names of the file's own as *, in order: balancer.algorithm,
// balancer.pools.*.algorithm, servers[].workers.
func Paths(s Schema) []string {
	set := map[string]bool{}
	defs, _ := s["$defs"].(map[string]Schema)
	walkPaths(s, "", defs, set, 0)
	paths := make([]string, 0, len(set))
	for p := range set {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return paths
}

func walkPaths(s Schema, path string, defs map[string]Schema, set map[string]bool, depth int) {
	if depth > maxDepth {
		return
	}
	if ref, ok := s["$ref"].(string); ok {
		walkPaths(defs[strings.TrimPrefix(ref, "#/$defs/")], path, defs, set, depth+1)
	}
	for _, key := range []string{"oneOf", "anyOf", "allOf"} {
		parts, _ := s[key].([]Schema)
		for _, p := range parts {
			walkPaths(p, path, defs, set, depth+1)
		}
	}
	if items, ok := s["items"].(Schema); ok {
		set[path+"[]"] = true
		walkPaths(items, path+"[]", defs, set, depth+1)
	}
	if entries, ok := s["additionalProperties"].(Schema); ok {
		set[path+"."+anyName] = true
		walkPaths(entries, path+"."+anyName, defs, set, depth+1)
	}
	properties, _ := s["properties"].(Schema)
	for name, p := range properties {
		sub := strings.TrimPrefix(path+"."+name, ".")
		set[sub] = true
		walkPaths(p.(Schema), sub, defs, set, depth+1)
	}
}
