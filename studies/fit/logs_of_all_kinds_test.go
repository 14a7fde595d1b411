package fit

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"lbsim/sim"
)

// haproxyLog writes requests as httplog does: each had to wait for its turn in the proxy for
// as long as it waited in the world.
func haproxyLog(all []sim.Record, names []string) *bytes.Buffer {
	out := &bytes.Buffer{}
	epoch := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, r := range all {
		wait, total := time.Duration(r.Wait).Milliseconds(), time.Duration(r.Latency).Milliseconds()
		fmt.Fprintf(out, "10.0.0.%d:4711 [%s] http-in pool/s%d 0/%d/0/%d/%d 200 5 - - ---- 1/1/1/1/0 0/0 \"GET /%s HTTP/1.1\"\n", max(0, r.Client),
			epoch.Add(time.Duration(r.Arrival)).Format("02/Jan/2006:15:04:05.000"), r.Server, wait, total-wait, total, names[r.Class])
	}
	return out
}

// secondsLog writes requests as NGINX's combined does, with their durations behind it.
func secondsLog(all []sim.Record, durations bool) *bytes.Buffer {
	out := &bytes.Buffer{}
	epoch := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, r := range all {
		end := epoch.Add(time.Duration(r.Arrival + r.Latency))
		fmt.Fprintf(out, "10.0.0.7 - - [%s] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"", end.Format("02/Jan/2006:15:04:05 -0700"))
		if durations {
			fmt.Fprintf(out, " %.3f", r.Latency.Seconds())
		}
		fmt.Fprintln(out)
	}
	return out
}

// HAProxy says how long a request waited for its server: that is no work, and the rest is.
func TestHAProxyWait(t *testing.T) {
	w := world{arrivals: "{process: poisson, rate: 200/s}", service: "{dist: exponential, mean: 20ms}", servers: 5, duration: "60s"}
	all, names := w.requests(t, 5)
	r := fitted(t, haproxyLog(all, names))
	if s := r.Classes[0].Service; r.Source.Kind != "free_worker" || s.Law.Dist != "exponential" || r.Source.Used < r.Source.Of/3 {
		t.Errorf("%+v, %+v", r.Source, s.Law)
	}
	holds(t, r.Classes[0].Service.Law.Parameters, known{"mean", 0, 0.02})
	if r.Servers.Count != 5 || r.Servers.Workers != 1 {
		t.Errorf("%+v", r.Servers)
	}
}

// A clock of seconds shows counts and not gaps: poisson is known by those, and what comes in
// clumps or is regular, too; service times are responses, and the report says so.
func TestClockOfSeconds(t *testing.T) {
	for _, c := range []struct{ arrivals, process, dist string }{
		{"{process: poisson, rate: 100/s}", "poisson", ""},
		{"{process: renewal, rate: 100/s, dist: hyperexponential, cv: 2}", "renewal", "hyperexponential"},
		{"{process: renewal, rate: 100/s, dist: gamma, cv: 0.3}", "renewal", "gamma"},
		{"{process: bursts, phases: [{rate: 50/s, mean: 20s}, {rate: 200/s, mean: 10s}]}", "bursts", ""},
	} {
		w := world{arrivals: c.arrivals, service: "{dist: exponential, mean: 5ms}", servers: 4, duration: "400s"}
		all, _ := w.requests(t, 5)
		r := fitted(t, secondsLog(all, true))
		if r.Arrivals.Process != c.process || r.Arrivals.Spec.Interval.Dist != c.dist {
			t.Errorf("%s: %s %+v, tried %+v", c.arrivals, r.Arrivals.Process, r.Arrivals.Spec.Interval, r.Arrivals.Others)
		}
		notes := strings.Join(r.Notes, "\n")
		if !strings.Contains(notes, "steps of 1 s") || !strings.Contains(notes, "not corrected, because the log does not name servers") || r.Source.Kind != "response" {
			t.Errorf("%+v, %s", r.Source, notes)
		}
	}
}

// Without durations there are arrivals and no workload, and the log_format to add.
func TestWithoutDurations(t *testing.T) {
	w := world{arrivals: "{process: poisson, rate: 100/s}", service: "5ms", servers: 4, duration: "60s"}
	all, _ := w.requests(t, 5)
	r := fitted(t, secondsLog(all, false))
	if notes := strings.Join(r.Notes, "\n"); r.Workload != nil || r.Scenario("") != nil || r.World() != nil || !strings.Contains(notes, "log_format timed '$remote_addr") || r.Arrivals.Process != "poisson" {
		t.Errorf("%s, %s", r.Arrivals.Process, notes)
	}
}

// Logs that nothing can be fitted to say so.
func TestLogsThatTellNothing(t *testing.T) {
	line := func(at float64) string { return fmt.Sprintf("%.3f,0.01\n", at) }
	head := "arrival,latency\n"
	few := head + strings.Repeat(line(1), 99)
	one := head + strings.Repeat(line(1), 200)
	short := head
	for i := range 200 {
		short += line(float64(i) * 1e-5)
	}
	var backwards strings.Builder
	backwards.WriteString(head)
	for i := range 400_000 {
		backwards.WriteString(line(float64(400_000-i) / 100))
	}
	for _, c := range []struct{ name, log, want string }{
		{"few", few, "99 requests are too few"},
		{"one instant", one, "the log is too short"},
		{"short", short, "the log is too short"},
		{"backwards", backwards.String(), "times go backwards"},
	} {
		if _, err := Run(t.Context(), Question{File: "x", Log: strings.NewReader(c.log)}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}
