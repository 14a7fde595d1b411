package haproxy_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lbsim/config/foreign"
	"lbsim/config/foreign/parity"
	"lbsim/config/haproxy"
)

// shipped returns the configurations of testdata, in the styles that people use, and what
// their certificates need.
func shipped(t *testing.T) (paths []string) {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.cfg")
	if err != nil || len(paths) < 16 {
		t.Fatal(paths, err)
	}
	dir := t.TempDir()
	public, key := parity.Certificate(t, "site.example.com")
	text := append(public, key...)
	if err := os.WriteFile(filepath.Join(dir, "site.pem"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CERTS", dir)
	return append(paths, "testdata/conf.d")
}

// source is a file, or a folder.
func source(t *testing.T, path string) foreign.Source {
	t.Helper()
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return foreign.Source{Name: path, Root: os.DirFS(path)}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return foreign.Source{Name: path, Text: text}
}

// Of each configuration every directive is simulated or listed: of each line that HAProxy
// reads either nothing is left, because it became a setting, or it is in the list.
func TestNothingIsLost(t *testing.T) {
	simulated, listed := 0, 0
	for _, path := range shipped(t) {
		src := source(t, path)
		c, err := haproxy.Read(src)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		lines, lost := haproxy.Directives(src)
		for _, l := range lost {
			t.Errorf("%s is neither simulated nor listed", l)
		}
		whole := map[string]bool{}
		for _, x := range c.NotSimulated {
			if x.Text == "" || x.Why == "" || x.Place.Line == 0 {
				t.Errorf("%s: %+v", path, x)
			}
			whole[fmt.Sprint(x.Place.File, x.Place.Line)] = true
		}
		listed += len(whole)
		simulated += lines - len(whole)
	}
	if simulated < 250 || listed < 100 {
		t.Errorf("%d lines have become settings and %d are listed: the files are not what they were", simulated, listed)
	}
	t.Logf("%d lines have become settings alone, of %d something is listed", simulated, listed)
}

// The files are what they pretend to be: HAProxy takes them.
func TestAcceptedByHAProxy(t *testing.T) {
	paths := shipped(t)
	if !installed(t) {
		return
	}
	for _, path := range paths {
		if said, err := exec.Command("haproxy", "-c", "-f", path).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", path, err, said)
		}
	}
}

// What the file is told by its name, or by its sections.
func TestIs(t *testing.T) {
	for _, path := range shipped(t) {
		if src := source(t, path); src.Text != nil && !haproxy.Is("lb.conf", src.Text) {
			t.Errorf("%s is not known", path)
		}
	}
	for _, text := range []string{"", "http {\n upstream u {\n server a;\n}\n}\n", "algorithm: round_robin\nendpoints:\n- {name: a}\n", "static_resources:\n  clusters: []\n", "backend {\n}\n"} {
		if haproxy.Is("lb.conf", []byte(text)) {
			t.Errorf("%q is taken for HAProxy's", text)
		}
	}
}

// FuzzRead: whatever a file holds, it is read or it has an error with a place, and no line is
// lost.
func FuzzRead(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.cfg")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{"backend x\nserver a \"${A[*]}\" 'b\\' \\x41", "defaults a from a\nbackend b from a\nserver s :1\n", "frontend f\nuse_backend b if { }\nuse_backend b if { path /x } or !a b || { }\nbackend b\nserver a 1:1\n",
		"backend b\nserver-template s 1-4000 x:1 check cookie\ncookie \ncookie a b\nbalance hdr(\nhash-type\n", "\xff\xfeb\x00a\x00", ".if\n.else\nbackend x\n.endif\n.endif\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		src := foreign.Source{Name: "haproxy.cfg", Text: text}
		c, err := haproxy.Read(src)
		if (c == nil) == (err == nil) {
			t.Fatalf("%v and %v", c, err)
		}
		if err != nil {
			if !strings.HasPrefix(err.Error(), "haproxy.cfg:") {
				t.Fatal(err)
			}
			return
		}
		if _, lost := haproxy.Directives(src); len(lost) > 0 {
			t.Fatal(lost)
		}
	})
}

// A file that is cut anywhere is read, or has an error with a place.
func TestCutFiles(t *testing.T) {
	for _, path := range shipped(t) {
		src := source(t, path)
		for cut := range slices.Values([]int{1, 2, 3, 5, 7, 11, 13}) {
			for end := cut; end < len(src.Text); end += 97 {
				_, err := haproxy.Read(foreign.Source{Name: "haproxy.cfg", Text: src.Text[:end]})
				if err != nil && !strings.HasPrefix(err.Error(), "haproxy.cfg:") {
					t.Fatalf("%s up to %d: %v", path, end, err)
				}
			}
		}
	}
}
