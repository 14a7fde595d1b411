package scenarios

import (
	"slices"
	"time"

	"lbsim/config/decode"
	"lbsim/sim/autoscale"
)

// Autoscale is how the number of servers of a group follows its load, as written.
type Autoscale struct {
	Min, Max      int
	Target        Target
	Tolerance     float64
	Sync          time.Duration
	Window        time.Duration
	Provisioning  time.Duration
	Stabilization UpDown[time.Duration]
	Limits        UpDown[[]autoscale.Limit]
	Select        UpDown[autoscale.Select]
	Schedule      []Floor
}

// UpDown is a setting for either direction.
type UpDown[T any] struct{ Up, Down T }

// Target is what to keep where; nil: not looked at.
type Target struct {
	CPU     *float64
	Latency *LatencyTarget
	Queue   *float64
}

// LatencyTarget is one of the figures of the times at the servers, in seconds.
type LatencyTarget struct{ Mean, P50, P90, P95, P99 *float64 }

// Floor is the least number of servers from an instant on.
type Floor struct {
	At  time.Duration
	Min int
}

// The defaults are those of the Kubernetes HorizontalPodAutoscaler: a tolerance of
// 0.1, a sync of 15 s, no stabilization up and 300 s down, and the default behaviour:
// up by 100% or 4 pods in 15 s, whichever is more, down by 100% in 15 s. It reads
// metrics over whatever window their source has; here it is a sync. Provisioning is
// what a new machine takes, of the order of a minute.
func autoscaleTable() decode.Object[Autoscale] {
	usual := []autoscale.Limit{{Share: 1, Period: 15 * time.Second}}
	servers := decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(maxScaled, "10000"))
	return decode.Object[Autoscale]{
		Name: "autoscale", Doc: "How the number of servers follows the load: ceil(number · metric/target), as the Kubernetes HorizontalPodAutoscaler computes it.",
		Fields: []decode.Field[Autoscale]{
			decode.Required("min", servers, func(a *Autoscale) *int { return &a.Min }, "The least number of servers; there are so many at the start unless count says otherwise."),
			decode.Required("max", servers, func(a *Autoscale) *int { return &a.Max }, "The greatest number of servers."),
			decode.Required("target", targetTable(), func(a *Autoscale) *Target { return &a.Target }, "Where to keep a metric; of several the one counts that asks for the most servers."),
			decode.Default("tolerance", decode.Share.That(decode.AtLeast(0.0, "0%"), decode.Below(1.0, "100%")), func(a *Autoscale) *float64 { return &a.Tolerance }, 0.1, "How far, as a share of the target, a metric may be from it without any change."),
			decode.Default("sync", span, func(a *Autoscale) *time.Duration { return &a.Sync }, 15*time.Second, "How often it looks."),
			decode.Derived("window", span, func(a *Autoscale) *time.Duration { return &a.Window }, "What metrics are the mean of: the time before each look. Left out: one sync."),
			decode.Default("provisioning", instant, func(a *Autoscale) *time.Duration { return &a.Provisioning }, time.Minute, "How long after the decision a new server serves."),
			decode.Section("stabilization", decode.Object[UpDown[time.Duration]]{
				Doc: "How long a recommendation counts: the least of that time is followed up, the greatest down.",
				Fields: []decode.Field[UpDown[time.Duration]]{
					decode.Default("up", instant, func(x *UpDown[time.Duration]) *time.Duration { return &x.Up }, 0, "Up."),
					decode.Default("down", instant, func(x *UpDown[time.Duration]) *time.Duration { return &x.Down }, 5*time.Minute, "Down."),
				}}, func(a *Autoscale) *UpDown[time.Duration] { return &a.Stabilization }, "How long a recommendation counts."),
			decode.Section("limits", decode.Object[UpDown[[]autoscale.Limit]]{
				Doc: "How much the number may change within a period; an empty list is no limit.",
				Fields: []decode.Field[UpDown[[]autoscale.Limit]]{
					decode.Default("up", limits, func(x *UpDown[[]autoscale.Limit]) *[]autoscale.Limit { return &x.Up }, append(slices.Clone(usual), autoscale.Limit{Servers: 4, Period: 15 * time.Second}), "Up."),
					decode.Default("down", limits, func(x *UpDown[[]autoscale.Limit]) *[]autoscale.Limit { return &x.Down }, usual, "Down."),
				}}, func(a *Autoscale) *UpDown[[]autoscale.Limit] { return &a.Limits }, "How much the number may change within a period."),
			decode.Section("select", decode.Object[UpDown[autoscale.Select]]{
				Doc: "Which of several limits counts: max, the most generous; min; or disabled: no change in this direction.",
				Fields: []decode.Field[UpDown[autoscale.Select]]{
					decode.Default("up", selects, func(x *UpDown[autoscale.Select]) *autoscale.Select { return &x.Up }, autoscale.Most, "Up."),
					decode.Default("down", selects, func(x *UpDown[autoscale.Select]) *autoscale.Select { return &x.Down }, autoscale.Most, "Down."),
				}}, func(a *Autoscale) *UpDown[autoscale.Select] { return &a.Select }, "Which of several limits counts."),
			decode.Optional("schedule", decode.List[Floor]{Of: decode.Object[Floor]{
				Doc: "A minimum from an instant on.",
				Fields: []decode.Field[Floor]{
					decode.Required("at", instant, func(f *Floor) *time.Duration { return &f.At }, "When."),
					decode.Required("min", servers, func(f *Floor) *int { return &f.Min }, "The least number of servers from then on."),
				}}, Max: 1000}, func(a *Autoscale) *[]Floor { return &a.Schedule }, "Other minimums at other times: for traffic that is known to come. Servers are asked for at the first look from then on."),
		},
		Check: checkAutoscale,
	}
}

