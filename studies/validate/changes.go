package validate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"lbsim/config"
	"lbsim/studies/drills"
)

// Changed is what a configuration writes otherwise than the one before, whatever comes of it.
type Changed struct {
	What Part   `json:"what"`
	Pool string `json:"pool"` // "": not of one pool
	// Name is that of the pool or the route, or the setting in lbsim's language.
	Name   string   `json:"name"`
	Before string   `json:"before"` // "": it was not there
	After  string   `json:"after"`  // "": it is there no more
	Gone   []string `json:"gone,omitempty"`
	New    []string `json:"new,omitempty"`
}

// Part is what of a configuration has changed.
type Part string

const (
	PoolPart      Part = "pool"
	RoutePart     Part = "route"
	EndpointsPart Part = "endpoints" // Before and After are how many, Gone and New which
	SettingPart   Part = "setting"
)

// Lost reports whether it is a pool or a route that is there no more.
func (c *Changed) Lost() bool { return c.After == "" && (c.What == PoolPart || c.What == RoutePart) }

// changesSince lists what a configuration writes otherwise than the one before: pools,
// routes, then each pool's endpoints and settings, then those of all of it.
func changesSince(before, after *config.Balancer) []Changed {
	all := []Changed{}
	pairs, gone, added := drills.PairPools(before, after)
	for _, p := range gone {
		all = append(all, Changed{What: PoolPart, Pool: p.Name, Name: p.Name, Before: endpoints(len(p.Endpoints))})
	}
	for _, p := range added {
		all = append(all, Changed{What: PoolPart, Pool: p.Name, Name: p.Name, After: endpoints(len(p.Endpoints))})
	}
	called := map[string]string{}
	for _, pair := range pairs {
		called[pair[0].Name] = pair[1].Name
	}
	all = append(all, changedRoutes(routesOf(before, called), routesOf(after, nil), before.InOrder && after.InOrder)...)
	for _, pair := range pairs {
		all = append(all, changedPool(pair[0], pair[1])...)
	}
	was, is := before.Document(), after.Document()
	own := []string{"pools", "routes"}
	for _, p := range slices.Concat(before.All(), after.All(), []config.Pool{before.Pool, after.Pool}) {
		own = slices.AppendSeq(own, maps.Keys(p.Document()))
	}
	for _, key := range own { // what pools have of it was told with them
		delete(was, key)
		delete(is, key)
	}
	return append(all, changedSettings("", "", was, is)...)
}

// changedRoutes finds routes by what they match, or their names.
func changedRoutes(before, after []config.Route, inOrder bool) (all []Changed) {
	was, is := byTitle(before), byTitle(after)
	for i := range before {
		if title := before[i].Title(); is[title] == nil {
			all = append(all, Changed{What: RoutePart, Name: title, Before: targetOf(&before[i])})
		}
	}
	for i := range after {
		r, title := &after[i], after[i].Title()
		old := was[title]
		if old == nil {
			all = append(all, Changed{What: RoutePart, Name: title, After: targetOf(r)})
			continue
		}
		if x, y := targetOf(old), targetOf(r); x != y {
			all = append(all, Changed{What: RoutePart, Name: title, Before: x, After: y})
		}
		a, b := old.Document(), r.Document()
		for _, key := range []string{"pool", "split"} {
			delete(a, key)
			delete(b, key)
		}
		all = append(all, changedSettings("", "routes("+title+").", a, b)...)
	}
	if x, y := orderOf(before, is), orderOf(after, was); inOrder && x != y {
		all = append(all, Changed{What: SettingPart, Name: "routes: which comes first", Before: x, After: y})
	}
	return all
}

// routesOf returns the routes, and the one that is nowhere written where there is one pool
// alone. Pools that others are held against have the names of those.
func routesOf(b *config.Balancer, called map[string]string) []config.Route {
	routes := slices.Clone(b.Routes)
	if pools := b.All(); len(routes) == 0 && len(pools) == 1 {
		routes = []config.Route{{Pool: pools[0].Name}}
	}
	for i := range routes {
		r := &routes[i]
		r.Pool, r.Split = cmp.Or(called[r.Pool], r.Pool), slices.Clone(r.Split)
		for j := range r.Split {
			r.Split[j].Pool = cmp.Or(called[r.Split[j].Pool], r.Split[j].Pool)
		}
	}
	return routes
}

