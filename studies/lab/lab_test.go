package lab

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lbsim/scenarios"
)

// No test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a scenario of a second with what is given put in.
func world(t *testing.T, servers, balancer, rest string) *scenarios.Source {
	t.Helper()
	text := `
name: tiny
workload:
  arrivals: {process: poisson, rate: 300/s}
  classes:
    - {name: page, share: 50%, service: {dist: constant, mean: 2ms}, needs: none}
    - {name: order, share: 50%, service: {dist: constant, mean: 2ms}, method: POST}
  clients: {count: 50, timeout: 10s}
servers: [` + servers + `]
balancer: ` + balancer + `
run: {duration: 1s, warmup: 200ms}
` + rest
	source, err := scenarios.Parse("tiny.yaml", ".", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func carryOut(t *testing.T, q Question) *Result {
	t.Helper()
	if q.Connections == 0 {
		q.Connections = 256
	}
	plan, err := q.Plan()
	if err != nil {
		t.Fatal(err)
	}
	r, err := plan.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// brief is an outcome without its distributions.
func brief(o Outcome) string {
	o.Measurements, o.Predictions = nil, nil
	return fmt.Sprintf("%+v", o)
}

// Both sides meet the same requests: round robin deals them in the same shares, a client's
// address goes to the same server, and nothing is faster than its service.
func TestBothSidesMeetTheSameRequests(t *testing.T) {
	t.Parallel()
	r := carryOut(t, Question{Source: world(t, "{name: api, count: 2}", "{algorithm: round_robin}", ""), Algorithms: []string{"ip_hash", "rr"}})
	for _, o := range r.Results {
		if o.Requests < 100 || o.Errors != (Both{}) || len(o.Status) != 1 || o.Status[0].Status != 200 || len(o.Measurements) != o.Requests ||
			len(o.Predictions) != predictions*o.Requests || o.Measured.P50 == nil || o.Overhead.Mean == nil || o.Difference.P50 == nil {
			t.Error(brief(o))
		}
		if o.Measurements[0] < 2e6 || o.Predictions[0] < 2e6 {
			t.Errorf("%s: answered after %v and %v, of a service of 2ms", o.Variant, o.Measurements[0], o.Predictions[0])
		}
	}
	for _, s := range r.Results[0].Servers {
		if s.Simulated != s.Measured || s.Measured < 0.2 {
			t.Errorf("ip_hash: %+v", s)
		}
	}
	for _, s := range r.Results[1].Servers {
		if math.Abs(s.Measured-0.5) > 0.05 {
			t.Errorf("round_robin: %+v", s)
		}
	}
	if r.Proxy != "lbsim" || r.WarmUp != 0.2 || r.Seconds != 1 || len(r.Warnings) < 2 {
		t.Errorf("%s, %g, %g, %q", r.Proxy, r.WarmUp, r.Seconds, r.Warnings)
	}
}

const careful = `{algorithm: round_robin, drain: {timeout: 5s},
  health: {active: {interval: 40ms, timeout: 4s, unhealthy: 2, healthy: 1}},
  retries: {attempts: 3, conditions: [connect_failure, reset, "503"], methods: any, budget: unlimited, backoff: {base: 1ms}}}`

// The timeline happens: a crash is noticed, a deploy drains, stops and starts every server,
// and with retries nothing fails.
func TestTimelineHappens(t *testing.T) {
	t.Parallel()
	r := carryOut(t, Question{Source: world(t, "{name: api, count: 3, start_up: 20ms}, {name: old}", careful, `
timeline:
  - {at: 50ms, do: crash, server: old-1}
  - {at: 60ms, do: slow, server: api-2, factor: 2}
  - {at: 200ms, do: crash, server: api-3}
  - {at: 220ms, do: restore, server: api-3}
  - {at: 300ms, do: deploy, group: api}
  - {at: 400ms, do: configure, set: {algorithm: least_connections}}
`)})
	o := r.Results[0]
	if o.Errors != (Both{}) {
		t.Errorf("errors %+v, %+v", o.Errors, o.Status)
	}
	if len(o.Detections) != 2 || o.Detections[0].Measured == nil || o.Detections[0].Simulated == nil || *o.Detections[0].Bound != 0.08 ||
		*o.Detections[0].Simulated > 0.08 {
		t.Errorf("%+v", o.Detections)
	}
	if !slices.ContainsFunc(o.Events, func(e Event) bool { return e.Kind == "drained" && e.Server == "api-1" }) {
		t.Errorf("nothing was drained: %+v", o.Events)
	}
}

// Requests that need what is down fail, and only they; deep checks see it.
func TestWhatServersDependOn(t *testing.T) {
	t.Parallel()
	r := carryOut(t, Question{Source: world(t, "{name: api, count: 2, depends_on: [database]}", "{algorithm: round_robin, health: {active: {depth: deep, interval: 10s}}}", `
timeline:
  - {at: 1ms, do: dependency_down, dependency: database}
`)})
	o := r.Results[0]
	if len(o.Status) != 2 || o.Status[1].Status != 500 || math.Abs(o.Status[1].Measured-o.Status[1].Simulated) > 1e-9 || o.Status[1].Measured < 0.3 {
		t.Errorf("%+v", o.Status)
	}
}

// A cookie brings its client back to the same server: but for requests that were under way
// together, a client is where it was before. Chance would move it every other time.
func TestAffinity(t *testing.T) {
	t.Parallel()
	plan, err := Question{Source: world(t, "{name: api, count: 2}", "{algorithm: random, affinity: {cookie: {}}}", ""), Connections: 64}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	live, _, err := plan.meet(t.Context(), plan.trials[0], plan.trace, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	before, moved := map[int32]int{}, 0
	for i, s := range live.stories {
		client := plan.trace.Records[i].Client
		if was, ok := before[client]; ok && was != s.server {
			moved++
		}
		before[client] = s.server
	}
	if moved > len(live.stories)/4 || len(before) < 30 {
		t.Errorf("%d of %d requests of %d clients went elsewhere", moved, len(live.stories), len(before))
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		servers, balancer, rest string
		q                       Question
		want                    []string
	}{
		{"{name: api, cache: {capacity: 10, miss_penalty: {dist: constant, mean: 1ms}}}", "{algorithm: round_robin, frontends: 2}", "", Question{Settings: []string{"workload.keys={dist: uniform, count: 10}"}},
			[]string{"servers.api has a cache", "balancer.frontends: has no meaning for lbsim proxy"}},
		{"{name: api}", "{algorithm: prequal}", "", Question{}, []string{"balancer.algorithm: prequal lives on what servers say of themselves"}},
		{"{name: api, count: 2}", "{algorithm: rr}", "timeline: [{at: 1ms, do: scale, group: api, count: 4}]", Question{}, []string{"timeline[0]: scale api to 4 starts new servers"}},
		{"{name: api, count: 2}", "{algorithm: rr}", "network: {latency: 1ms}", Question{}, []string{"network.latency: this machine has its own"}},
		{"{name: api, count: 2}", "{algorithm: rr}", "", Question{Algorithms: []string{"rr", "round_robin"}}, []string{"--algorithms: round_robin is given twice"}},
		{"{name: api, count: 2}", "{algorithm: rr}", "", Question{Settings: []string{"run.duration=1h"}}, []string{"run.duration: 1h0m0s would be waited for: at most 15m0s"}},
		{"{name: api, count: 2}", "{algorithm: rr}", "", Question{Config: "mine.conf"}, []string{"--config is of a product: give --proxy, too"}},
		{"{name: api, count: 2}", "{algorithm: rr}", "", Question{Settings: []string{"workload.clients.on_timeout=abandon", "workload.classes[0].priority=critical"}},
			[]string{"on_timeout: abandon", "workload.classes.page.priority: live requests have none"}},
		{"{name: api, count: 2}", "{algorithm: rr}", "", Question{Product: "ngnix"}, []string{"--proxy ngnix: did you mean nginx?"}},
		{"{name: api, count: 2}", "{algorithm: peak_ewma, panic_threshold: 50%}", "timeline: [{at: 1ms, do: configure, set: {subset: 1}}]", Question{Product: "haproxy"},
			[]string{"balancer.algorithm: peak_ewma is none of HAProxy's: ip_hash, least_connections", "balancer.panic_threshold is not put into HAProxy's configuration", "HAProxy is not told of it"}},
	} {
		c.q.Source = world(t, c.servers, c.balancer, c.rest)
		_, err := c.q.Plan()
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v\nwants %s", err, want)
			}
		}
	}
}

// What is over ends everything at once, also what waits for an answer.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	source := world(t, "{name: api}", "{algorithm: rr}", "timeline: [{at: 1ms, do: hang, server: api-1}]")
	if err := source.Set("run.duration", "10m"); err != nil {
		t.Fatal(err)
	}
	plan, err := Question{Source: source, Connections: 8}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := plan.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// A product is told of an algorithm also where that has the parameters by which it does as
// the product does, which then is what predicts it.
func TestOwnRules(t *testing.T) {
	for _, k := range kinds {
		for _, own := range k.own {
			q := Question{Product: k.name, Source: world(t, "{name: api, count: 2}", "{algorithm: \""+own+"\"}", "")}
			if _, err := q.Plan(); err != nil && strings.Contains(err.Error(), "balancer.algorithm") {
				t.Error(err)
			}
		}
	}
	q := Question{Product: "nginx", Source: world(t, "{name: api, count: 2}", "{algorithm: \"power_of_two:profile=haproxy\"}", "")}
	if _, err := q.Plan(); err == nil || !strings.Contains(err.Error(), "power_of_two:profile=haproxy is none of NGINX's") {
		t.Error(err)
	}
}
