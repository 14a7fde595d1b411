package exercise

import (
	"errors"
	"io"
	"slices"
	"time"

	"lbsim/algorithms"
	"lbsim/config"
	"lbsim/config/decode"
)

// Answers is a form filled in, or in part: what is left out, or empty, is not answered.
type Answers struct {
	Exercise   *Exercise
	SLO        string
	Layer      Layer
	Algorithm  Algorithm
	Weights    map[string]float64 // by group
	Health     Health
	Deploy     Deploy
	Retries    Retries
	Sticky     Sticky
	Triggers   []Trigger
	Launch     Launch
	Dashboards []Dashboard
}

// The parts of an answer, as the form asks for them.
type (
	// Layer is what is balanced.
	Layer struct{ Choice, Why string }
	// Algorithm is which algorithm, and when another.
	Algorithm struct {
		Choice, SwitchTo *algorithms.Choice
		Why, SwitchWhen  string
	}
	// Health is how a dead instance is noticed.
	Health struct {
		Path               string
		Interval, Timeout  time.Duration
		Unhealthy, Healthy int
		Passive            *int // nil: not answered
	}
	// Deploy is how instances leave and come.
	Deploy struct {
		Drain     *time.Duration // nil: not answered
		SlowStart time.Duration
	}
	// Retries is what is tried again.
	Retries struct {
		Attempts int
		Budget   *float64 // nil: not answered
		Methods  []string
	}
	// Sticky is whether clients stay with an instance.
	Sticky struct {
		Use, Why, WayOut string
		TTL              time.Duration
	}
	// Trigger is what adds instances.
	Trigger struct{ Signal, Target string }
	// Launch is what is done before a launch.
	Launch struct {
		Least, Most   int
		Before, Until time.Duration
	}
	// Dashboard is what somebody looks at, and when they are called.
	Dashboard struct{ Shows, Alert string }
)

var (
	span  = decode.Duration.That(decode.AtLeast(time.Duration(0), "0"))
	some  = decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(10_000, "10000"))
	share = decode.Share.That(decode.AtLeast(0.0, "0%"), decode.AtMost(10.0, "1000%"))
)

var table = decode.Object[Answers]{
	Name: "answers", Doc: "Answers to an exercise.",
	Fields: []decode.Field[Answers]{
		decode.Required("exercise", decode.Type[*Exercise](byName{}), func(a *Answers) **Exercise { return &a.Exercise }, "Which exercise is answered."),
		decode.Optional("slo", decode.Text, func(a *Answers) *string { return &a.SLO }, "The service level objective in a sentence."),
		decode.Optional("layer", layers, func(a *Answers) *Layer { return &a.Layer }, "Whether requests or connections are balanced, and why."),
		decode.Optional("algorithm", choices, func(a *Answers) *Algorithm { return &a.Algorithm }, "Which algorithm, and when another."),
		decode.Optional("weights", decode.Type[map[string]float64](weights{}), func(a *Answers) *map[string]float64 { return &a.Weights }, "The weight of an instance of each kind."),
		decode.Optional("health", health, func(a *Answers) *Health { return &a.Health }, "The health check."),
		decode.Optional("deploy", deploy, func(a *Answers) *Deploy { return &a.Deploy }, "How instances leave and come."),
		decode.Optional("retries", retries, func(a *Answers) *Retries { return &a.Retries }, "What is tried again."),
		decode.Optional("sticky", sticky, func(a *Answers) *Sticky { return &a.Sticky }, "Whether clients stay with an instance, and the way out."),
		decode.Optional("autoscaling", decode.List[Trigger]{Of: trigger, Max: 5}, func(a *Answers) *[]Trigger { return &a.Triggers }, "What adds instances."),
		decode.Optional("launch", launch, func(a *Answers) *Launch { return &a.Launch }, "What is done before the launch."),
		decode.Optional("dashboards", decode.List[Dashboard]{Of: dashboard, Max: 20}, func(a *Answers) *[]Dashboard { return &a.Dashboards }, "What somebody looks at, and when they are called."),
	},
	Check: func(v decode.Value, a *Answers) {
		if v.Get("launch").Present() && !a.Exercise.launched {
			v.Get("launch").FailKey("is not asked by %s", a.Exercise.Name)
		}
		for _, group := range v.Get("weights").Keys() {
			if !slices.ContainsFunc(a.Exercise.weights, func(w weight) bool { return w.group == group }) {
				var known []string
				for _, w := range a.Exercise.weights {
					known = append(known, w.group)
				}
				v.Get("weights").Get(group).FailKey("%s has no such instances: %s", a.Exercise.Name, decode.Suggest(group, known))
			}
		}
	},
}

