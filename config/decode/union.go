package decode

import "strings"

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
