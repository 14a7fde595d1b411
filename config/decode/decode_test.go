package decode

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		parse func(string) (float64, bool)
		text  string
		want  float64
	}{
		{ParseSeconds, "5ms", 0.005}, {ParseSeconds, "1.5s", 1.5}, {ParseSeconds, "1m30s", 90}, {ParseSeconds, "1h0.5m", 3630},
		{ParseSeconds, "0", 0}, {ParseSeconds, "333.3333333333ms", 0.3333333333333}, {ParseSeconds, "2us", 2e-6}, {ParseSeconds, "2µs", 2e-6},
		{ParseSeconds, "1e-3s", 0.001}, {ParseSeconds, "-3ms", -0.003}, {ParseSeconds, "1d", 86400}, {ParseSeconds, "7 ms", 0.007},
		{ParseRate, "400/s", 400}, {ParseRate, "400 rps", 400}, {ParseRate, "400rps", 400}, {ParseRate, "24000/min", 400},
		{ParseRate, "3600/h", 1}, {ParseRate, "0.5/ms", 500},
		{ParseShare, "5%", 0.05}, {ParseShare, "0.05", 0.05}, {ParseShare, "74%", 0.74}, {ParseShare, "120%", 1.2},
		{ParseSize, "64MiB", 64 << 20}, {ParseSize, "1kB", 1000}, {ParseSize, "0", 0},
	} {
		if got, ok := c.parse(c.text); !ok || got != c.want {
			t.Errorf("%s: got %v, %v, want %v", c.text, got, ok, c.want)
		}
	}
	for _, text := range []string{"", "5", "ms", "5 m s", "5mm", "NaNs", "Infs", "0x5s", "1_000s", "1e999s", "--5s", "1m-30s", "5ms5", "1..5s"} {
		if got, ok := ParseSeconds(text); ok {
			t.Errorf("the duration %q is taken as %v", text, got)
		}
	}
	for _, text := range []string{"", "400", "400/x", "/s", "inf/s", "nan rps", "400/s/s"} {
		if got, ok := ParseRate(text); ok {
			t.Errorf("the rate %q is taken as %v", text, got)
		}
	}
}

