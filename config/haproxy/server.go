package haproxy

import (
	"fmt"
	"maps"
	"math"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// server is a server of a backend, with what default-server says.
type server struct {
	line     *line
	name, id string // as the file calls it, and lbsim
	address  string // "": unknown
	last     map[string]argument
}

// argument is a word of a server's line with what follows it.
type argument struct {
	line *line
	at   int // of the word
	text string
}

// on reports whether a word holds that another one takes back.
func (s *server) on(word string) bool { _, has := s.last[word]; return has }

// readServers makes the servers of a backend from their lines. A default-server holds for
// those that follow it.
func (r *reading) readServers(p *proxy) {
	base := map[string]argument{}
	for _, l := range p.many["server"] {
		if l.used = true; r.hopeless() {
			return
		}
		switch l.arg(0) {
		case "default-server":
			base = maps.Clone(base)
			r.words(l, 1, base)
		case "server":
			r.server(p, l, base)
		default:
			r.template(p, l, base)
		}
	}
	lines := map[string]int{}
	for _, s := range p.servers {
		if other, taken := lines[s.name]; taken {
			r.fail(s.line.place(1), "server %s has the name of the one of line %d", quoted(s.name), other)
		}
		lines[s.name] = s.line.at.Line
	}
}

func (r *reading) server(p *proxy, l *line, base map[string]argument) {
	if len(l.words) < 3 {
		r.fail(l.at, "must be server NAME ADDRESS")
		return
	}
	s := &server{line: l, name: l.arg(1), last: maps.Clone(base)}
	r.words(l, 3, s.last)
	s.address = r.addressOf(l, 2)
	p.servers = append(p.servers, s)
}

// template makes the servers of server-template PREFIX 1-5 NAME:PORT.
func (r *reading) template(p *proxy, l *line, base map[string]argument) {
	first, last, ranged := strings.Cut(l.arg(2), "-")
	if !ranged {
		first, last = "1", first
	}
	from, bad := strconv.Atoi(first)
	to, worse := strconv.Atoi(last)
	if len(l.words) < 4 || bad != nil || worse != nil || from < 0 || to < from || to-from >= 4096 {
		r.fail(l.at, "must be server-template PREFIX COUNT ADDRESS, with a count such as 5 or 1-5")
		return
	}
	own := maps.Clone(base)
	r.words(l, 4, own)
	r.remarkWord(l, 3, 0, "the addresses come from DNS: all "+strconv.Itoa(to-from+1)+" endpoints are taken to be there")
	for i := from; i <= to; i++ {
		p.servers = append(p.servers, &server{line: l, name: l.arg(1) + strconv.Itoa(i), last: own})
	}
}

// words reads the words of a server, or of default-server, from the i-th on.
func (r *reading) words(l *line, i int, into map[string]argument) {
	for i < len(l.words) {
		w := l.arg(i)
		known, ok := serverWords[w]
		switch {
		case !ok:
			r.fail(l.place(i), "%s is no word of a server: %s", quoted(w), near(w, keys(serverWords)))
			return
		case i+known.n >= len(l.words):
			r.fail(l.place(i), "%s must be followed by a value", w)
			return
		case known.why != "":
			r.remarkWord(l, i, known.n, known.why)
		default:
			delete(into, strings.TrimPrefix(w, "no-"))
			if opposite := map[string]string{"enabled": "disabled"}[w]; opposite != "" {
				delete(into, opposite)
			}
			if !strings.HasPrefix(w, "no-") && w != "enabled" {
				into[w] = argument{l, i, l.arg(i + known.n)}
			}
		}
		i += 1 + known.n
		if w == "source" { // which may go on with an interface or a port range
			for i < len(l.words) && (l.arg(i) == "usesrc" || l.arg(i) == "interface") {
				r.remarkWord(l, i, 1, ofAddress)
				i += 2
			}
		}
	}
}

// addressOf reads the address and port of a server; "" where lbsim knows no such.
func (r *reading) addressOf(l *line, i int) string {
	text := l.arg(i)
	for _, prefix := range []string{"ipv4@", "ipv6@", "tcp4@", "tcp6@", "tcp@"} {
		text = strings.TrimPrefix(text, prefix)
	}
	if strings.Contains(text, "@") || strings.HasPrefix(text, "/") {
		r.remarkWord(l, i, 0, "an address that is no TCP port of a machine")
		return ""
	}
	colon := strings.LastIndexByte(text, ':')
	if addr, err := netip.ParseAddr(text); colon < 0 || err == nil && addr.Is6() {
		r.remarkWord(l, i, 0, "without a port the request's own is used")
		return ""
	}
	host, port := strings.Trim(text[:colon], "[]"), text[colon+1:]
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 || strings.ContainsAny(port, "+-") {
		r.remarkWord(l, i, 0, "the port depends on the request's own")
		return ""
	}
	if host == "" || strings.ContainsAny(host, " /${}") {
		r.remarkWord(l, i, 0, "an address that is not known before HAProxy runs")
		return ""
	}
	return net.JoinHostPort(host, port)
}

// number reads a whole number of a server, at least least.
func (r *reading) number(a argument, least, most int) (int, bool) {
	n, err := strconv.Atoi(a.text)
	if err != nil || n < least || n > most {
		r.fail(a.line.place(a.at+1), "%s %s: must be a whole number from %d to %d", a.line.arg(a.at), quoted(a.text), least, most)
		return 0, false
	}
	return n, true
}

// units are those of HAProxy's times.
var units = []struct {
	suffix string
	of     time.Duration
}{{"us", time.Microsecond}, {"ms", time.Millisecond}, {"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}, {"d", 24 * time.Hour}}

// duration reads a time such as 5s; without a unit it is in usual.
func duration(text string, usual time.Duration) (time.Duration, error) {
	unit, digits := usual, text
	for _, u := range units {
		if rest, ok := strings.CutSuffix(text, u.suffix); ok {
			unit, digits = u.of, rest
			break
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("must be a time such as 5s or 500ms")
	}
	if n > math.MaxInt32 { // HAProxy's own limit is 2147483647 ms
		n = math.MaxInt32
	}
	return time.Duration(min(float64(n)*float64(unit), float64(math.MaxInt32)*float64(time.Millisecond))), nil
}

// time reads a server's time, in milliseconds where it has no unit.
func (r *reading) time(a argument) (time.Duration, bool) {
	d, err := duration(a.text, time.Millisecond)
	if err != nil {
		r.fail(a.line.place(a.at+1), "%s %s: %v", a.line.arg(a.at), quoted(a.text), err)
	}
	return d, err == nil
}

// timeout reads timeout NAME of a proxy.
func (r *reading) timeout(p *proxy, name string) (time.Duration, *line) {
	l := p.get("timeout " + name)
	if l == nil {
		return 0, nil
	}
	d, err := duration(l.arg(2), time.Millisecond)
	if err != nil {
		r.fail(l.place(2), "timeout %s %s: %v", name, quoted(l.arg(2)), err)
		return 0, nil
	}
	return d, l
}
