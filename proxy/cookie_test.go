package proxy

import (
	"net/http"
	"strings"
	"testing"

	"lbsim/balancer"
	"lbsim/clock"
)

// A client keeps the server that its cookie names; a cookie that nobody here has signed
// is as if it were not there.
func TestAffinity(t *testing.T) {
	text, _ := servers(t, named("a"), named("b"), named("c"))
	r := start(t, "algorithm: rr\naffinity: {cookie: {name: S, ttl: 10m, secure: true, same_site: lax}}\n"+text)
	c := client(t)
	ask := func(cookie string) (body, set string) {
		q, _ := http.NewRequest("GET", r.url, nil)
		if cookie != "" {
			q.Header.Set("Cookie", cookie)
		}
		answer, err := c.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		b := make([]byte, 1)
		answer.Body.Read(b)
		return string(b), answer.Header.Get("Set-Cookie")
	}
	first, set := ask("")
	if !strings.HasSuffix(set, "; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax") {
		t.Errorf("Set-Cookie: %s", set)
	}
	cookie, _, _ := strings.Cut(set, ";")
	for range 5 {
		if body, set := ask(cookie); body != first || set != "" {
			t.Errorf("%s instead of %s, %q", body, first, set)
		}
	}
	forged := cookie[:len(cookie)-1] + "b"
	if first == "b" {
		forged = cookie[:len(cookie)-1] + "c"
	}
	for _, wrong := range []string{forged, "S=", "S=x", "S=x.y.z", "S=" + strings.Repeat(".", 50)} {
		if _, set := ask(wrong); set == "" {
			t.Errorf("%s is believed", wrong)
		}
	}
	if body, set := ask("S=x; " + cookie); body != first || set != "" {
		t.Error("of two cookies of one name the good one counts")
	}
	if err := r.Reload(read(t, "algorithm: rr\naffinity: {cookie: {name: S, ttl: 10m}}\n"+text)); err != nil {
		t.Fatal(err)
	}
	if body, set := ask(cookie); body != first || set != "" {
		t.Error("a reload forgets clients")
	}
}

// Whatever a client sends, reading it ends and only what was signed comes back.
func FuzzCookie(f *testing.F) {
	s := &signed{pool: "p", secret: []byte("0123456789abcdef")}
	good := balancer.Cookie{Endpoint: "a.b-1", Expires: clock.Time(1 << 60)}
	if got := s.read(s.value(good)); got != good {
		f.Errorf("%+v", got)
	}
	if other := (&signed{pool: "q", secret: s.secret}).read(s.value(good)); other.Endpoint != "" {
		f.Error("another pool's cookie is believed")
	}
	f.Add(s.value(good))
	f.Add("..")
	f.Fuzz(func(t *testing.T, text string) {
		if got := s.read(text); got.Endpoint != "" && s.value(got) != text {
			t.Errorf("%q is read as %+v", text, got)
		}
	})
}
