package export_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lbsim/balancer"
	"lbsim/config"
	"lbsim/config/export"
	"lbsim/config/foreign"
	"lbsim/config/foreign/products"
)

// balancers are the files of testdata, of which each product says something else, and the
// example.
func balancers(t *testing.T) map[string]*config.Balancer {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(paths) < 5 {
		t.Fatal(paths, err)
	}
	all := map[string]*config.Balancer{}
	for _, path := range append(paths, "../../examples/lb.yaml") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".yaml")] = parse(t, string(text))
	}
	return all
}

// What has been exported and is read again is what it was, but for what was said to be lost.
func TestReadAgain(t *testing.T) {
	for name, b := range balancers(t) {
		for _, product := range export.Products() {
			text, lost := write(t, product, b)
			reader, err := products.Named(product)
			if err != nil {
				t.Fatal(err)
			}
			again, err := reader.Read(foreign.Source{Name: product, Text: []byte(text)})
			if err != nil {
				t.Errorf("%s by %s: %v\n%s", name, product, err, text)
				continue
			}
			was, is := leaves(t, b), leaves(t, again.Balancer)
			for path := range maps.Keys(was) {
				if is[path] != was[path] && !told(path, lost) {
					t.Errorf("%s by %s: %s was %q and comes back as %q", name, product, path, was[path], is[path])
				}
			}
			for path := range maps.Keys(is) {
				if _, known := was[path]; !known && !told(path, lost) {
					t.Errorf("%s by %s: %s was nothing and comes back as %q", name, product, path, is[path])
				}
			}
			before, after := newWays(t, b), newWays(t, again.Balancer)
			for _, a := range before.requests() {
				if was, is, r := before.of(&a), after.of(&a), before.routeOf(&a); was != is && !before.toldOf(r, was, is, lost) {
					t.Errorf("%s by %s: %+v went %s and goes %s", name, product, a, was, is)
				}
			}
		}
	}
}

// indices are those of lists, by number or by address.
var indices = regexp.MustCompile(`\[[^\]]*\]`)

// told reports whether a setting, or what it is part of, or a part of it is lost.
func told(path string, lost []export.Loss) bool {
	path = indices.ReplaceAllString(strings.TrimPrefix(path, "pools."+config.PoolName+"."), "")
	return slices.ContainsFunc(lost, func(l export.Loss) bool {
		said := indices.ReplaceAllString(l.Path, "")
		return path == said || strings.HasPrefix(path, said+".") || strings.HasPrefix(said, path+".")
	})
}

// leaves are the single values of a document but for its routes, its defaults among them, by
// path. One pool is written as the only one of several.
func leaves(t *testing.T, b *config.Balancer) map[string]string {
	t.Helper()
	text, err := json.Marshal(b.Document())
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	own := map[string]any{}
	times := b.Times()
	doc["timeouts"] = map[string]any{"connect": times.Connect.String(), "header": times.Header.String(), "idle": times.Idle.String(), "request": times.Request.String()}
	if b.Layer == balancer.L7 {
		doc["http"] = fmt.Sprint(b.Proxy.Protocol())
	}
	if at, ok := doc["listen"].(string); ok {
		doc["listen"] = strings.TrimPrefix(at, "0.0.0.0")
	}
	if key, ok := doc["key"].(string); ok {
		doc["key"] = strings.ToLower(key)
	}
	delete(doc, "routes")
	delete(doc, "route_order")
	for _, key := range []string{"affinity", "algorithm", "drain", "endpoints", "health", "hedge", "limits", "overprovisioning", "panic_threshold", "retries", "slow_start", "subset", "zones"} {
		if v, given := doc[key]; given {
			own[key] = v
			delete(doc, key)
		}
	}
	if doc["pools"] == nil {
		doc["pools"] = map[string]any{config.PoolName: own}
	}
	for _, p := range doc["pools"].(map[string]any) {
		plain(p.(map[string]any))
	}
	all := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch x := v.(type) {
		case map[string]any:
			for key, e := range x {
				walk(path+"."+key, e)
			}
		case []any:
			for i, e := range x {
				walk(fmt.Sprintf("%s[%d]", path, i), e)
			}
		default:
			all[strings.TrimPrefix(path, ".")] = fmt.Sprint(v)
		}
	}
	walk("", doc)
	return all
}

// plain writes a pool without what says the same in another way: weights are shares, one
// attempt is no retry, methods mean nothing where no request has been sent, and so on.
func plain(pool map[string]any) {
	endpoints, _ := pool["endpoints"].([]any)
	total, levels := 0.0, map[float64]bool{}
	for _, e := range endpoints {
		x := e.(map[string]any)
		total += x["weight"].(float64)
		level, _ := x["priority"].(float64)
		levels[level] = true
	}
	ranks, byAddress := slices.Sorted(maps.Keys(levels)), map[string]any{}
	for i, e := range endpoints {
		x := e.(map[string]any)
		x["weight"] = fmt.Sprintf("%.3f", x["weight"].(float64)/total)
		level, _ := x["priority"].(float64)
		x["priority"] = slices.Index(ranks, level)
		if x["address"] == nil {
			x["address"] = fmt.Sprintf("192.0.2.%d:80", i+1)
		}
		byAddress["["+strings.NewReplacer("[", "", "]", "").Replace(x["address"].(string))+"]"] = x
	}
	delete(pool, "endpoints")
	for at, x := range byAddress {
		pool["endpoints"+at] = x
	}
	if retries, _ := pool["retries"].(map[string]any); retries != nil {
		conditions := retries["conditions"].([]any)
		if len(conditions) == 1 && conditions[0] == "connect_failure" {
			delete(retries, "methods")
		}
		slices.SortFunc(conditions, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		if retries["attempts"].(float64) == 1 {
			delete(pool, "retries")
			if try, has := retries["per_try_timeout"]; has {
				pool["retries"] = map[string]any{"per_try_timeout": try}
			}
		}
	}
	health, _ := pool["health"].(map[string]any)
	if active, _ := health["active"].(map[string]any); active != nil && active["timeout"] == nil {
		active["timeout"] = active["interval"]
	}
	if limits, _ := pool["limits"].(map[string]any); limits != nil {
		delete(limits, "rates") // which newWays looks at
	}
}
