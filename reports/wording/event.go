package wording

import (
	"fmt"
	"strings"

	"lbsim/studies/result"
)

// Happened says in words what happened to servers: "crash api-1", "down 4 servers", "scale
// api to 8". The detail of an event says so itself where it begins with what happened.
func Happened(kind string, servers []string, detail string) string {
	what := strings.ReplaceAll(kind, "_", " ")
	switch {
	case len(servers) < 2 && strings.HasPrefix(detail, what+" "):
		return detail
	case len(servers) > 2:
		return fmt.Sprintf("%s %d servers", what, len(servers))
	case len(servers) > 0 && servers[0] != "":
		return what + " " + strings.Join(servers, ", ")
	case detail != "" && detail != result.ByBalancer:
		return what + " " + detail
	}
	return what
}