var layers = decode.Object[Layer]{Name: "layer", Doc: "What is balanced.", Fields: []decode.Field[Layer]{
	decode.Optional("choice", decode.Type[string](choiceOf{[]string{"L4", "L7"}, map[string]string{"4": "L4", "7": "L7", "layer 4": "L4", "layer 7": "L7", "tcp": "L4", "http": "L7"}}), func(l *Layer) *string { return &l.Choice }, "L7: requests; L4: connections."),
	decode.Optional("why", decode.Text, func(l *Layer) *string { return &l.Why }, "The reasons."),
}}

var choices = decode.Object[Algorithm]{Name: "algorithm_choice", Doc: "Which algorithm.", Fields: []decode.Field[Algorithm]{
	decode.Optional("choice", decode.Pointer[algorithms.Choice]{To: config.Algorithm{}}, func(x *Algorithm) **algorithms.Choice { return &x.Choice }, "The algorithm."),
	decode.Optional("why", decode.Text, func(x *Algorithm) *string { return &x.Why }, "The reasons."),
	decode.Optional("switch_to", decode.Pointer[algorithms.Choice]{To: config.Algorithm{}}, func(x *Algorithm) **algorithms.Choice { return &x.SwitchTo }, "Another algorithm."),
	decode.Optional("switch_when", decode.Text, func(x *Algorithm) *string { return &x.SwitchWhen }, "What has to be seen before that is taken."),
}}

var health = decode.Object[Health]{Name: "health_answer", Doc: "The health check.", Fields: []decode.Field[Health]{
	decode.Optional("path", decode.Text, func(h *Health) *string { return &h.Path }, "What is asked for."),
	decode.Optional("interval", span.That(decode.Above(time.Duration(0), "0")), func(h *Health) *time.Duration { return &h.Interval }, "From one check to the next."),
	decode.Optional("timeout", span.That(decode.Above(time.Duration(0), "0")), func(h *Health) *time.Duration { return &h.Timeout }, "After which a check without an answer has failed."),
	decode.Optional("unhealthy", some, func(h *Health) *int { return &h.Unhealthy }, "Failures in a row that take an instance out."),
	decode.Optional("healthy", some, func(h *Health) *int { return &h.Healthy }, "Successes in a row that bring it back."),
	decode.Optional("passive", decode.Pointer[int]{To: decode.Count.That(decode.AtLeast(0, "0"), decode.AtMost(10_000, "10000"))}, func(h *Health) **int { return &h.Passive },
		"Requests in a row that failed and take it out at once; 0: nobody looks at answers."),
}}

var deploy = decode.Object[Deploy]{Name: "deploy_answer", Doc: "How instances leave and come.", Fields: []decode.Field[Deploy]{
	decode.Optional("drain", decode.Pointer[time.Duration]{To: span}, func(d *Deploy) **time.Duration { return &d.Drain }, "How long running requests may go on."),
	decode.Optional("slow_start", span, func(d *Deploy) *time.Duration { return &d.SlowStart }, "Over what span a new instance gets its full share."),
}}

// methods are what may be tried again.
var methods = []string{"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH"}

