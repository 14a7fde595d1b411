package scenarios

import (
	"fmt"
	"strings"
	"time"

	"lbsim/config"
	"lbsim/config/decode"
)

// Act is a change of the world at an instant, as written.
type Act struct {
	At     time.Duration
	Do     string
	Name   string  // what objectives call it; "": Do
	Server string  // the one server
	Group  string  // all servers of the group
	Factor float64 // slow, rate
	Rate   float64 // rate: requests a second; 0: Factor says
	Count  int     // scale
	Ratio  float64 // errors, flaky
	Status int     // errors, flaky

	Zone   string   // lose_zone, restore: all that is there
	Apart  []string // partition: two zones
	Silent bool     // partition

	Dependency string        // dependency_down, dependency_up
	After      time.Duration // dependency_down

	Pool  string        // configure: whose settings; "": the only one's, or the balancer's
	Set   config.Change // configure
	Unset []string      // configure
	Anew  bool          // configure

	// Of a deploy.
	Style        string
	Batch        int   // 0: 1
	Drain        *bool // nil: if the balancer drains
	Grace, Pause time.Duration
}

// Title is what the act is called: its name, or what it does.
func (a *Act) Title() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Do
}

// label is what charts write.
func (a *Act) label() string {
	whom := a.Server + a.Group + a.Zone
	switch a.Do {
	case "slow":
		return fmt.Sprintf("slow %s %gx", whom, a.Factor)
	case "scale":
		return fmt.Sprintf("scale %s to %d", whom, a.Count)
	case "deploy":
		if a.Style == blueGreen {
			return "deploy " + whom + " blue-green"
		}
	case "dependency_down", "dependency_up":
		return strings.ReplaceAll(a.Do, "_", " ") + " " + a.Dependency
	case "partition":
		return "partition " + strings.Join(a.Apart, " from ")
	case "lose_zone":
		return "lose zone " + a.Zone
	case "errors", "flaky":
		return fmt.Sprintf("%s %s %g%%", a.Do, whom, a.Ratio*100)
	case "rate":
		if a.Rate > 0 {
			return "rate " + decode.FormatRate(a.Rate)
		}
		return fmt.Sprintf("rate ×%g", a.Factor)
	case "configure":
		what := a.Set.Titles(a.Unset)
		if a.Anew {
			what = append(what, "anew")
		}
		if a.Pool != "" {
			what = append([]string{a.Pool + ":"}, strings.Join(what, ", "))
			return "configure " + strings.Join(what, " ")
		}
		return "configure " + strings.Join(what, ", ")
	}
	return a.Do + " " + whom
}

