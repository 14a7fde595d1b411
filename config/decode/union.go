package decode

import (
	"slices"
	"strings"
)

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
		u.survey(v, "")
		return x, false
	}
	word, ok := tag.text()
	if !ok {
		tag.Fail("%s", tag.wanted("one of "+strings.Join(u.words(), ", ")))
		u.survey(v, "")
		return x, false
	}
	c := u.Case(word)
	if c == nil {
		failWord(tag, word, u.words(), u.Planned)
		if !slices.Contains(u.Planned, word) {
			u.survey(v, Nearest(word, u.words()))
		}
		return x, false
	}
	*u.Word(&x) = word
	c.fillIn(&x)
	return x, c.readInto(v, &x, u.Tag, word)
}

// survey reports what is wrong besides the tag: keys that no case has, and values that
// no case takes. The case meant, if one is known, is held against alone.
func (u Union[S]) survey(v Value, meant string) {
	cases := u.Cases
	if c := u.Case(meant); c != nil {
		cases = []Case[S]{*c}
	}
	for _, key := range v.Keys() {
		if key == u.Tag {
			continue
		}
		if u.find(key) == nil {
			v.Get(key).FailKey("unknown key: %s", Suggest(key, u.keys()))
			continue
		}
		before := len(v.doc.problems)
		for i := range cases {
			f := cases[i].find(key)
			if f == nil || f.planned {
				continue
			}
			var x S
			v.doc.problems = v.doc.problems[:before] // one case's complaint is enough
			if f.read(v.Get(key), &x) {
				break
			}
		}
	}
}

// find returns the field of a key in the first case that has it.
func (u Union[S]) find(key string) *Field[S] {
	for i := range u.Cases {
		if f := u.Cases[i].find(key); f != nil {
			return f
		}
	}
	return nil
}

// keys returns the tag and the keys of all cases, each once.
func (u Union[S]) keys() []string {
	keys := []string{u.Tag}
	for i := range u.Cases {
		keys = append(keys, without(u.Cases[i].keys(), keys)...)
	}
	return keys
}

// Write implements Type.
func (u Union[S]) Write(x S) any {
	word := *u.Word(&x)
	m := map[string]any{u.Tag: word}
	u.Case(word).writeInto(m, &x)
	return m
}
