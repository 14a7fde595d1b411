package nginx

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lbsim/config"
	"lbsim/config/foreign"
)

var update = flag.Bool("update", false, "rewrite what the files of testdata come to; look at the difference")

// real returns the configurations in the styles that people use.
func real(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.conf", "*/nginx.conf", "*.txt"} {
		some, err := filepath.Glob("testdata/real/" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, some...)
	}
	if len(all) < 12 {
		t.Fatal(len(all), "configurations")
	}
	return all
}

func source(t testing.TB, file string) foreign.Source {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return foreign.Source{Name: filepath.Base(file), Text: text, Root: os.DirFS(filepath.Dir(file))}
}

// Every configuration comes to what stands beside it, and lbsim reads that as the same.
func TestRealConfigurations(t *testing.T) {
	for _, file := range real(t) {
		t.Run(file, func(t *testing.T) {
			src := source(t, file)
			if !Is(src.Name, src.Text) {
				t.Error("is not taken for nginx's")
			}
			cfg, err := Read(src)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := cfg.Write(&got); err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, filepath.Ext(file)) + ".yaml"
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got.String(), want)
			}
			same(t, cfg, got.Bytes())
		})
	}
}

// same wants a file to say what a configuration says, but for the frontends.
func same(t *testing.T, cfg *foreign.Config, file []byte) {
	t.Helper()
	again, err := config.Read("lb.yaml", bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	again.Frontends = cfg.Balancer.Frontends
	a, _ := json.Marshal(cfg.Balancer.Document())
	b, _ := json.Marshal(again.Document())
	if !bytes.Equal(a, b) {
		t.Errorf("reads as\n%s\nwant\n%s", b, a)
	}
}

// Every directive is either simulated or listed, or within one that is listed with all
// that is in it. Remarks name directives that are there.
func TestNothingIsLost(t *testing.T) {
	for _, file := range real(t) {
		src := source(t, file)
		r := newReader(src)
		if err := r.parse(); err != nil {
			t.Fatal(err)
		}
		cfg, err := r.read()
		if err != nil {
			t.Fatal(file, err)
		}
		at := map[string]bool{}
		for _, x := range cfg.NotSimulated {
			at[x.Place.String()] = true
		}
		made, told := 0, 0
		var count func(all []*directive)
		count = func(all []*directive) {
			for _, d := range all {
				switch {
				case d.fate == simulated:
					made++
				case d.fate == listed && at[d.at.String()]:
					told++
				default:
					t.Errorf("%v: %s is lost", d.at, d.text())
				}
				if !opaque(d) {
					count(d.block)
				}
			}
		}
		count(r.top)
		if made == 0 || told == 0 {
			t.Errorf("%s: %d directives are simulated and %d listed", file, made, told)
		}
		for _, x := range cfg.NotSimulated {
			if x.Why == "" || x.Text == "" || x.Place.Line == 0 {
				t.Errorf("%s: an empty remark: %+v", file, x)
			}
		}
	}
}

// FuzzRead wants that no text stops the reader, and that what it makes can be written and
// read again.
func FuzzRead(f *testing.F) {
	for _, file := range []string{"gateway", "canary", "ingress", "php", "stream", "sni", "plus", "tengine"} {
		f.Add(source(f, "testdata/real/"+file+".conf").Text)
	}
	f.Add([]byte("upstream \"a b\" { server unix:/x; server [::1]:80 weight=3 down; hash \"$a${b}\" consistent; } server { location ~ \"^/(a|b)\" { proxy_pass http://\"a; } }"))
	f.Fuzz(func(t *testing.T, text []byte) {
		cfg, err := Read(foreign.Source{Name: "f", Text: text})
		if err != nil {
			if !strings.Contains(err.Error(), "f:") {
				t.Fatalf("no place: %v", err)
			}
			return
		}
		var out bytes.Buffer
		if err := cfg.Write(&out); err != nil {
			t.Fatal(err)
		}
		same(t, cfg, out.Bytes())
	})
}
