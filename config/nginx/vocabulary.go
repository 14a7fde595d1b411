package nginx

import (
	_ "embed"
	"strings"

	"lbsim/config/decode"
)

//go:embed directives.txt
var directives string

// known are the directives by name, each with what it is of.
var known = readDirectives(directives)

func readDirectives(text string) map[string]string {
	all, of := map[string]string{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if inner, ok := strings.CutPrefix(line, "["); ok {
			of = strings.TrimSuffix(inner, "]")
			continue
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, name := range strings.Fields(line) {
			if _, met := all[name]; !met {
				all[name] = of
			}
		}
	}
	return all
}

func isKnown(name string) bool { _, ok := known[name]; return ok }

// values are the blocks whose lines are values and no directives.
var values = map[string]bool{"map": true, "split_clients": true, "geo": true, "types": true, "charset_map": true,
	"geoip2": true, "match": true, "otel_exporter": true, "keyval_zone": true}

// maxUnknown is how many words are looked up in vain, which takes a millisecond each. It is
// below how many mistakes are shown.
const maxUnknown = 90

// vocabulary reports the words that nginx does not know, and wrong numbers of arguments. One that is like no word of
// nginx's may be of a module that is not known here: it is listed.
func (r *reader) vocabulary(all []*directive, within string) {
	for _, d := range all {
		if len(r.unknown) > maxUnknown {
			return
		}
		if !isKnown(d.name) && (d.fate == unseen) {
			if r.unknown[d.name] = true; len(r.unknown) > maxUnknown {
				r.wrong(d, "more than %d words up to here are no directives: is this a configuration of nginx?", maxUnknown)
				return
			}
			if near := decode.Nearest(d.name, names(within)); near != "" {
				r.wrong(d, "unknown directive: did you mean %s?", near)
				d.fate = listed
			} else {
				r.remark(d, "no directive of nginx or of a module that is known here")
			}
			continue
		}
		r.counted(d)
		if !values[d.name] {
			r.vocabulary(d.block, d.name)
		}
	}
}

// names returns the names to suggest in a block: of balancing first, which are likelier
// there than others as near.
func names(within string) []string {
	all := []string{}
	if within == "upstream" {
		all = append(all, "server", "least_conn", "ip_hash", "hash", "random", "zone", "keepalive", "queue", "sticky", "least_time")
	}
	return append(all, vocabularyOrder...)
}

// vocabularyOrder is the directives in the order of the file.
var vocabularyOrder = strings.Fields(withoutHeadings(directives))

func withoutHeadings(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "[") {
			b.WriteString(line)
		}
	}
	return b.String()
}
