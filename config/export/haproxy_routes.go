package export

import (
	"fmt"
	"strings"

	"lbsim/balancer"
	"lbsim/config"
)

// haproxyRoutes writes the rules of the frontend.
func (w *writer) haproxyRoutes() {
	if len(w.b.Routes) == 0 {
		w.line("    default_backend %s", w.b.All()[0].Name)
		return
	}
	for i, r := range w.routes() {
		w.loseRoute(&r)
		conditions := w.haproxyMatch(i, &r.Match)
		if r.Pool != "" {
			if conditions == "" {
				w.line("    default_backend %s", r.Pool)
				return // what follows gets nothing
			}
			w.line("    use_backend %s if %s", r.Pool, conditions)
			continue
		}
		w.haproxySplit(&r, conditions)
		if conditions == "" {
			return
		}
	}
}

// haproxySplit writes a branch after the other, each with its share of what is left.
func (w *writer) haproxySplit(r *config.Route, conditions string) {
	const parts = 10_000
	left := 1.0
	for i, branch := range r.Split {
		last := i == len(r.Split)-1
		switch share := int(branch.Share/left*parts + 0.5); {
		case last && conditions == "":
			w.line("    default_backend %s", branch.Pool)
		case last:
			w.line("    use_backend %s if %s", branch.Pool, conditions)
		case share > 0:
			w.line("    use_backend %s if %s", branch.Pool, strings.TrimSpace(fmt.Sprintf("%s { rand(%d) lt %d }", conditions, parts, share)))
		}
		left -= branch.Share
		if left <= 0 {
			left = 1
		}
	}
}

// haproxyMatch is what a route wants as conditions; acls of its own stand before.
func (w *writer) haproxyMatch(i int, m *config.Match) string {
	var all []string
	host := "hdr(host)"
	if w.b.Layer == balancer.L4 {
		host = "req.ssl_sni"
	}
	switch tail, below := strings.CutPrefix(m.Host, "*"); {
	case below && host == "req.ssl_sni":
		all = append(all, fmt.Sprintf("{ req.ssl_sni -m end -i %s }", tail))
	case below:
		all = append(all, fmt.Sprintf("{ hdr_end(host) -i %s }", tail))
	case m.Host != "":
		all = append(all, fmt.Sprintf("{ %s -i %s }", host, m.Host))
	}
	if m.Path != "" {
		all = append(all, fmt.Sprintf("{ path %s }", quote(m.Path)))
	}
	if m.PathBegins != "" {
		all = append(all, fmt.Sprintf("{ path_beg %s }", quote(m.PathBegins)))
	}
	if prefix := strings.TrimSuffix(m.PathPrefix, "/"); prefix != "" {
		w.line("    acl below-%d path %s", i, quote(prefix))
		w.line("    acl below-%d path_beg %s", i, quote(prefix+"/"))
		all = append(all, fmt.Sprintf("below-%d", i))
	}
	if m.Method != "" {
		all = append(all, fmt.Sprintf("{ method %s }", m.Method))
	}
	for _, h := range m.Headers {
		all = append(all, fmt.Sprintf("{ req.hdr(%s) %s }", h.Name, quote(h.Value)))
	}
	return strings.Join(all, " ")
}

// quote puts a word into quotes where it needs some.
func quote(text string) string {
	if strings.ContainsAny(text, " \t#'\"\\${}") || text == "" {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(text) + `"`
	}
	return text
}
