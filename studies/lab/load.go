package lab

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/sim"
	"lbsim/studies/lab/alarm"
	"lbsim/studies/lab/backend"
	"lbsim/workloads"
)

// generator sends a trace's requests at their instants, whatever becomes of those before:
// an open loop. A request's latency counts from its instant, also where it left late, so
// that nothing of what clients would wait is omitted.
type generator struct {
	address     string
	model       *sim.Model
	trace       *workloads.Trace
	servers     map[string]int // by name
	connections int
	timeout     time.Duration
	progress    func(done int)

	start  time.Time
	next   atomic.Int64
	alarm  *alarm.Alarm
	done   <-chan struct{}
	cookie sync.Map // by client: the affinity cookie that it has
}

// measured is what came of the requests, by number.
type measured struct {
	stories []story
	late    []clock.Time // from a request's instant until it was sent
}

// run sends everything. The error says that it was given up.
func (g *generator) run(ctx context.Context) (*measured, error) {
	a, err := alarm.New()
	if err != nil {
		return nil, err
	}
	defer a.Close()
	g.alarm, g.done = a, ctx.Done()
	client, end := g.client(ctx)
	defer end()
	attacker := vegeta.NewAttacker(vegeta.Client(client), vegeta.MaxWorkers(uint64(g.connections)), vegeta.Workers(uint64(min(64, g.connections))))
	m := &measured{stories: make([]story, len(g.trace.Records)), late: make([]clock.Time, len(g.trace.Records))}
	for i := range m.stories {
		m.stories[i] = story{server: -1, status: balancer.TimedOut.Status()}
	}
	stop := context.AfterFunc(ctx, func() { attacker.Stop() })
	defer stop()
	n := 0
	for r := range attacker.Attack(g.target, g, 0, "") {
		g.note(m, r)
		if n++; g.progress != nil {
			g.progress(n)
		}
	}
	return m, context.Cause(ctx)
}

// client is vegeta's: every connection is cut when ctx is done.
func (g *generator) client(ctx context.Context) (*http.Client, func()) {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	transport := &http.Transport{MaxIdleConnsPerHost: g.connections, DisableCompression: true,
		DialContext: func(dialing context.Context, network, address string) (net.Conn, error) {
			c, err := dialer.DialContext(dialing, network, address)
			if err == nil {
				context.AfterFunc(ctx, func() { c.Close() })
			}
			return c, err
		}}
	return &http.Client{Transport: transport, Timeout: g.timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, transport.CloseIdleConnections
}

// longestNap is how soon a generator sees that it is to end.
const longestNap = 100 * time.Millisecond

// Pace implements vegeta.Pacer: it waits for the next request's instant.
func (g *generator) Pace(_ time.Duration, hits uint64) (time.Duration, bool) {
	if hits >= uint64(len(g.trace.Records)) {
		return 0, true
	}
	at := g.start.Add(time.Duration(g.trace.Records[hits].At))
	for {
		wait := time.Until(at)
		if wait <= 0 {
			return 0, false
		}
		g.alarm.Set(min(wait, longestNap))
		g.alarm.Wait()
		select {
		case <-g.done:
			return 0, true
		default:
		}
	}
}

// Rate implements vegeta.Pacer.
func (g *generator) Rate(time.Duration) float64 { return g.trace.Rate() }

// target makes the next request.
func (g *generator) target(t *vegeta.Target) error {
	i := g.next.Add(1) - 1
	r := &g.trace.Records[i]
	class := &g.model.Classes[r.Class]
	t.Method, t.URL = "GET", "http://"+g.address+"/?request="+strconv.FormatInt(i, 10)
	t.Header = http.Header{
		backend.DemandHeader: {strconv.FormatFloat(r.Service, 'g', -1, 64)},
		backend.ClassHeader:  {class.Name},
		KeyHeader:            {strconv.FormatUint(r.Key, 10)},
	}
	if class.Without != 0 {
		t.Header.Set(backend.NeedsHeader, "none")
	}
	if class.Method != "" {
		t.Method = class.Method
	}
	if about := class.About; about != nil {
		if about.Path != "" {
			t.URL = "http://" + g.address + (&url.URL{Path: about.Path, RawQuery: "request=" + strconv.FormatInt(i, 10)}).String()
		}
		if about.Host != "" {
			t.Header.Set("Host", about.Host)
		}
		for _, h := range about.Headers {
			t.Header.Add(h.Name, h.Value)
		}
	}
	if r.Client >= 0 && g.model.Clients != nil {
		t.Header.Set("X-Forwarded-For", g.addressOf(r.Client).String())
		if cookie, ok := g.cookie.Load(r.Client); ok {
			t.Header.Set("Cookie", cookie.(string))
		}
	}
	return nil
}

// addressOf is a client's address.
func (g *generator) addressOf(client int32) netip.Addr {
	return g.model.Clients.Address(int(client)%g.model.Clients.Count, 0)
}

// note keeps what became of a request.
func (g *generator) note(m *measured, r *vegeta.Result) {
	_, number, _ := strings.Cut(r.URL, "request=")
	i, err := strconv.Atoi(number)
	if err != nil || i >= len(m.stories) {
		return // one that was stopped before it had a number
	}
	sent := r.Timestamp.Sub(g.start)
	at := g.trace.Records[i].At
	m.late[i] = max(0, clock.Time(sent)-at)
	s := story{latency: clock.Time(sent+r.Latency) - at, server: -1, status: int(r.Code)}
	if name := r.Headers.Get(backend.ServerHeader); name != "" {
		if server, ok := g.servers[name]; ok {
			s.server = server
		}
	}
	if s.status == 0 {
		s.status = balancer.TimedOut.Status()
		if !strings.Contains(r.Error, "Timeout") && !strings.Contains(r.Error, "deadline") {
			s.status = balancer.Reset.Status()
		}
	}
	if set := r.Headers.Get("Set-Cookie"); set != "" {
		cookie, _, _ := strings.Cut(set, ";")
		g.cookie.Store(g.trace.Records[i].Client, cookie)
	}
	m.stories[i] = s
}

// punctual counts latencies from when requests left.
func (m *measured) punctual() *measured {
	x := &measured{stories: slices.Clone(m.stories), late: m.late}
	for i := range x.stories {
		x.stories[i].latency -= m.late[i]
	}
	return x
}

// sample is the part of what was measured that counts.
func (m *measured) sample(t *workloads.Trace, cut clock.Time) *sample {
	x := &sample{}
	for i, s := range m.stories {
		if t.Records[i].At >= cut {
			x.stories = append(x.stories, s)
		}
	}
	x.sort()
	return x
}
