package export_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"lbsim/config/export"
)

// Active checks, which NGINX has not, leave its own passive ones on: a server that is down is not
// asked for ever.
func TestNGINXKeepsItsChecks(t *testing.T) {
	const pool = "algorithm: {name: weighted_round_robin}\nendpoints: [{name: a, address: 'a:80'}, {name: b, address: 'b:80'}]\n"
	for _, c := range []struct {
		health, want string
		lost         []string
	}{
		{"", "server a:80 max_fails=0;", nil},
		{"health: {active: {path: /up}}\n", "server a:80;", []string{"health.active", "health.passive"}},
		{"health: {active: {path: /up}, passive: {rule: nginx, consecutive_failures: 3, ejection_time: 9s}}\n", "server a:80 max_fails=3 fail_timeout=9s;", []string{"health.active"}},
	} {
		text, lost := write(t, "nginx", parse(t, pool+c.health))
		if !strings.Contains(text, c.want) {
			t.Errorf("%sno %q in\n%s", c.health, c.want, text)
		}
		var paths []string
		for _, l := range lost {
			if strings.HasPrefix(l.Path, "health") {
				paths = append(paths, l.Path)
			}
		}
		if !reflect.DeepEqual(paths, c.lost) {
			t.Errorf("%slost are %v, not %v", c.health, paths, c.lost)
		}
	}
}

// A file that listens where TLS is spoken, and does not, says so.
func TestNoTLS(t *testing.T) {
	const pool = "algorithm: round_robin\nendpoints: [{name: a, address: 'a:80'}]\n"
	for _, product := range export.Products() {
		for text, want := range map[string]string{
			"listen: ':443'\n": "listen",
			"listen: ':443'\ntls: {certificates: [{cert: a.pem, key: a.key}]}\n": "tls",
			"listen: ':443'\nupstream_tls: {}\n":                                 "upstream_tls",
		} {
			_, lost := write(t, product, parse(t, pool+text))
			if !slices.ContainsFunc(lost, func(l export.Loss) bool { return l.Path == want && strings.Contains(l.Why, "without") }) {
				t.Errorf("%s: %snot said: %s, but %v", product, text, want, lost)
			}
		}
		_, lost := write(t, product, parse(t, pool+"listen: ':443'\nlayer: l4\n"))
		if slices.ContainsFunc(lost, func(l export.Loss) bool { return l.Path == "listen" }) {
			t.Errorf("%s: connections are passed on as they come, TLS or not: %v", product, lost)
		}
	}
}