// maxScaled bounds the servers of an autoscaled group: each look reads them all.
const maxScaled = 10_000

var selects = decode.Words[autoscale.Select]{Known: []decode.Word[autoscale.Select]{
	{Name: "max", Value: autoscale.Most}, {Name: "min", Value: autoscale.Least}, {Name: "disabled", Value: autoscale.Disabled}}}

var limits = decode.List[autoscale.Limit]{Max: 10, Of: decode.Object[autoscale.Limit]{
	Doc: "A bound on the change within a period: so many servers, or a share of those that there were when it began.",
	Fields: []decode.Field[autoscale.Limit]{
		decode.Optional("servers", decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(maxScaled, "10000")), func(l *autoscale.Limit) *int { return &l.Servers }, "How many."),
		decode.Optional("share", decode.Share.That(decode.Above(0.0, "0%"), decode.AtMost(100.0, "10000%")), func(l *autoscale.Limit) *float64 { return &l.Share }, "Which share."),
		decode.Required("period", span, func(l *autoscale.Limit) *time.Duration { return &l.Period }, "Within how long."),
	},
	Groups: []decode.Group{decode.OneOf("servers", "share")},
}}

func targetTable() decode.Object[Target] {
	some := decode.Pointer[float64]{To: decode.Number.That(decode.Above(0.0, "0"), decode.AtMost(1e6, "1000000"))}
	share := decode.Pointer[float64]{To: decode.Share.That(decode.Above(0.0, "0%"), decode.AtMost(1.0, "100%"))}
	return decode.Object[Target]{
		Name: "target", Doc: "Where to keep a metric.",
		Fields: []decode.Field[Target]{
			decode.Optional("cpu", share, func(t *Target) **float64 { return &t.CPU }, "The busy share of the servers' processors, on average: of their workers, times cpu_share."),
			decode.Optional("latency", decode.Pointer[LatencyTarget]{To: latencyTarget()}, func(t *Target) **LatencyTarget { return &t.Latency }, "The time that requests spend at the servers: {p95: 300ms}."),
			decode.Optional("queue", some, func(t *Target) **float64 { return &t.Queue }, "How many requests wait at a server, on average."),
		},
		Check: func(v decode.Value, t *Target) {
			if t.CPU == nil && t.Latency == nil && t.Queue == nil {
				v.FailKey("needs at least one of cpu, latency and queue")
			}
		},
	}
}

func latencyTarget() decode.Object[LatencyTarget] {
	some := decode.Pointer[float64]{To: decode.Seconds.That(decode.Above(0.0, "0"), decode.AtMost(1e9, "1e9s"))}
	o := decode.Object[LatencyTarget]{
		Doc:    "One figure of the times at the servers.",
		Groups: []decode.Group{decode.OneOf("mean", "p50", "p90", "p95", "p99")},
	}
	for i, q := range latencyQuantiles {
		o.Fields = append(o.Fields, decode.Optional(q.name, some, func(l *LatencyTarget) **float64 { return l.figures()[i] }, q.doc))
	}
	return o
}

// latencyQuantiles are parallel to LatencyTarget.figures.
var latencyQuantiles = []struct {
	name, doc string
	q         float64
}{{"mean", "The mean.", 0}, {"p50", "The median.", 0.5}, {"p90", "The 90th percentile.", 0.9}, {"p95", "The 95th percentile.", 0.95}, {"p99", "The 99th percentile.", 0.99}}

func (l *LatencyTarget) figures() []**float64 {
	return []**float64{&l.Mean, &l.P50, &l.P90, &l.P95, &l.P99}
}

func checkAutoscale(v decode.Value, a *Autoscale) {
	if !v.Get("window").Present() {
		a.Window = a.Sync
	}
	if a.Max < a.Min {
		v.Get("max").Fail("must be at least min, %d", a.Min)
	}
	if a.Window%a.Sync != 0 || a.Window > maxSyncs*a.Sync {
		v.Get("window").Fail("must be 1 to %d times the sync, %s", maxSyncs, decode.FormatSeconds(a.Sync.Seconds()))
	}
	for i, f := range a.Schedule {
		at := v.Get("schedule").Index(i)
		if f.Min > a.Max {
			at.Get("min").Fail("must be at most max, %d", a.Max)
		}
		if i > 0 && f.At < a.Schedule[i-1].At {
			at.Get("at").Fail("must not be before the one above, %s", decode.FormatSeconds(a.Schedule[i-1].At.Seconds()))
		}
	}
}

// maxSyncs is how many syncs a window has at most.
const maxSyncs = 100

// checkCount fills in a group's number at the start where only an autoscaler says
// what it may be.
func checkCount(v decode.Value, g *Server) {
	a := g.Autoscale
	if a == nil {
		return
	}
	if !v.Get("count").Present() {
		g.Count = a.Min
	}
	if g.Count < a.Min || g.Count > a.Max {
		v.Get("count").Fail("must lie within autoscale.min and max, %d to %d: leave it out to begin with %d", a.Min, a.Max, a.Min)
	}
}
