package nginx

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"lbsim/config/foreign"
)

// tree is a root of included files.
func tree(files map[string]string) fs.FS {
	root := fstest.MapFS{}
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}

// What is wrong is said with its line, all at once but for the syntax.
func TestMistakes(t *testing.T) {
	const good = "upstream u { server 10.0.0.1; server 10.0.0.2; } server { location / { proxy_pass http://u; } }\n"
	root := map[string]string{"a.conf": "include b.conf;", "b.conf": "include a.conf;", "deep/c.conf": "proxy_pas http://u;"}
	for _, c := range []struct{ text, want string }{
		{"upstream u {\n  server 10.0.0.1\n}\n", "f:2:3: server has no ; at its end: } follows"},
		{"upstream u {\n  server 10.0.0.1;\n", "f:1:1: the block upstream that begins here is never closed"},
		{"http {\n}\n}\n", "f:3:1: unexpected }: no block is open"},
		{"events { ; }", "f:1:10: unexpected ;: a directive must begin here"},
		{"user \"x;\nevents {}", "f:1:6: the \" that opens here is never closed"},
		{"user \"x\"y;", `f:1:9: unexpected 'y' behind a closing quote`},
		{"user " + strings.Repeat("x", 5000) + ";", "f:1:6: a word of more than 4096 bytes begins here"},
		{"content_by_lua_block {\n  local a = '}'\n", "f:1:23: the block of Lua that begins here is never closed"},
		{strings.Repeat("http { ", 70), "f:1:449: blocks are nested more than 64 deep"},
		{"\xff\xfeu\x00", "f:1:1: is UTF-16"},
		{"\xef\xbb\xbfuser x;", "f:1:1: begins with a byte order mark"},
		{"user x;\nuser \x00;", "f:2:1: holds an octet 0"},
		{" # nothing\n", "f:1:1: holds no directive"},
		{"user x;", "f:1:1: leads to no server"},
		{"include a.conf;", "b.conf:1:1: include a.conf: the file includes itself"},
		{"include gone.conf;", "f:1:1: include gone.conf: there is no such file"},
		{good + "include deep/c.conf;", "deep/c.conf:1:1 = proxy_pas http://u;: unknown directive: did you mean proxy_pass?"},
		{"upstream u { server 10.0.0.1; }\nserver { location / {\n proxy_pass http://u\n proxy_connect_timeout 2s; } }",
			`f:3:2 = proxy_pass http://u proxy_connect_timeout 2s;: invalid number of arguments in "proxy_pass" directive: it takes 1, and there are 3: is a ; missing before proxy_connect_timeout?`},
		{"server { listen; location / { proxy_pass http://10.0.0.1; } }", `f:1:10 = listen;: invalid number of arguments in "listen" directive: it takes 1 or more, and there are 0`},
		{"upstream u { hash a b c; server 10.0.0.1; }", `invalid number of arguments in "hash" directive: it takes 1 to 2, and there are 3`},
		{"upstream u { least_con; server 10.0.0.1; }", "f:1:14 = least_con;: unknown directive: did you mean least_conn?"},
		{"upstream u { server 10.0.0.1 wieght=2; }", "f:1:14 = server 10.0.0.1 wieght=2;: unknown parameter wieght=2: did you mean weight=?"},
		{"upstream u { server 10.0.0.1 weight=0; }", "f:1:14 = server 10.0.0.1 weight=0;: 0 must be a whole number from 1"},
		{"upstream u { server 10.0.0.1 fail_timeout=x; }", "x must be a time such as 10s"},
		{"upstream u { }", "f:1:1 = upstream u {…}: no servers are inside the upstream"},
		{good + "upstream u { server 10.0.0.9; }", "f:2:1 = upstream u {…}: a second upstream of this name: the first is at f:1:1"},
		{"upstream u { ip_hash; server 10.0.0.1; server 10.0.0.2 backup; }", "f:1:40 = server 10.0.0.2 backup;: ip_hash does not support backup"},
		{"upstream u { server 10.0.0.1 backup; }", "no server of the upstream is not a backup"},
		{"upstream u { hash $uri consistant; server 10.0.0.1; }", "did you mean consistent?"},
		{"upstream u { server 10.0.0.1; } server { location / { proxy_next_upstream eror; proxy_pass http://u; } }", "unknown condition eror: did you mean error?"},
		{"upstream u { server 10.0.0.1; } server { location / { limit_req zone=x; proxy_pass http://u; } }", "there is no limit_req_zone x"},
		{"limit_req_zone $binary_remote_addr zone=x:1m rate=5; " + strings.ReplaceAll(good, "location / {", "location / { limit_req zone=x;"), "5 must be a rate such as 10r/s or 30r/m"},
		{"server { location { proxy_pass http://10.0.0.1; } }", "a location has a path"},
		{"server { location / { proxy_pass http://10.0.0.1:0; } }", "0 is no port"},
		{"split_clients $uri $v { 150% a; * a; } server { location / { proxy_pass http://$v; } }", "must be a share such as 5%, or *"},
		{"worker_processes many; " + good, "must be a number from 1, or auto"},
	} {
		_, err := Read(foreign.Source{Name: "f", Text: []byte(c.text), Root: tree(root)})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.80q\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

// A configuration that is larger than any is refused at a line, without being taken in.
func TestTooMuch(t *testing.T) {
	line := "# " + strings.Repeat("x", 97) + "\n"
	for _, c := range []struct{ text, want string }{
		{strings.Repeat(line, 500_000), "f:83887:1: the configuration is longer than 8 MiB"},
		{strings.Repeat("a;", 300_000), "f:1:400001: there are more than 200000 directives"},
		{"a" + strings.Repeat(" b", 300_000), "f:1:20003: a has more than 10000 arguments"},
		{strings.Repeat("{", 1<<20), "f:1:1: unexpected {"},
		{"upstream u {\n" + repeat(110_000, "server 10.0.0.1:%d;\n") + "}", "f:1:1: in lbsim's words: is larger than 4 MiB"},
		{many["hosts"], "f:10001:41 = location / {…}: there are more than 9999 routes"},
		{many["mistakes"], "f:92:1 = sevrer_nam90 x;: more than 90 words up to here are no directives: is this a configuration of nginx?"},
	} {
		_, err := Read(foreign.Source{Name: "f", Text: []byte(c.text)})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.20q… got %v, want %s", c.text, err, c.want)
		}
	}
	many := tree(map[string]string{"a.conf": strings.Repeat("include b.conf;\n", 3000), "b.conf": "user x;"})
	if _, err := Read(foreign.Source{Name: "f", Text: []byte("include a.conf;"), Root: many}); err == nil || !strings.Contains(err.Error(), "a.conf:2000:1: more than 2000 files are included") {
		t.Error(err)
	}
}

// Cut anywhere, a configuration is read or refused at a line.
func TestCutAnywhere(t *testing.T) {
	for _, file := range []string{"testdata/real/gateway.conf", "testdata/real/canary.conf", "testdata/real/sni.conf"} {
		src := source(t, file)
		whole := src.Text
		for n := range whole {
			src.Text = whole[:n]
			if _, err := Read(src); err != nil && !strings.HasPrefix(err.Error(), src.Name+":") {
				t.Fatalf("%s, cut at %d: %v", file, n, err)
			}
		}
	}
}
