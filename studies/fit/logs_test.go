package fit

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"lbsim/scenarios"
	"lbsim/sim"
)

// world is a scenario around a workload. Its servers are half idle.
type world struct {
	arrivals string
	classes  string // of the language; "": all with service
	service  string
	servers  int
	workers  int
	rest     string // of the workload
	duration string
}

func (w world) text() string {
	classes := w.classes
	if classes == "" {
		classes = "[{name: get-api, service: " + w.service + "}]"
	}
	return fmt.Sprintf("name: known\nworkload:\n  arrivals: %s\n  classes: %s\n%sservers: [{name: s, count: %d, workers: %d}]\nbalancer: {algorithm: least_connections}\nrun: {duration: %s, warmup: 0s, replications: 2}\n",
		w.arrivals, classes, w.rest, max(1, w.servers), max(1, w.workers), w.duration)
}

// requests simulates the world and returns every request that was answered, in the order in
// which they were.
func (w world) requests(t testing.TB, seed uint64) (all []sim.Record, names []string) {
	t.Helper()
	return requests(t, w.text(), seed)
}

func requests(t testing.TB, text string, seed uint64) (all []sim.Record, names []string) {
	t.Helper()
	source, err := scenarios.Parse("known.yaml", ".", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	s, err := source.Scenario()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	m := s.Build()
	if _, err := sim.Run(m, sim.Options{Seed: seed, OnRequest: func(r *sim.Record) { all = append(all, *r) }}); err != nil {
		t.Fatal(err)
	}
	for i := range m.Classes {
		names = append(names, m.Classes[i].Name)
	}
	return all, names
}

// csvLog writes requests as a table, with nanoseconds.
func csvLog(all []sim.Record, names []string) *bytes.Buffer {
	out := &bytes.Buffer{}
	fmt.Fprintln(out, "arrival,latency,class,key,client,server,status")
	for _, r := range all {
		fmt.Fprintf(out, "%.9f,%.9f,%s,%d,%d,%d,200\n", r.Arrival.Seconds(), r.Latency.Seconds(), names[r.Class], r.Key, r.Client, r.Server)
	}
	return out
}

// nginxLog writes requests as NGINX does with the log_format that is recommended.
func nginxLog(all []sim.Record, names []string) *bytes.Buffer {
	out := &bytes.Buffer{}
	epoch := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, r := range all {
		end := epoch.Add(time.Duration(r.Arrival + r.Latency))
		verb, path, _ := strings.Cut(names[r.Class], "-")
		began := time.Duration(r.Arrival).Milliseconds()
		took := float64(end.Sub(epoch).Milliseconds()-began) / 1e3
		fmt.Fprintf(out, "10.0.%d.%d - - [%s] \"%s /%s/%d?q=secret HTTP/1.1\" 200 512 \"-\" \"curl\" msec=%.3f rt=%.3f urt=%.3f ua=192.0.2.%d:80\n",
			max(0, r.Client)/250, max(0, r.Client)%250, end.Format("02/Jan/2006:15:04:05 -0700"), strings.ToUpper(verb), path, r.Key, float64(end.UnixMilli())/1e3, took, took, r.Server)
	}
	return out
}

func fitted(t *testing.T, log *bytes.Buffer) *Result {
	t.Helper()
	r, err := Run(t.Context(), Question{File: "known", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// value is the estimate of that name.
func value(t testing.TB, all []Parameter, name string, nth int) Parameter {
	t.Helper()
	for _, p := range all {
		if p.Name == name {
			if nth == 0 {
				return p
			}
			nth--
		}
	}
	t.Fatalf("no parameter %s among %+v", name, all)
	return Parameter{}
}
