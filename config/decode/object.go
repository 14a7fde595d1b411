package decode

import (
	"reflect"
	"slices"
)

// Object is the table of a mapping that becomes an S.
type Object[S any] struct {
	Name   string // in the JSON Schema's $defs; empty: written out where it is used
	Doc    string
	Fields []Field[S]
	Groups []Group
	// Check, unless nil, looks at what several fields say together. It is
	// called when each of them is good by itself.
	Check func(v Value, x *S)
	// Survey, unless nil, is called in any case and asks v.Sound about what it
	// wants to compare, so that a mistake in one part hides none in others.
	Survey func(v Value, x *S)
}

// Field is an entry of a mapping.
type Field[S any] struct {
	Name     string
	Doc      string
	required bool
	planned  bool
	read     func(v Value, x *S) bool
	fill     func(x *S)
	write    func(x *S) (any, bool)
	schema   func(d *Defs) Schema
}

// Required is an entry that must be given. at returns where its value is kept.
func Required[S, T any](name string, t Type[T], at func(*S) *T, doc string) Field[S] {
	f := field(name, t, at, doc)
	f.required = true
	return f
}

// Optional is an entry that may be left out; then its place keeps the zero
// value, which Write leaves out again.
func Optional[S, T any](name string, t Type[T], at func(*S) *T, doc string) Field[S] {
	f := field(name, t, at, doc)
	write := f.write
	f.write = func(x *S) (any, bool) {
		if reflect.ValueOf(at(x)).Elem().IsZero() {
			return nil, false
		}
		return write(x)
	}
	return f
}

// Default is an entry that has the value def when it is left out.
func Default[S, T any](name string, t Type[T], at func(*S) *T, def T, doc string) Field[S] {
	f := field(name, t, at, doc)
	f.fill = func(x *S) { *at(x) = def }
	schema := f.schema
	f.schema = func(d *Defs) Schema {
		s := schema(d)
		s["default"] = t.Write(def)
		return s
	}
	return f
}

// Derived is an entry that may be left out; then a Check puts there what follows
// from other entries. Write always writes it.
func Derived[S, T any](name string, t Type[T], at func(*S) *T, doc string) Field[S] {
	return field(name, t, at, doc)
}

// Section is a mapping within a mapping; left out, it is as if it were empty.
func Section[S, T any](name string, t Object[T], at func(*S) *T, doc string) Field[S] {
	f := field(name, Type[T](t), at, doc)
	f.fill = func(x *S) { t.fillIn(at(x)) }
	return f
}

// Planned is a key of the language that is not built yet: giving it is an error.
func Planned[S any](name, doc string) Field[S] {
	return Field[S]{Name: name, Doc: doc, planned: true}
}

func field[S, T any](name string, t Type[T], at func(*S) *T, doc string) Field[S] {
	return Field[S]{
		Name: name, Doc: doc,
		read: func(v Value, x *S) bool {
			y, ok := t.Read(v)
			*at(x) = y
			return ok
		},
		write:  func(x *S) (any, bool) { return t.Write(*at(x)), true },
		schema: t.Schema,
	}
}

// Read implements Type.
func (o Object[S]) Read(v Value) (x S, ok bool) {
	o.fillIn(&x)
	return x, o.readInto(v, &x, "", "")
}

// readInto reads the fields. In a union, tag is the key already read and word
// what stood there.
func (o Object[S]) readInto(v Value, x *S, tag, word string) bool {
	if !v.Mapping() {
		return false
	}
	before := len(v.doc.problems)
	for _, key := range v.Keys() {
		if key == tag {
			continue
		}
		f := o.find(key)
		switch {
		case f == nil:
			v.Get(key).FailKey("unknown key%s: %s", of(tag, word), Suggest(key, o.keys()))
		case f.planned:
			v.Get(key).FailKey("%s", notYet)
		default:
			f.read(v.Get(key), x)
		}
	}
	o.checkPresence(v)
	if len(v.doc.problems) == before && o.Check != nil {
		o.Check(v, x)
	}
	if o.Survey != nil {
		o.Survey(v, x)
	}
	return len(v.doc.problems) == before
}

// of says to which case of a union a message belongs.
func of(tag, word string) string {
	if tag == "" {
		return ""
	}
	return " of " + tag + " " + word
}

func (o Object[S]) checkPresence(v Value) {
	for _, f := range o.Fields {
		if f.required && !v.Get(f.Name).Present() {
			v.Get(f.Name).FailKey("is missing: %s", f.Doc)
		}
	}
	for _, g := range o.Groups {
		g.check(v)
	}
}

func (o Object[S]) fillIn(x *S) {
	for _, f := range o.Fields {
		if f.fill != nil {
			f.fill(x)
		}
	}
}

// Part is the object of some of the fields, all of which may be left out: what is given
// is read and held against its rules, what is not keeps the zero value.
func (o Object[S]) Part(name, doc string, fields ...string) Object[S] {
	part := Object[S]{Name: name, Doc: doc}
	for _, f := range o.Fields {
		if slices.Contains(fields, f.Name) {
			f.required, f.fill = false, nil
			part.Fields = append(part.Fields, f)
		}
	}
	return part
}

func (o Object[S]) find(key string) *Field[S] {
	for i := range o.Fields {
		if o.Fields[i].Name == key {
			return &o.Fields[i]
		}
	}
	return nil
}

// keys returns the keys that are built.
func (o Object[S]) keys() []string {
	var keys []string
	for _, f := range o.Fields {
		if !f.planned {
			keys = append(keys, f.Name)
		}
	}
	return keys
}

// Write implements Type.
func (o Object[S]) Write(x S) any {
	m := map[string]any{}
	o.writeInto(m, &x)
	return m
}

func (o Object[S]) writeInto(m map[string]any, x *S) {
	for _, f := range o.Fields {
		if f.write == nil {
			continue
		}
		if y, ok := f.write(x); ok {
			m[f.Name] = y
		}
	}
}
