package fit

import (
	"strings"

	"lbsim/studies/fit/accesslog"
)

// kind is a class that the requests of some templates make together.
type kind struct {
	name     string
	method   string
	path     string // that all of its requests begin with; "": none
	requests int
}

// crowdOf is how many clients and requests a name needs that is to be told.
type crowdOf struct {
	clients  int
	requests int
	known    bool // the log tells clients
}

// kinds makes at most so many classes of the templates: one that too few clients asked for
// becomes part of its parent, and what is left of a method, or beyond the greatest classes,
// is other. of says which class each template is of.
func (t *templates) kinds(most int, enough crowdOf) (all []kind, of []int) {
	merged := make([]template, len(t.all))
	copy(merged, t.all)
	into := make([]int32, len(merged))
	for i := len(merged) - 1; i > 0; i-- { // children come after their parents
		into[i] = int32(i)
		if !merged[i].common(enough) {
			p := merged[i].parent
			into[i] = p
			merged[p].requests += merged[i].requests
			for _, hash := range merged[i].crowd.least {
				merged[p].crowd.add(hash)
			}
		}
	}
	kept := t.greatest(merged, into, most)
	of = make([]int, len(merged))
	for _, i := range kept {
		if i > 0 {
			all = append(all, kind{name: merged[i].className(all), method: accesslog.Methods[merged[i].method], path: merged[i].path()})
		}
	}
	other := -1
	for i := range merged {
		at := int32(i)
		for at > 0 && into[at] != at {
			at = into[at]
		}
		of[i] = indexOf(kept, at)
		if of[i] < 0 && t.all[i].requests > 0 {
			if other < 0 {
				other = len(all)
				all = append(all, kind{name: freeName("other", all)})
			}
			of[i] = other
		}
		if of[i] >= 0 {
			all[of[i]].requests += t.all[i].requests
		}
	}
	if len(all) == 1 {
		all[0].name = "all"
	}
	return all, of
}

// greatest are the templates that become classes, those with the most requests, in the order
// of their first appearance.
func (t *templates) greatest(merged []template, into []int32, most int) (kept []int32) {
	for i := 1; i < len(merged); i++ {
		if into[i] == int32(i) && merged[i].requests > 0 && merged[i].sayable() {
			kept = append(kept, int32(i))
		}
	}
	for len(kept) > most-1 {
		least := 0
		for j, i := range kept {
			if merged[i].requests <= merged[kept[least]].requests {
				least = j
			}
		}
		kept = append(kept[:least], kept[least+1:]...)
	}
	return kept
}

func indexOf(kept []int32, at int32) int {
	for j, i := range kept {
		if i == at {
			return j
		}
	}
	return -1
}

func (t *template) common(enough crowdOf) bool {
	return t.requests >= enough.requests && (!enough.known || t.crowd.count() >= float64(enough.clients))
}

// sayable reports whether there is something to name the class by: more than a method.
func (t *template) sayable() bool { return t.named || strings.Contains(t.name, "/") || t.method > 0 }

// path is what the paths of a template begin with.
func (t *template) path() string {
	_, path, _ := strings.Cut(t.name, " ")
	if t.named {
		return ""
	}
	path, _, _ = strings.Cut(path, "/*")
	return path
}

// className makes a name of the language's of a method and words: get-api-items.
func (t *template) className(taken []kind) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_', r == '.':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, t.name)
	for strings.Contains(name, "--") {
		name = strings.ReplaceAll(name, "--", "-")
	}
	if name = strings.Trim(name, "-_."); name == "" || name[0] < 'a' || name[0] > 'z' {
		name = strings.TrimSuffix("class-"+name, "-")
	}
	return freeName(name, taken)
}

// freeName makes a name another one than those that are taken.
func freeName(name string, taken []kind) string {
	for {
		used := false
		for _, k := range taken {
			used = used || k.name == name
		}
		if !used {
			return name
		}
		name += "x"
	}
}