// TestFormatReadsBack: what is written reads as the same number, to the last bit.
func TestFormatReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(0, 1e9).Draw(t, "x")
		if got, ok := ParseSeconds(FormatSeconds(x)); !ok || got != x {
			t.Errorf("%v seconds are written %s and read %v", x, FormatSeconds(x), got)
		}
		if got, ok := ParseRate(FormatRate(x)); !ok || got != x {
			t.Errorf("%v a second is written %s and read %v", x, FormatRate(x), got)
		}
		d := time.Duration(rapid.Int64Range(0, int64(longest)).Draw(t, "d"))
		s, ok := ParseSeconds(FormatSeconds(d.Seconds()))
		if got := time.Duration(math.Round(s * 1e9)); !ok || math.Abs(float64(got-d)) > float64(d)*1e-15 {
			t.Errorf("%v is written %s and read %v", d, FormatSeconds(d.Seconds()), got)
		}
	})
	for s, want := range map[float64]string{0: "0s", 0.005: "5ms", 600: "600s", 2e-6: "2us", 1.5: "1.5s"} {
		if got := FormatSeconds(s); got != want {
			t.Errorf("%v: got %s, want %s", s, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"arrivals", "classes", "keys", "round_robin", "rr", "lc"}
	for word, want := range map[string]string{
		"arivals": "arrivals", "arrivlas": "arrivals", "Classes": "classes", "kyes": "keys", "roundrobin": "round_robin",
		"r": "rr", "ll": "lc", "banana": "", "": "", strings.Repeat("x", 1000): "",
	} {
		if got := Nearest(word, known); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}

// TestDistance holds the edit distance to the plain recursion it tabulates.
func TestDistance(t *testing.T) {
	var slow func(a, b string) int
	slow = func(a, b string) int {
		if a == "" || b == "" {
			return len(a) + len(b)
		}
		last, before := len(a)-1, len(b)-1
		change := 1
		if a[last] == b[before] {
			change = 0
		}
		d := min(slow(a[:last], b)+1, slow(a, b[:before])+1, slow(a[:last], b[:before])+change)
		if last > 0 && before > 0 && a[last] == b[before-1] && a[last-1] == b[before] {
			d = min(d, slow(a[:last-1], b[:before-1])+1)
		}
		return d
	}
	word := rapid.StringMatching(`[abc]{0,5}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if got, want := distance(a, b), slow(a, b); got != want {
			t.Errorf("%q, %q: got %d, want %d", a, b, got, want)
		}
	})
}

// TestParseRefuses gives files that would take for ever, or are none.
func TestParseRefuses(t *testing.T) {
	bomb := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		before := string(c - 1)
		bomb += fmt.Sprintf("%c: &%c [*%s, *%s, *%s, *%s, *%s, *%s, *%s, *%s, *%s, *%s]\n", c, c, before, before, before, before, before, before, before, before, before, before)
	}
	for _, c := range []struct{ text, want string }{
		{"", "f: is empty"},
		{"# nothing\n", "f: is empty"},
		{"a: [", "f:1:1: is not YAML: did not find expected node content"},
		{"a: 1\n---\nb: 2\n", "a second document begins here"},
		{"a: &a [*a]", "f:1:"},
		{bomb, "aliases expanded"},
		{strings.Repeat("[", 1000) + strings.Repeat("]", 1000), "nested more than 64 deep"},
		{strings.Repeat("x", maxBytes+1), "f: is larger than 4 MiB"},
	} {
		_, err := Parse("f", strings.NewReader(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: got %v, want %s", c.text, err, c.want)
		}
	}
}

// TestAliases: a value that is written once and used twice is two values, so that
// changing one leaves the other.
func TestAliases(t *testing.T) {
	d, err := Parse("f", strings.NewReader("a: &x {k: 1}\nb: *x\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Set("a.k", "2", Language{Paths: []string{"a.k"}}); err != nil {
		t.Fatal(err)
	}
	if a, b := d.Root().At("a.k").Text(), d.Root().At("b.k").Text(); a != "2" || b != "1" {
		t.Errorf("a.k is %s and b.k is %s", a, b)
	}
}

// TestProblemsInOrder: by line and column, each once, and not without end.
func TestProblemsInOrder(t *testing.T) {
	d, err := Parse("f", strings.NewReader("a: 1\nb: 2\nc: [3, 4]\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"c[1]", "c[0]", "b", "a", "a"} {
		d.Root().At(path).Fail("is wrong")
	}
	const want = "f:1:4: a = 1: is wrong\nf:2:4: b = 2: is wrong\nf:3:5: c[0] = 3: is wrong\nf:3:8: c[1] = 4: is wrong"
	if got := d.Err().Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for i := range 500 {
		d.Root().At("a").Fail("is wrong in way %d", i)
	}
	if lines := strings.Split(d.Err().Error(), "\n"); len(lines) != maxProblems+1 || lines[maxProblems] != "f: and 404 more" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

// FuzzParse: whatever a file holds, reading it ends, without a panic.
func FuzzParse(f *testing.F) {
	f.Add("a: {b: [1, 2]}", "a.b[0]", "3")
	f.Add("a: &a [*a]", "a", "{")
	f.Add("algorithm: rr", "algorithm.x", "1")
	f.Fuzz(func(t *testing.T, text, path, value string) {
		d, err := Parse("f", strings.NewReader(text))
		if err != nil {
			return
		}
		lang := Language{Paths: []string{"a", "a.b", "a.b[]"}, Wrap: map[string]string{"algorithm": "name"}, Exclusive: [][]string{{"a", "b"}}}
		if err := d.Clone().Set(path, value, lang); err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
		v := d.Root().At(path)
		v.Fail("is wrong")
		if d.Err() == nil {
			t.Error("a problem is gone")
		}
	})
}

// A form that is filled in in part is read as if what is empty were not there; an empty
// list or text is an answer.
func TestDropEmpty(t *testing.T) {
	doc, err := Parse("form", strings.NewReader("a:\nb: {c: , d: {e: }}\nf: {g: 1, h: }\ni: []\nj: [null, 2]\nk: \"\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	doc.DropEmpty()
	root := doc.Root()
	if got := strings.Join(root.Keys(), " "); got != "f i j k" {
		t.Errorf("left: %s", got)
	}
	if got := strings.Join(root.Get("f").Keys(), " "); got != "g" || root.Get("j").Len() != 1 {
		t.Errorf("left of f: %s, of j: %d", got, root.Get("j").Len())
	}
}
