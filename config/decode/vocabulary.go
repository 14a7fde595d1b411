package decode

import "strings"

// Words is a Type of a few words.
type Words[T comparable] struct {
	Known   []Word[T]
	Planned []string // words of the language that are not built yet
}

// Word is a word and what it stands for.
type Word[T comparable] struct {
	Name  string
	Value T
}

// Names returns the known words.
func (w Words[T]) Names() []string {
	names := make([]string, len(w.Known))
	for i := range w.Known {
		names[i] = w.Known[i].Name
	}
	return names
}

// Read implements Type.
func (w Words[T]) Read(v Value) (x T, ok bool) {
	text, ok := v.text()
	if !ok {
		v.Fail("%s", v.wanted("one of "+strings.Join(w.Names(), ", ")))
		return x, false
	}
	for _, k := range w.Known {
		if k.Name == text {
			return k.Value, true
		}
	}
	failWord(v, text, w.Names(), w.Planned)
	return x, false
}

// failWord reports a word that is not known, or known and not built yet.
func failWord(v Value, text string, known, planned []string) {
	for _, p := range planned {
		if p == text {
			v.Fail("%s (there are: %s)", notYet, strings.Join(known, ", "))
			return
		}
	}
	v.Fail("unknown word: %s", Suggest(text, known))
}

const notYet = "is not supported yet"

// Write implements Type.
func (w Words[T]) Write(x T) any {
	for _, k := range w.Known {
		if k.Value == x {
			return k.Name
		}
	}
	panic("decode: a value without a word")
}

// Schema implements Type.
func (w Words[T]) Schema(*Defs) Schema { return Schema{"enum": w.Names()} }
