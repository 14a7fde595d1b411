package validate

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/config/foreign"
)

// Comments of any format are read the same way, each about its line or the next.
func TestDirectives(t *testing.T) {
	for _, c := range []struct {
		text string
		want []ignoring
	}{
		{"a: 1 # lbsim:ignore LB001 because", []ignoring{{at: decode.Place{File: "f", Line: 1, Column: 6}, line: 1, id: "LB001", reason: "because"}}},
		{"# lbsim:ignore LB001 because\n\n# more\n\tserver 10.0.0.1;\n", []ignoring{{at: decode.Place{File: "f", Line: 1, Column: 1}, line: 4, id: "LB001", reason: "because"}}},
		{"\t#lbsim:ignore no-drain  we never deploy \r\nx", []ignoring{{at: decode.Place{File: "f", Line: 1, Column: 2}, line: 2, id: "no-drain", reason: "we never deploy"}}},
		{"# lbsim:ignore LB001 a\n# lbsim:ignore LB002 b\nx", []ignoring{
			{at: decode.Place{File: "f", Line: 1, Column: 1}, line: 3, id: "LB001", reason: "a"}, {at: decode.Place{File: "f", Line: 2, Column: 1}, line: 3, id: "LB002", reason: "b"}}},
		{"x # lbsim:ignore LB011 LB012 we may", []ignoring{
			{at: decode.Place{File: "f", Line: 1, Column: 3}, line: 1, id: "LB011", reason: "we may"}, {at: decode.Place{File: "f", Line: 1, Column: 3}, line: 1, id: "LB012", reason: "we may"}}},
		{"x # lbsim:ignore LB011,no-drain , LB01x: we may", []ignoring{
			{at: decode.Place{File: "f", Line: 1, Column: 3}, line: 1, id: "LB011", reason: "we may"}, {at: decode.Place{File: "f", Line: 1, Column: 3}, line: 1, id: "no-drain", reason: "we may"},
			{at: decode.Place{File: "f", Line: 1, Column: 3}, line: 1, id: "LB01x", reason: "we may"}}},
		{"x # lbsim:ignore", []ignoring{{at: decode.Place{File: "f", Line: 1, Column: 3}, line: 1}}},
		{"# lbsim:ignores LB001 x\nlbsim:ignore LB001 x\nhttp://x/#lbsim:ignore LB001 x", nil},
		{"# lbsim:ignore LB001 the last line", []ignoring{{at: decode.Place{File: "f", Line: 1, Column: 1}, line: 2, id: "LB001", reason: "the last line"}}},
	} {
		if got := directives("f", c.text); !slices.Equal(got, c.want) {
			t.Errorf("%q: %+v, want %+v", c.text, got, c.want)
		}
	}
}

// A comment about a lint that finds more in a world is not held to be needless without one.
func TestIgnoreWithoutAWorld(t *testing.T) {
	const text = `algorithm: least_connections
endpoints: [{name: a, address: "10.0.0.1:80"}, {name: b, address: "10.0.0.2:80"}] # lbsim:ignore LB025 there is no money
health: {active: {path: /up}} # lbsim:ignore LB002 is quick
timeouts: {request: 30s}
drain: {}
`
	findings := check(t, text)
	if len(findings) != 1 || findings[0].ID != "LB030" || findings[0].Line != 3 {
		t.Errorf("%+v", findings)
	}
}

