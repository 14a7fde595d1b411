package fit

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// Nothing of a log's text comes out but words that many clients asked for: no address, no
// token, no name, no query, nor a hash of them.
func TestNothingOfTheLogComesOut(t *testing.T) {
	var log strings.Builder
	for i := range 3000 {
		path := []string{"/shop/cart", "/reset/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9x", "/users/bob.secretson@example.com/inbox", "/k/4111111111111111", "/team/mallory"}[i%5]
		if i%5 == 4 {
			path += strings.Repeat("y", i%3)
		}
		// A name behind /team is asked for by one client each; /shop/cart by all.
		client := fmt.Sprintf("203.0.113.%d", i%97)
		if i%5 == 4 {
			client = "203.0.113.250"
		}
		fmt.Fprintf(&log, "%s - topsecretuser [01/Mar/2026:12:%02d:%02d +0000] \"GET %s?token=hunter2 HTTP/1.1\" 200 5 \"https://intranet.example/plans\" \"Agent/7\" msec=%d.%03d rt=0.0%02d urt=0.0%02d ua=198.51.100.9:8080\n",
			client, i/600, i/10%60, path, 1772366400+i/10, i%10*100, 10+i%7, 10+i%7)
	}
	log.WriteString("a broken line with hunter2 in it\n")
	r, err := Run(t.Context(), Question{File: "access.log", Log: strings.NewReader(log.String())})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	scenario, err := json.Marshal(r.Scenario(""))
	if err != nil {
		t.Fatal(err)
	}
	out := string(text) + string(scenario)
	for _, secret := range []string{"203.0.113", "topsecretuser", "hunter2", "token", "eyJ", "bob", "secretson", "4111", "mallory", "intranet", "Agent", "198.51.100", "8080"} {
		if strings.Contains(out, secret) {
			t.Errorf("%s is in what comes out", secret)
		}
	}
	for _, word := range []string{"get-shop-cart", "broken_lines", "does not have the format"} {
		if !strings.Contains(out, word) {
			t.Errorf("%s is not in what comes out", word)
		}
	}
	if r.Log.Broken != 1 || r.Log.Shown[0].Line != 3001 {
		t.Errorf("%+v", r.Log)
	}
}