var retries = decode.Object[Retries]{Name: "retries_answer", Doc: "What is tried again.", Fields: []decode.Field[Retries]{
	decode.Optional("attempts", some, func(r *Retries) *int { return &r.Attempts }, "How many attempts a request has, the first included."),
	decode.Optional("budget", decode.Pointer[float64]{To: share}, func(r *Retries) **float64 { return &r.Budget }, "How many retries there may be for each request: 20%."),
	decode.Optional("methods", oneOrMore(choiceOf{words: methods}), func(r *Retries) *[]string { return &r.Methods }, "Which methods may be tried again."),
}}

var sticky = decode.Object[Sticky]{Name: "sticky_answer", Doc: "Whether clients stay with an instance.", Fields: []decode.Field[Sticky]{
	decode.Optional("use", decode.Type[string](choiceOf{[]string{"none", "cookie", "ip"}, map[string]string{"no": "none", "false": "none", "not": "none", "cookies": "cookie", "source ip": "ip", "ip hash": "ip", "ip_hash": "ip"}}), func(s *Sticky) *string { return &s.Use }, "By what."),
	decode.Optional("why", decode.Text, func(s *Sticky) *string { return &s.Why }, "The reasons."),
	decode.Optional("ttl", span, func(s *Sticky) *time.Duration { return &s.TTL }, "For how long."),
	decode.Optional("way_out", decode.Text, func(s *Sticky) *string { return &s.WayOut }, "How it is left again."),
}}

// signals are what triggers look at; the simulation has the first three.
var signals = []string{"cpu", "latency", "queue", "requests", "memory"}

var trigger = decode.Object[Trigger]{Name: "trigger", Doc: "What adds instances.", Fields: []decode.Field[Trigger]{
	decode.Optional("signal", decode.Type[string](choiceOf{words: signals}), func(t *Trigger) *string { return &t.Signal }, "What is looked at."),
	decode.Optional("target", decode.Type[string](literal{}), func(t *Trigger) *string { return &t.Target }, "The value to hold."),
}}

var launch = decode.Object[Launch]{Name: "launch_answer", Doc: "What is done before the launch.", Fields: []decode.Field[Launch]{
	decode.Optional("least", some, func(l *Launch) *int { return &l.Least }, "How many instances there are at least when it begins."),
	decode.Optional("before", span.That(decode.AtMost(18*time.Minute, "18m")), func(l *Launch) *time.Duration { return &l.Before }, "How long before the launch they are asked for."),
	decode.Optional("until", span.That(decode.AtMost(25*time.Minute, "25m")), func(l *Launch) *time.Duration { return &l.Until }, "How long after its begin they are kept at least."),
	decode.Optional("most", some, func(l *Launch) *int { return &l.Most }, "How many instances the autoscaler may have."),
}}

var dashboard = decode.Object[Dashboard]{Name: "dashboard", Doc: "What somebody looks at.", Fields: []decode.Field[Dashboard]{
	decode.Optional("shows", decode.Text, func(d *Dashboard) *string { return &d.Shows }, "What it shows."),
	decode.Optional("alert", decode.Text, func(d *Dashboard) *string { return &d.Alert }, "The threshold at which somebody is called."),
}}

// Schema describes the file of answers to editors.
func Schema() decode.Schema {
	return decode.Describe(table, "https://lbsim.dev/schema/answers.json", "lbsim exercise: answers")
}

// Read reads answers. The error is a decode.Problems.
func Read(name string, r io.Reader) (*Answers, error) {
	doc, err := decode.Parse(name, r)
	if problems, ok := errors.AsType[decode.Problems](err); ok {
		for i := range problems {
			problems[i].Rule += "; a text with a colon, a comma or > in it stands in quotes"
		}
		return nil, problems
	}
	if err != nil {
		return nil, err
	}
	doc.DropEmpty()
	a, _ := table.Read(doc.Root())
	if err := doc.Err(); err != nil {
		return nil, err
	}
	return &a, nil
}
