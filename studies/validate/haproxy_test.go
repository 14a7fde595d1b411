package validate_test

import (
	"slices"
	"strings"
	"testing"

	"lbsim/config/foreign"
	"lbsim/config/haproxy"
	"lbsim/studies/validate"
)

// What is found in HAProxy's files, by what HAProxy does with them.
func TestHAProxy(t *testing.T) {
	const tcp = "defaults\n mode tcp\n timeout server 1h\nfrontend f\n bind :1\n default_backend b\nbackend b\n"
	const http = "defaults\n mode http\n timeout server 9s\nbackend b\n option httpchk GET /up\n balance leastconn\n"
	const pair = " server x 10.0.0.1:80 check\n server y 10.0.0.2:80 check\n"
	for _, c := range []struct {
		name, text string
		found      []string
	}{
		{"connections are not sent again, whatever retry-on says", tcp + " balance leastconn\n retry-on all-retryable-errors\n" + pair, nil},
		{"failures to connect alone, as by default", http + " retries 3\n" + pair, nil},
		{"failures to connect alone, as it says", http + " retries 3\n retry-on conn-failure\n" + pair, nil},
		{"resets once more", http + " retries 1\n retry-on conn-failure empty-response\n http-request disable-l7-retry unless METH_GET\n" + pair, nil},
		{"resets again and again", http + " retries 2\n retry-on conn-failure empty-response\n http-request disable-l7-retry unless METH_GET\n" + pair, []string{"LB011"}},
		{"one server that is checked seldom", http + pair + " server z 10.0.0.3:80 check inter 30s fall 5\n", []string{"LB002"}},
		{"nobody looks", tcp + " balance leastconn\n server x 10.0.0.1:80\n server y 10.0.0.2:80\n", []string{"LB001"}},
	} {
		cfg, err := haproxy.Read(foreign.Source{Name: "haproxy.cfg", Text: []byte(c.text)})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var found []string
		for _, f := range validate.Check(validate.Of("haproxy.cfg", cfg, nil)).Findings {
			found = append(found, f.ID)
			if f.ID == "LB001" && !strings.HasPrefix(f.Instead, "check at each server line, and where") {
				t.Errorf("%s: instead: %s", c.name, f.Instead)
			}
		}
		if !slices.Equal(found, c.found) {
			t.Errorf("%s: %v, want %v", c.name, found, c.found)
		}
	}
}