// Another product's configuration has its places, comments and remarks in its own files, and
// the cure in its own words.
func TestForeign(t *testing.T) {
	b, err := config.Read("", strings.NewReader(`
pools:
  u: {endpoints: [{name: a, address: "10.0.0.1:80"}, {name: b, address: "10.0.0.2:80"}]}
  v: {endpoints: [{name: c, address: "10.0.0.3:80"}, {name: d, address: "10.0.0.4:80"}]}
routes: [{match: {host: u.example}, pool: u}, {pool: v}]
algorithm: round_robin
timeouts: {request: 60s}
`))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{
		"nginx.conf":    "include conf.d/*;\nsendfile on;\n",
		"conf.d/u.conf": "# lbsim:ignore LB001 u is a mock\nupstream u {\n}\nupstream v {\n}\n",
	}
	r := Check(Of("nginx.conf", &foreign.Config{Product: "nginx", Balancer: b, Places: map[string]decode.Place{
		"":        {File: "nginx.conf", Line: 1, Column: 1},
		"pools.u": {File: "conf.d/u.conf", Line: 2, Column: 1},
		"pools.v": {File: "conf.d/u.conf", Line: 4, Column: 1},
	}, NotSimulated: []foreign.Remark{{Place: decode.Place{File: "nginx.conf", Line: 2, Column: 1}, Text: "sendfile on;", Why: "how files are sent"}}}, texts))
	if len(r.Findings) != 2 {
		t.Fatalf("%+v", r.Findings)
	}
	u, v := r.Findings[0], r.Findings[1]
	if u.ID != "LB001" || u.Ignored != "u is a mock" || u.Pool != "u" || v.ID != "LB001" || v.Counts() != true || v.File != "conf.d/u.conf" || v.Line != 4 || v.Pool != "v" || v.Path != "pools.v.health" {
		t.Errorf("%+v\n%+v", u, v)
	}
	if !strings.HasPrefix(v.Instead, "max_fails=3 ") {
		t.Errorf("instead: %s", v.Instead)
	}
	if len(r.NotSimulated) != 1 || r.NotSimulated[0] != (NotSimulated{"nginx.conf", 2, 1, "sendfile on;", "how files are sent"}) {
		t.Errorf("%+v", r.NotSimulated)
	}
	if r.Worst() != Error || r.Count(Error) != 1 {
		t.Errorf("worst %s, %d errors", r.Worst(), r.Count(Error))
	}
}

// A baseline knows findings again wherever their lines and numbers have gone, and nothing
// else.
func TestBaseline(t *testing.T) {
	const before = `algorithm: least_connections
timeouts: {request: 30s}
endpoints: [{name: a, address: "10.0.0.1:80"}, {name: b, address: "10.0.0.2:80"}]
health: {active: {path: /up, interval: 60s}}
drain: {}
`
	after := "# moved\n\n" + strings.NewReplacer("interval: 60s", "interval: 70s", "drain: {}\n", "").Replace(before)
	report := func(text string) []*Report {
		s, err := Read("lb.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return []*Report{Check(s)}
	}
	b := BaselineOf("known.json", report(before))
	if len(b.Findings) != 1 || b.Findings[0].ID != "LB002" {
		t.Fatalf("%+v", b)
	}
	now := report(after)
	if mended := b.Apply(now); len(mended) != 0 {
		t.Errorf("mended: %+v", mended)
	}
	for _, f := range now[0].Findings {
		if f.Known != (f.ID == "LB002") {
			t.Errorf("%s: known %t", describe(f), f.Known)
		}
	}
	if worst := now[0].Worst(); worst != Warning {
		t.Errorf("worst %q", worst)
	}
	good := report(strings.Replace(before, ", interval: 60s", "", 1))
	if mended := b.Apply(good); len(mended) != 1 || mended[0].ID != "LB002" {
		t.Errorf("mended: %+v", mended)
	}
}

// A baseline knows files by where they are from its own folder, however they are typed, and
// what it knows of files that nobody looked at is neither gone nor lost.
func TestBaselineOfOtherFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	const text = "algorithm: least_connections\nendpoints: [{name: a, address: \"10.0.0.1:80\"}, {name: b, address: \"10.0.0.2:80\"}]\ndrain: {}\ntimeouts: {request: 5s}\n"
	report := func(name string) *Report {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := Read(name, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return Check(s)
	}
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	b := BaselineOf("ci/known.json", []*Report{report("a/lb.yaml")})
	if len(b.Findings) != 1 || b.Findings[0].File != "../a/lb.yaml" {
		t.Fatalf("%+v", b.Findings)
	}
	for _, name := range []string{"a/lb.yaml", "./a/../a/lb.yaml", filepath.Join(here, "a/lb.yaml")} {
		r := report(name)
		if gone := b.Apply([]*Report{r}); len(gone) > 0 || !r.Findings[0].Known {
			t.Errorf("%s: %+v, gone: %+v", name, r.Findings, gone)
		}
	}
	other := report("b/lb.yaml")
	if gone := b.Apply([]*Report{other}); len(gone) > 0 || other.Findings[0].Known {
		t.Errorf("of another file: %+v, gone: %+v", other.Findings, gone)
	}
	both := BaselineOf("ci/known.json", []*Report{other})
	if kept := both.Keep(b, []*Report{other}); kept != 1 || len(both.Findings) != 2 {
		t.Errorf("kept %d: %+v", kept, both.Findings)
	}
	if kept := both.Keep(b, []*Report{report("a/lb.yaml")}); kept != 0 {
		t.Errorf("kept %d of what was looked at", kept)
	}
}
