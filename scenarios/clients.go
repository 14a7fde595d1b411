package scenarios

import (
	"lbsim/balancer"
	"lbsim/config/decode"
	"lbsim/workloads"
)

// Clients says who sends requests and how long they wait, as written.
type Clients = workloads.ClientSpec

func clients() decode.Object[Clients] {
	table := decode.Object[Clients]{
		Name: "clients", Doc: "Who sends requests and how long they wait.",
		Check: func(v decode.Value, c *Clients) {
			if _, err := c.Build(); err != nil {
				failParameter(v, err)
			}
		},
	}
	for _, p := range workloads.ClientParameters() {
		table.Fields = append(table.Fields, clientsField(p))
	}
	return table
}

func clientsField(p workloads.Parameter) decode.Field[Clients] {
	doc := decode.Sentence(p.Doc)
	value := decode.Pointer[float64]{To: numberType(p.Kind)}
	def := func(x float64, at func(c *Clients) **float64) decode.Field[Clients] {
		return decode.Default(p.Name, decode.Type[*float64](value), at, &x, doc)
	}
	switch p.Name {
	case "count":
		return def(1000, func(c *Clients) **float64 { return &c.Count })
	case "connections":
		return def(1, func(c *Clients) **float64 { return &c.Connections })
	case "requests_per_connection":
		return number(p, func(c *Clients) **float64 { return &c.RequestsPerConnection })
	case "timeout":
		return number(p, func(c *Clients) **float64 { return &c.Timeout })
	case "patience":
		return decode.Optional(p.Name, decode.Pointer[Distribution]{To: distribution()}, func(c *Clients) **Distribution { return &c.Patience }, doc)
	case "on_timeout":
		words := decode.Words[string]{Known: []decode.Word[string]{{Name: "cancel", Value: "cancel"}, {Name: "abandon", Value: "abandon"}}}
		return decode.Default(p.Name, words, func(c *Clients) *string { return &c.OnTimeout }, "cancel", doc)
	case "nat":
		return decode.Optional(p.Name, decode.Pointer[workloads.NATSpec]{To: nat()}, func(c *Clients) **workloads.NATSpec { return &c.NAT }, doc)
	case "retries":
		return decode.Optional(p.Name, decode.Pointer[ClientRetries]{To: clientRetries}, func(c *Clients) **ClientRetries { return &c.Retries }, doc)
	}
	return decode.Planned[Clients](p.Name, doc) // roam: the simulator has it later
}

// ClientRetries is how clients try again by themselves, as written.
type ClientRetries = workloads.ClientRetriesSpec

var reasons = func() (w decode.Words[string]) {
	for _, reason := range workloads.RetryReasons {
		w.Known = append(w.Known, decode.Word[string]{Name: reason, Value: reason})
	}
	return w
}()

// Three attempts are what the SDKs of AWS make in their standard mode.
var clientRetries = decode.Object[ClientRetries]{
	Name: "client_retries",
	Doc:  "A client's own further attempts: each goes to a frontend anew, and waits clients.timeout anew.",
	Fields: []decode.Field[ClientRetries]{
		decode.Default("attempts", unlimitedOr(decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(1_000_000, "1000000")), 0),
			func(r *ClientRetries) *int { return &r.Attempts }, 3, "How many attempts a request has, the first included; unlimited: until it is answered."),
		decode.Default("after", decode.List[string]{Of: reasons, Min: 1}, func(r *ClientRetries) *[]string { return &r.After }, workloads.RetryReasons,
			"After what: rejected (by the balancer or a full server), failed (an error), timed_out (no answer in time)."),
		decode.Optional("backoff", decode.Pointer[Distribution]{To: distribution()}, func(r *ClientRetries) **Distribution { return &r.Backoff },
			"The wait before each further attempt, such as {dist: exponential, mean: 1s}; left out: none."),
		decode.Optional("deadline", decode.Pointer[float64]{To: numberType(workloads.Seconds)}, func(r *ClientRetries) **float64 { return &r.Deadline },
			"How long a client waits in all, from its first send, back-offs included; left out: for ever."),
	},
	Check: func(v decode.Value, r *ClientRetries) {
		if _, err := r.Build(); err != nil {
			failParameter(v, err)
		}
	},
}

func nat() decode.Object[workloads.NATSpec] {
	type spec = workloads.NATSpec
	return decode.Object[spec]{
		Name: "nat", Doc: "Clients behind one address.",
		Fields: []decode.Field[spec]{
			decode.Required("clients", decode.Pointer[float64]{To: numberType(workloads.Count)}, func(n *spec) **float64 { return &n.Clients }, "How many of the clients share the address."),
			decode.Required("share", decode.Pointer[float64]{To: decode.Share}, func(n *spec) **float64 { return &n.Share }, "Their share of all requests, together."),
		},
	}
}

// checkClients looks at what clients, arrivals and layer say together. Connections
// may be given with layer l7 too, where they make no difference: they are the
// clients', and variants compare layers.
func checkClients(v decode.Value, s *Scenario) {
	c, at := s.Workload.Clients, v.At("workload.clients")
	if !v.Sound("workload.clients", "workload.arrivals", "balancer.layer") {
		return
	}
	if c == nil {
		if s.Balancer.Layer == balancer.L4 {
			at.FailKey("is missing: layer l4 balances the connections of clients")
		}
		return
	}
	a := &s.Workload.Arrivals
	if a.Process == "closed" && at.Get("count").Present() && *c.Count != *a.Users {
		at.Get("count").Fail("must be workload.arrivals.users, which is %g: each user is a client", *a.Users)
	}
}
