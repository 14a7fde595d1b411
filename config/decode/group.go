package decode

import "strings"

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
