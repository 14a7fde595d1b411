package fit

import (
	"fmt"
	"strings"
	"testing"

	"lbsim/studies/fit/accesslog"
)

// What looks like a number, an id, a token, an address or anything encoded is no word.
func TestWords(t *testing.T) {
	for word, want := range map[string]bool{
		"api": true, "v1": true, "oauth2": true, "list-items": true, "robots.txt": true, "Search": true, "well_known": true,
		"4711": false, "7": false, "0": false, "123.css": false, "a1b2c3": false, "550e8400-e29b-41d4-a716-446655440000": false,
		"deadbeefdeadbeefdeadbeefdeadbeef": false, "bob@example.com": false, "a%20b": false, "x=y": false, "süß": false, "eyJhbGciOiJIUzI1NiJ9": true,
		"eyJhbGciOiJIUzI1NiIsInR5cCI6": false, "..": false, "-": false, "a;b": false, "": true,
	} {
		if got := isWord([]byte(word)); got != want {
			t.Errorf("%q is a word: %v, want %v", word, got, want)
		}
	}
}

// asked is so many requests for a path by so many clients.
type asked struct {
	method, path, class string
	requests, clients   int
}

// A class is a method and the first words of a path that enough clients ask for. What fewer
// ask for, names of users among it, becomes part of what is above it.
func TestKinds(t *testing.T) {
	for _, c := range []struct {
		name  string
		asked []asked
		most  int
		want  string
	}{
		{"ids", []asked{{"GET", "/api/items/1", "", 500, 50}, {"GET", "/api/items/2", "", 500, 50}, {"POST", "/api/orders", "", 200, 50}}, 8,
			"get-api-items GET /api/items 1000; post-api-orders POST /api/orders 200"},
		{"words behind an id", []asked{{"GET", "/users/17/profile", "", 500, 50}, {"GET", "/users/18/photos", "", 500, 50}}, 8,
			"get-users-profile GET /users 500; get-users-photos GET /users 500"},
		{"names of users", []asked{{"GET", "/users/alice", "", 60, 1}, {"GET", "/users/bob", "", 60, 2}, {"GET", "/users/carol", "", 400, 19}, {"GET", "/home", "", 500, 50}}, 8,
			"get-users GET /users 520; get-home GET /home 500"},
		{"a secret word of few", []asked{{"GET", "/secretadmin", "", 600, 3}, {"GET", "/home", "", 500, 50}}, 8, "get-home GET /home 500; other   600"},
		{"too many", []asked{{"GET", "/a", "", 500, 50}, {"GET", "/b", "", 300, 50}, {"GET", "/c", "", 200, 50}, {"GET", "/d", "", 100, 50}}, 3,
			"get-a GET /a 500; get-b GET /b 300; other   300"},
		{"rare", []asked{{"GET", "/a", "", 5000, 50}, {"GET", "/a/b", "", 10, 50}}, 8, "all GET /a 5010"},
		{"deep", []asked{{"GET", "/a/b/c/d/e", "", 500, 50}, {"GET", "/a/b/c/x", "", 500, 50}}, 8, "all GET /a/b/c 1000"},
		{"same letters", []asked{{"GET", "/a-b", "", 500, 50}, {"GET", "/a/b", "", 500, 50}}, 8, "get-a-b GET /a-b 500; get-a-bx GET /a/b 500"},
		{"classes of the log", []asked{{"", "", "read", 500, 50}, {"", "", "Big Report!", 300, 50}, {"", "", "7", 200, 50}, {"", "", "bob@example.com", 60, 1}}, 8,
			"read   500; big-report   300; class-7   200; other   60"},
		{"nothing", []asked{{"", "", "", 500, 0}}, 8, "all   500"},
		{"the root", []asked{{"GET", "/", "", 500, 50}, {"HEAD", "", "", 500, 50}}, 8, "get GET  500; head HEAD  500"},
	} {
		paths, client := newTemplates(), uint64(0)
		for _, a := range c.asked {
			for i := range a.requests {
				e := accesslog.Entry{}
				for m, name := range accesslog.Methods {
					if name == a.method {
						e.Method = uint8(m)
					}
				}
				if a.path != "" {
					e.Path = []byte(a.path)
				}
				if a.class != "" {
					e.Class = []byte(a.class)
				}
				if a.clients > 0 {
					e.Client = client + 1 + uint64(i%a.clients)*0x9e3779b97f4a7c15
				}
				paths.add(&e)
			}
			client++
		}
		kinds, of := paths.kinds(c.most, crowdOf{clients: 20, requests: 50, known: c.asked[0].clients > 0})
		var got []string
		for _, k := range kinds {
			got = append(got, fmt.Sprintf("%s %s %s %d", k.name, k.method, k.path, k.requests))
		}
		if text := strings.Join(got, "; "); text != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.name, text, c.want)
		}
		for i, class := range of {
			if paths.all[i].requests > 0 && (class < 0 || class >= len(kinds)) {
				t.Errorf("%s: %s has no class", c.name, paths.all[i].name)
			}
		}
	}
}

// Where there is no room for more, paths count as their parents.
func TestTemplatesAreBounded(t *testing.T) {
	paths := newTemplates()
	for i := range 5000 {
		word := strings.Map(func(r rune) rune { return r - '0' + 'a' }, fmt.Sprint(i))
		paths.add(&accesslog.Entry{Method: 1, Path: []byte("/api/" + word), Client: uint64(i + 1)})
	}
	kinds, _ := paths.kinds(8, crowdOf{clients: 20, requests: 50, known: true})
	if len(paths.all) != mostTemplates || paths.roomy() || len(kinds) != 1 || kinds[0].path != "/api" || kinds[0].requests != 5000 {
		t.Errorf("%d templates, %+v", len(paths.all), kinds)
	}
}