func byTitle(routes []config.Route) map[string]*config.Route {
	all := map[string]*config.Route{}
	for i := range routes {
		all[routes[i].Title()] = &routes[i]
	}
	return all
}

// orderOf lists the routes that others have too in their order.
func orderOf(routes []config.Route, others map[string]*config.Route) string {
	var titles []string
	for i := range routes {
		if title := routes[i].Title(); others[title] != nil {
			titles = append(titles, title)
		}
	}
	return strings.Join(titles, ", ")
}

// targetOf says which pools a route's requests go to.
func targetOf(r *config.Route) string {
	if r.Pool != "" {
		return "pool " + r.Pool
	}
	var parts []string
	for _, x := range r.Split {
		parts = append(parts, fmt.Sprintf("%.4g%% pool %s", x.Share*100, x.Pool))
	}
	return strings.Join(parts, ", ")
}

// changedPool lists what a pool has otherwise.
func changedPool(before, after config.Pool) (all []Changed) {
	of := drills.Identities(before, after)
	then := map[string]config.Endpoint{}
	for _, e := range before.Endpoints {
		then[of(e)] = e
	}
	count := Changed{What: EndpointsPart, Pool: after.Name, Name: "endpoints", Before: strconv.Itoa(len(before.Endpoints)), After: strconv.Itoa(len(after.Endpoints))}
	var settings []Changed
	for _, e := range after.Endpoints {
		old, there := then[of(e)]
		delete(then, of(e))
		if !there {
			count.New = append(count.New, nameOf(e))
			continue
		}
		settings = append(settings, changedSettings(after.Name, "endpoints("+e.Name+").", old.Document(), e.Document())...)
	}
	for _, e := range before.Endpoints {
		if _, left := then[of(e)]; left {
			count.Gone = append(count.Gone, nameOf(e))
		}
	}
	if len(count.New)+len(count.Gone) > 0 {
		all = append(all, count)
	}
	was, is := before.Document(), after.Document()
	delete(was, "endpoints")
	delete(is, "endpoints")
	if x, y := before.Algorithm.String(), after.Algorithm.String(); x != y {
		settings = append(settings, Changed{What: SettingPart, Pool: after.Name, Name: "algorithm", Before: x, After: y})
		delete(was, "algorithm")
		delete(is, "algorithm")
	}
	return append(append(all, settings...), changedSettings(after.Name, "", was, is)...)
}

// nameOf is an endpoint's name, and its address where it has one.
func nameOf(e config.Endpoint) string {
	if e.Address == "" || e.Address == e.Name {
		return e.Name
	}
	return e.Name + " (" + e.Address + ")"
}

// changedSettings compares canonical documents, in which defaults are filled in, by path.
func changedSettings(pool, path string, before, after map[string]any) (all []Changed) {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(before)), maps.Keys(after))
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		x, was := before[key]
		y, is := after[key]
		inner, deeper := x.(map[string]any)
		others, both := y.(map[string]any)
		switch {
		case was && is && reflect.DeepEqual(x, y):
		case deeper && both:
			all = append(all, changedSettings(pool, path+key+".", inner, others)...)
		default:
			c := Changed{What: SettingPart, Pool: pool, Name: path + key}
			if was {
				c.Before = written(x)
			}
			if is {
				c.After = written(y)
			}
			all = append(all, c)
		}
	}
	return all
}

// written is a value of a document as one would write it in a line.
func written(value any) string {
	switch x := value.(type) {
	case map[string]any:
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(x)) {
			parts = append(parts, key+": "+written(x[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		var parts []string
		for _, y := range x {
			parts = append(parts, written(y))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return x
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic("validate: a document holds " + err.Error())
	}
	return string(text)
}

// LostParts counts the pools and routes that are there no more where that is as grave as
// least: a warning. "" is graver than any.
func (r *Report) LostParts(least Severity) (n int) {
	if r.Against == nil || least == "" || !Warning.AtLeast(least) {
		return 0
	}
	for i := range r.Against.Changes {
		if r.Against.Changes[i].Lost() {
			n++
		}
	}
	return n
}
