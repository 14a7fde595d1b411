package truth

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"lbsim/sim"
)

// A metric is a figure of a replication.
type metric struct {
	name  string
	of    func(*replication) float64
	rare  float64 // the share of requests, or of looks, that the figure rests on
	needs needs
}

// needs are what a replication must watch beside its result.
type needs struct {
	slowdown bool // of sizes, by bands
	loads    bool // shares of servers by load
	listed   bool // dispatches to a server that had reported
}

func (n needs) or(o needs) needs {
	return needs{n.slowdown || o.slowdown, n.loads || o.loads, n.listed || o.listed}
}

// metricsOf are the figures that a row asks for: one, or one for each band of sizes.
func metricsOf(r row) (ms []metric) {
	name, _, _ := strings.Cut(r.Metric, " (")
	if strings.HasPrefix(name, "E[T|size x]/x") {
		for b := range bands {
			ms = append(ms, metric{name: fmt.Sprintf("slowdown of band %d", b), rare: 1, needs: needs{slowdown: true},
				of: func(x *replication) float64 { return x.bands[b].time / x.bands[b].work }})
		}
		return ms
	}
	m := metric{name: name, rare: 1, of: plain[name]}
	var k int
	switch {
	case m.of != nil:
	case quantile(&m):
	case scans(name, "fraction of servers with >=%d jobs", &k):
		m.needs.loads, m.rare = true, 0.1
		m.of = func(x *replication) float64 {
			return float64(x.atLeast[k]) / float64(x.looks) / float64(x.world.copies())
		}
	default:
		panic(r.ID + ": no metric " + r.Metric)
	}
	if value := r.Value(); value < 0.5 && (name == "P_loss" || m.needs.loads) {
		m.rare = value // such a share rests on so few
	}
	if name == listedFraction {
		m.needs.listed = true
	}
	return []metric{m}
}

const listedFraction = "fraction of dispatches that find an idle server listed"

// plain are the metrics that a name says all about.
var plain = map[string]func(*replication) float64{
	"mean_T": func(x *replication) float64 { return x.class().Latency.Mean() },
	"mean_W": func(x *replication) float64 { return x.class().Wait.Mean() },
	"var_T":  func(x *replication) float64 { return x.class().Latency.Variance() },
	"sd_W":   func(x *replication) float64 { return math.Sqrt(x.class().Wait.Variance()) },
	"P_wait": func(x *replication) float64 {
		return float64(x.class().Waited) / float64(x.class().Completed)
	},
	"mean_N":           func(x *replication) float64 { return x.InSystem },
	"P_loss":           func(x *replication) float64 { return share(x.class().Rejected, x) },
	"abandon fraction": func(x *replication) float64 { return share(x.class().TimedOut, x) },
	"P(T > deadline)":  func(x *replication) float64 { return share(x.class().TimedOut, x) },
	"throughput": func(x *replication) float64 {
		return float64(x.class().Completed) / (x.End - x.Start).Seconds()
	},
	"utilisation per server": func(x *replication) float64 {
		return x.Servers[0].Busy / (x.End - x.Start).Seconds() / float64(x.world.workers)
	},
	"fraction of requests to server 0": func(x *replication) float64 { return share(x.Servers[0].Requests, x) },
	"mean number per server":           func(x *replication) float64 { return x.InSystem / float64(x.world.copies()) },
	"E[N(t)]":                          func(x *replication) float64 { return x.inSystem / float64(x.world.copies()) },
	"E[arrivals in":                    func(x *replication) float64 { return x.arrived },
	listedFraction:                     func(x *replication) float64 { return float64(x.listed) / float64(x.dispatched) },
}

func share(n uint64, x *replication) float64 { return float64(n) / float64(x.class().Offered) }

// quantile reads p50_T as 0.5 and p999_W as 0.999.
func quantile(m *metric) bool {
	digits, what, found := strings.Cut(m.name, "_")
	if !found || digits[0] != 'p' {
		return false
	}
	number, err := strconv.Atoi(digits[1:])
	if err != nil {
		return false
	}
	q := float64(number) / math.Pow(10, float64(len(digits)-1))
	m.rare = 1 - q
	switch what {
	case "T":
		m.of = func(x *replication) float64 { return x.class().Latency.Histogram.Quantile(q) }
	case "W":
		m.of = func(x *replication) float64 { return x.class().Wait.Histogram.Quantile(q) }
	default:
		return false
	}
	return true
}

func scans(text, format string, k *int) bool {
	n, err := fmt.Sscanf(text, format, k)
	return n == 1 && err == nil
}

// A replication is what one run found, and what was watched beside.
type replication struct {
	*sim.Result
	world              *world
	bands              [bands]struct{ time, work float64 }
	inSystem, arrived  float64 // at the look at a transient
	atLeast            [maxLoad]uint64
	looks              uint64
	listed, dispatched uint64
}

func (x *replication) class() *sim.ClassResult { return &x.Classes[0] }

// copies is how many servers there are.
func (w *world) copies() int { return len(w.speeds) }
