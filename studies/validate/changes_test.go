package validate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What is written otherwise is told by pool, route, endpoint and setting, with defaults filled
// in, and nothing is told of what only looks otherwise.
func TestChanges(t *testing.T) {
	const pools = "pools:\n  a: {endpoints: [{name: x, address: \"10.0.0.1:80\"}, {name: y, address: \"10.0.0.2:80\"}]}\n  b: {endpoints: [{name: z, address: \"10.0.0.3:80\"}]}\n"
	const routes = "routes: [{match: {path_begins: /a}, pool: a}, {pool: b}]\n"
	const all = "algorithm: round_robin\ntimeouts: {request: 30s}\n" + pools + routes
	for _, c := range []struct {
		what   string
		change []string // of all: old, new, …
		want   []string
	}{
		{"nothing", nil, nil},
		{"a default written out", []string{"algorithm: round_robin\n", "algorithm: round_robin\nsubset: all\n"}, nil},
		{"a name", []string{"name: y", "name: yy"}, []string{"setting a/endpoints(yy).name: y -> yy"}},
		{"an address", []string{"10.0.0.2", "10.0.0.9"}, []string{"endpoints a/endpoints: 2 -> 2 -[y (10.0.0.2:80)] +[y (10.0.0.9:80)]"}},
		{"a weight", []string{"{name: y, ", "{name: y, weight: 3, "}, []string{"setting a/endpoints(y).weight: 1 -> 3"}},
		{"a route's pool", []string{"{pool: b}", "{split: {a: 10%, b: 90%}}"}, []string{"route /all: pool b -> 10% pool a, 90% pool b"}},
		{"a route's copies", []string{"{pool: b}", "{pool: b, mirror: {pool: a}}"}, []string{"setting /routes(all).mirror:  -> {pool: a, ratio: 1}"}},
		{"the order of routes", []string{routes, "route_order: listed\n" + routes}, []string{"setting /route_order:  -> listed"}},
		{"what all pools have", []string{"algorithm: round_robin\n", "algorithm: round_robin\ndrain: {timeout: 5s}\n"}, []string{"setting a/drain:  -> {sticky: move, timeout: 5s}", "setting b/drain:  -> {sticky: move, timeout: 5s}"}},
		{"what is of no pool", []string{"request: 30s", "request: 5s"}, []string{"setting /timeouts.request: 30s -> 5s"}},
		{"a pool's name", []string{"  b:", "  c:", "pool: b", "pool: c"}, []string{"pool b/b: 1 endpoint -> ", "pool c/c:  -> 1 endpoint", "route /all: pool b -> pool c"}},
	} {
		before, err := Read("before.yaml", []byte(all))
		if err != nil {
			t.Fatal(err)
		}
		after, err := Read("after.yaml", []byte(strings.NewReplacer(c.change...).Replace(all)))
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		var got []string
		for _, x := range changesSince(before.Balancer, after.Balancer) {
			text := fmt.Sprintf("%s %s/%s: %s -> %s", x.What, x.Pool, x.Name, x.Before, x.After)
			if len(x.Gone)+len(x.New) > 0 {
				text += fmt.Sprintf(" -%v +%v", x.Gone, x.New)
			}
			got = append(got, text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", c.what, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}
