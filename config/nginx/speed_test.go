package nginx

import (
	"fmt"
	"strings"
	"testing"

	"lbsim/config/foreign"
)

// repeat is a text of n lines that differ by their number.
func repeat(n int, line string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, line, i)
	}
	return b.String()
}

// many are configurations of very many of one thing each, with a mistake in the last of them,
// so that all of it is looked at.
var many = map[string]string{
	"upstreams": "http {\n" + repeat(9000, "upstream u%[1]d { server 10.0.0.1; server 10.0.0.2; }\n") +
		"server {\n" + repeat(9000, "location /p%[1]d/ { proxy_pass http://u%[1]d; }\n") + "location /z { proxy_read_timeout x; proxy_pass http://u1; } } }\n",
	"servers": "upstream u {\n" + repeat(100_000, "server 10.0.0.1:%d;\n") + "server 10.0.0.1 weight=x; }\nserver { location / { proxy_pass http://u; } }\n",
	"names": "upstream u { server 10.0.0.1; server 10.0.0.2; }\n" + repeat(9000, "server { server_name h%d.example.com; location / { proxy_pass http://u; } }\n") +
		"server { server_name z; location / { limit_req zone=z; proxy_pass http://u; } }\n",
	"hosts": "upstream u { server 10.0.0.1; server 10.0.0.2; }\n" + repeat(40_000, "server { server_name h%d.example.com; location / { proxy_pass http://u; } }\n"),
	"values": "upstream u { server 10.0.0.1; server 10.0.0.2; }\nmap $host $b { default u;\n" + repeat(100_000, "h%d.example.com u;\n") +
		"}\nserver { location / { proxy_pass http://$b; proxy_read_timeout x; } }\n",
	"mistakes": "upstream u { server 10.0.0.1; }\n" + repeat(60_000, "sevrer_nam%d x;\n"),
	"expressions": "upstream u { server 10.0.0.1; server 10.0.0.2; }\nserver {\n" +
		repeat(30_000, "location ~ ^/(a|b)%d/ { proxy_pass http://u; }\n") + "location / { proxy_read_timeout x; proxy_pass http://u; } }\n",
}

// How long it takes to refuse what is large and wrong.
func BenchmarkRefusal(b *testing.B) {
	for name, text := range many {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, err := Read(foreign.Source{Name: "f", Text: []byte(text)}); err == nil {
					b.Fatal("it was read")
				}
			}
		})
	}
}
