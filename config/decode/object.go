package decode

import (
	"reflect"
	"strings"
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

// Group is alternatives: sets of keys one of which, and nothing else of the
// others, must be given. An empty set says that nothing need be given.
type Group struct{ Sets [][]string }

// OneOf is the group of which exactly one key must be given.
func OneOf(keys ...string) Group {
	var g Group
	for _, k := range keys {
		g.Sets = append(g.Sets, []string{k})
	}
	return g
}

// String prints the alternatives: rate or load; min and max, or mean and cv.
func (g Group) String() string {
	var sets []string
	or := " or "
	for _, set := range g.Sets {
		if len(set) > 0 {
			sets = append(sets, strings.Join(set, " and "))
		}
		if len(set) > 1 {
			or = ", or "
		}
	}
	return strings.Join(sets, or)
}

// keys returns every key of the sets, once.
func (g Group) keys() []string {
	var keys []string
	for _, set := range g.Sets {
		keys = append(keys, without(set, keys)...)
	}
	return keys
}

// check reports a mapping that breaks the group's rule.
func (g Group) check(v Value) {
	var given []string
	for _, k := range g.keys() {
		if v.Get(k).Present() {
			given = append(given, k)
		}
	}
	var best []string // the set that holds most of what is given
	most := -1
	for _, set := range g.Sets {
		extra := without(given, set)
		if len(extra) == 0 && len(set) == len(given) {
			return
		}
		if common := len(given) - len(extra); common > most {
			best, most = set, common
		}
	}
	if extra := without(given, best); len(extra) > 0 {
		v.Get(extra[0]).FailKey("contradicts %s: give %s", without(given, extra)[0], g)
		return
	}
	if len(given) == 0 {
		v.FailKey("must have %s", g)
		return
	}
	missing := without(best, given)[0]
	v.Get(missing).FailKey("is missing beside %s: give %s", given[0], g)
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

// Union is the table of a mapping whose other keys depend on the word at one key:
// {dist: lognormal, mean: 90ms, cv: 2}.
type Union[S any] struct {
	Name    string // in $defs
	Doc     string
	Tag     string // the key that holds the word
	TagDoc  string
	Word    func(*S) *string
	Cases   []Case[S]
	Planned []string // words that are not built yet
}

// Case is what belongs to one word.
type Case[S any] struct {
	Word string
	Object[S]
}

// words returns the words that are built.
func (u Union[S]) words() []string {
	words := make([]string, len(u.Cases))
	for i := range u.Cases {
		words[i] = u.Cases[i].Word
	}
	return words
}

// Case returns the case of a word, nil when there is none.
func (u Union[S]) Case(word string) *Case[S] {
	for i := range u.Cases {
		if u.Cases[i].Word == word {
			return &u.Cases[i]
		}
	}
	return nil
}

// Read implements Type.
func (u Union[S]) Read(v Value) (x S, ok bool) {
	if !v.Mapping() {
		return x, false
	}
	tag := v.Get(u.Tag)
	if !tag.Present() {
		tag.FailKey("is missing: one of %s", strings.Join(u.words(), ", "))
		return x, false
	}
	word, ok := tag.text()
	if !ok {
		tag.Fail("%s", tag.wanted("one of "+strings.Join(u.words(), ", ")))
		return x, false
	}
	c := u.Case(word)
	if c == nil {
		failWord(tag, word, u.words(), u.Planned)
		return x, false
	}
	*u.Word(&x) = word
	c.fillIn(&x)
	return x, c.readInto(v, &x, u.Tag, word)
}

// Write implements Type.
func (u Union[S]) Write(x S) any {
	word := *u.Word(&x)
	m := map[string]any{u.Tag: word}
	u.Case(word).writeInto(m, &x)
	return m
}
