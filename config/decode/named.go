package decode

import (
	"regexp"
	"slices"
)

// Map is a Type of mappings whose keys are names of the file's own choosing. What is
// read is in order of the names, so that it does not depend on how it was written.
type Map[T any] struct {
	Of   Type[T]
	Min  int              // how many entries at least
	Name func(*T) *string // where an entry keeps its name
}

var freeName = regexp.MustCompile(`^[\w-]+$`)

// Read implements Type.
func (m Map[T]) Read(v Value) ([]T, bool) {
	if !v.Mapping() {
		return nil, false
	}
	keys, good := v.Keys(), true
	slices.Sort(keys)
	if len(keys) < m.Min {
		v.Fail("must have at least %d", m.Min)
		return nil, false
	}
	var all []T
	for _, key := range keys {
		if !freeName.MatchString(key) {
			v.Get(key).FailKey("must be a name of letters, digits, _ and -")
			good = false
			continue
		}
		x, ok := m.Of.Read(v.Get(key))
		good = good && ok
		*m.Name(&x) = key
		all = append(all, x)
	}
	return all, good
}

// Write implements Type.
func (m Map[T]) Write(all []T) any {
	out := map[string]any{}
	for i := range all {
		out[*m.Name(&all[i])] = m.Of.Write(all[i])
	}
	return out
}

// Schema implements Type.
func (m Map[T]) Schema(d *Defs) Schema {
	s := Schema{"type": "object", "additionalProperties": m.Of.Schema(d), "propertyNames": Schema{"pattern": freeName.String()}}
	if m.Min > 0 {
		s["minProperties"] = m.Min
	}
	return s
}

// Within makes a field of a part a field of the whole that holds it.
func Within[S, P any](f Field[P], part func(*S) *P) Field[S] {
	g := Field[S]{Name: f.Name, Doc: f.Doc, required: f.required, planned: f.planned, schema: f.schema}
	if f.read != nil {
		g.read = func(v Value, x *S) bool { return f.read(v, part(x)) }
	}
	if f.fill != nil {
		g.fill = func(x *S) { f.fill(part(x)) }
	}
	if f.write != nil {
		g.write = func(x *S) (any, bool) { return f.write(part(x)) }
	}
	return g
}

// Over reads what the mapping at v gives into x and leaves the rest as it is.
func (o Object[S]) Over(v Value, x *S) bool { return o.readInto(v, x, "", "") }

// Freely returns the field as one that may be left out, which then keeps what is
// there.
func (f Field[S]) Freely() Field[S] {
	f.required, f.fill = false, nil
	return f
}