func act() decode.Union[Act] {
	at := decode.Required("at", instant, func(a *Act) *time.Duration { return &a.At }, "When.")
	name := decode.Optional("name", decode.Name, func(a *Act) *string { return &a.Name }, "What objectives call it: p99{during=name}.")
	server := decode.Optional("server", config.EndpointName, func(a *Act) *string { return &a.Server }, "One server, such as api-1.")
	group := decode.Optional("group", decode.Name, func(a *Act) *string { return &a.Group }, "All servers of a group.")
	zone := decode.Optional("zone", decode.Name, func(a *Act) *string { return &a.Zone }, "All servers, frontends and connections of a zone.")
	one := decode.Required("server", config.EndpointName, func(a *Act) *string { return &a.Server }, "The server, such as api-1.")
	dependency := decode.Required("dependency", decode.Name, func(a *Act) *string { return &a.Dependency }, "One of those that servers depend on (depends_on).")
	whom := []decode.Group{decode.OneOf("server", "group")}
	return decode.Union[Act]{
		Name: "act", Doc: "A change of the world at an instant.",
		Tag: "do", TagDoc: "What happens.",
		Word: func(a *Act) *string { return &a.Do },
		Cases: []decode.Case[Act]{
			{Word: "slow", Object: decode.Object[Act]{
				Doc: "Servers become slower.",
				Fields: []decode.Field[Act]{at, name, server, group,
					decode.Required("factor", decode.Number.That(decode.Above(0.0, "0"), decode.AtMost(1e6, "1000000")), func(a *Act) *float64 { return &a.Factor }, "Service takes so many times as long as declared.")},
				Groups: whom}},
			{Word: "crash", Object: decode.Object[Act]{
				Doc:    "What servers have fails at once (502), and they refuse connections (503), health checks too.",
				Fields: []decode.Field[Act]{at, name, server, group}, Groups: whom}},
			{Word: "hang", Object: decode.Object[Act]{
				Doc:    "Servers take requests and health checks and answer none.",
				Fields: []decode.Field[Act]{at, name, server, group}, Groups: whom}},
			{Word: "errors", Object: decode.Object[Act]{
				Doc: "Servers answer a share of the requests at once with an error. Their health checks pass: only passive ones see it.",
				Fields: []decode.Field[Act]{at, name, server, group,
					decode.Default("ratio", decode.Share.That(decode.Above(0.0, "0"), decode.AtMost(1.0, "100%")), func(a *Act) *float64 { return &a.Ratio }, 1, "Which share of the attempts."),
					decode.Default("status", decode.Count.That(decode.AtLeast(500, "500"), decode.AtMost(599, "599")), func(a *Act) *int { return &a.Status }, 500, "The HTTP status of the answer.")},
				Groups: whom}},
			{Word: "flaky", Object: decode.Object[Act]{
				Doc: "Servers answer a share of the requests at once with an error, and fail as great a share of their health checks.",
				Fields: []decode.Field[Act]{at, name, server, group,
					decode.Required("ratio", decode.Share.That(decode.Above(0.0, "0"), decode.AtMost(1.0, "100%")), func(a *Act) *float64 { return &a.Ratio }, "Which share of the attempts and of the checks."),
					decode.Default("status", decode.Count.That(decode.AtLeast(500, "500"), decode.AtMost(599, "599")), func(a *Act) *int { return &a.Status }, 503, "The HTTP status of the answer.")},
				Groups: whom}},
			{Word: "dependency_down", Object: decode.Object[Act]{
				Doc: "Something fails that servers depend on. Requests that need it fail, and deep health checks at once.",
				Fields: []decode.Field[Act]{at, name, dependency,
					decode.Default("status", decode.Count.That(decode.AtLeast(500, "500"), decode.AtMost(599, "599")), func(a *Act) *int { return &a.Status }, 500, "The HTTP status of their answers."),
					decode.Default("after", instant, func(a *Act) *time.Duration { return &a.After }, 0, "How long a server tries, on whose worker the request is meanwhile; 0s: it answers at once and takes no worker.")}}},
			{Word: "dependency_up", Object: decode.Object[Act]{
				Doc:    "It is back.",
				Fields: []decode.Field[Act]{at, name, dependency}}},
			{Word: "rate", Object: decode.Object[Act]{
				Doc: "Requests come faster or more slowly from then on: the same ones in the same order. factor: 1 is the rate of workload.arrivals again.",
				Fields: []decode.Field[Act]{at, name,
					decode.Optional("factor", decode.Number.That(decode.Above(0.0, "0"), decode.AtMost(1e6, "1000000")), func(a *Act) *float64 { return &a.Factor }, "So many times as many as workload.arrivals says."),
					decode.Optional("rate", decode.Rate.That(decode.Above(0.0, "0"), decode.AtMost(most, "1e12/s")), func(a *Act) *float64 { return &a.Rate }, "So many a second.")},
				Groups: []decode.Group{decode.OneOf("factor", "rate")}}},
			{Word: "configure", Object: decode.Object[Act]{
				Doc: "All frontends get other settings at once, as by a reload. What is in flight, who waits in a queue, what is left in the buckets of rate limits, and who is down or ejected, stays.",
				Fields: []decode.Field[Act]{at, name,
					decode.Optional("pool", decode.Name, func(a *Act) *string { return &a.Pool }, "Whose settings, where there are several pools; routes are the balancer's."),
					decode.Optional("set", config.ChangeTable{}, func(a *Act) *config.Change { return &a.Set }, "What is put in or changed: {algorithm: least_connections}. Each key replaces the whole of what was there."),
					decode.Optional("unset", decode.List[string]{Of: config.Removable, Min: 1}, func(a *Act) *[]string { return &a.Unset }, "What is taken out: [affinity, retries]."),
					decode.Default("anew", decode.Truth, func(a *Act) *bool { return &a.Anew }, false, "Whether the algorithm forgets what it knew and begins anew, as after a reload of NGINX.")},
				Check: func(v decode.Value, a *Act) {
					if len(a.Set) == 0 && len(a.Unset) == 0 && !a.Anew {
						v.Fail("must change something: give set, unset or anew: true")
					}
				}}},
			{Word: "restore", Object: decode.Object[Act]{
				Doc:    "Servers are as declared again. One that hung goes on where it stopped, one that crashed starts anew, one that drained takes work.",
				Fields: []decode.Field[Act]{at, name, server, group, zone}, Groups: []decode.Group{decode.OneOf("server", "group", "zone")}}},
			loseZoneCase(at, name),
			partitionCase(at, name),
			{Word: "drain", Object: decode.Object[Act]{
				Doc:    "The balancer sends servers no new work, and cuts what still runs at the end of drain.timeout (502), until they are restored.",
				Fields: []decode.Field[Act]{at, name, server, group}, Groups: whom}},
			deployCase(at, name),
			{Word: "scale", Object: decode.Object[Act]{
				Doc: "A group gets more servers, or the balancer forgets its last ones, which finish what they have; with drain they are drained first.",
				Fields: []decode.Field[Act]{at, name,
					decode.Required("group", decode.Name, func(a *Act) *string { return &a.Group }, "The group."),
					decode.Required("count", decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(maxServers, "1000000")), func(a *Act) *int { return &a.Count }, "How many servers it has from then on.")}}},
			{Word: "remove", Object: decode.Object[Act]{
				Doc:    "The balancer forgets one server, whichever, which finishes what it has; with drain it is drained first.",
				Fields: []decode.Field[Act]{at, name, one}}},
			{Word: "add", Object: decode.Object[Act]{
				Doc:    "A server that was removed is back, with an empty cache.",
				Fields: []decode.Field[Act]{at, name, one}}},
		},
	}
}
