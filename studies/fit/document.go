package fit

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"lbsim/workloads"
)

// Pair is a key of a document and its value: text, a number, Pairs, or a list of them.
type Pair struct {
	Key   string
	Value any
	Note  string // a comment
}

// Pairs is a mapping whose keys keep their order.
type Pairs []Pair

// MarshalJSON writes an object.
func (p Pairs) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	for i, pair := range p {
		separator := byte(',')
		if i == 0 {
			separator = '{'
		}
		out.WriteByte(separator)
		key, err := json.Marshal(pair.Key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(pair.Value)
		if err != nil {
			return nil, err
		}
		out.Write(key)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// Scenario is the workload as the language has it and, where servers are known, a world and
// a balancer around it. Where the log has no durations there is none, and it is nil.
func (r *Result) Scenario(algorithm string) Pairs {
	w := r.workload()
	if w == nil {
		return nil
	}
	if r.Servers == nil {
		return Pairs{{Key: "workload", Value: w}}
	}
	servers := Pairs{{Key: "name", Value: "server"}, {Key: "count", Value: r.Servers.Count}, {Key: "workers", Value: r.Servers.Workers}}
	note := "the addresses of the log, with as many workers as it shows at least"
	if r.Servers.Given {
		note = "as given"
	}
	if algorithm == "" {
		algorithm = "round_robin"
	}
	return Pairs{{Key: "name", Value: "fitted"}, {Key: "workload", Value: w},
		{Key: "servers", Value: []Pairs{servers}, Note: note},
		{Key: "balancer", Value: Pairs{{Key: "algorithm", Value: algorithm}}, Note: "a log does not tell it: put yours here"},
		{Key: "run", Value: r.run()}}
}

// World is what lbsim validate --with takes: the workload, and servers that are whatever
// endpoints a configuration has. It is nil where Scenario is, or knows no servers.
func (r *Result) World() Pairs {
	w := r.workload()
	if w == nil || r.Servers == nil {
		return nil
	}
	servers := Pairs{{Key: "name", Value: "server"}, {Key: "match", Value: "*"}, {Key: "workers", Value: r.Servers.Workers}}
	return Pairs{{Key: "workload", Value: w}, {Key: "servers", Value: []Pairs{servers}, Note: "the endpoints of the configuration"}}
}

// run is as long as the log where its rate changes, else long enough for some hundred
// thousand requests.
func (r *Result) run() Pairs {
	length := r.Log.Seconds
	rate := float64(r.Log.Requests) / length
	switch r.Arrivals.Process {
	case "steps", "ramp", "diurnal":
	default:
		length = max(10, math.Ceil(200_000/rate))
	}
	if length > 1 {
		length = math.Ceil(length)
	}
	replications := min(20, max(2, int(2e6/(rate*length))))
	return Pairs{{Key: "duration", Value: seconds(length)}, {Key: "replications", Value: replications}}
}

// workload is nil where a class has no service times.
func (r *Result) workload() Pairs {
	var classes []Pairs
	left := 1.0
	for i := range r.Classes {
		c := &r.Classes[i]
		if c.Service == nil {
			return nil
		}
		share := math.Round(c.Share.Value*1e6) / 1e6
		if left -= share; i == len(r.Classes)-1 {
			share = math.Round((share+left)*1e6) / 1e6
		}
		p := Pairs{{Key: "name", Value: c.Name}, {Key: "share", Value: plain(share*100) + "%"}, {Key: "service", Value: law(&c.Service.Law.Spec)}}
		if c.Method != "" && c.Method != "GET" {
			p = append(p, Pair{Key: "method", Value: c.Method})
		}
		if c.Path != "" {
			p = append(p, Pair{Key: "path", Value: c.Path})
		}
		classes = append(classes, p)
	}
	out := Pairs{{Key: "arrivals", Value: r.Arrivals.document()}, {Key: "classes", Value: classes}}
	if k := r.Keys; k != nil {
		keys := Pairs{{Key: "dist", Value: k.Dist}, {Key: "count", Value: int(*k.Spec.Count)}}
		if k.Spec.Exponent != nil {
			keys = append(keys, Pair{Key: "exponent", Value: *k.Spec.Exponent})
		}
		out = append(out, Pair{Key: "keys", Value: keys})
	}
	if c := r.Clients; c != nil && r.Arrivals.Process != "closed" {
		out = append(out, Pair{Key: "clients", Value: Pairs{{Key: "count", Value: int(c.Distinct)}}})
	}
	return out
}

func (a *Arrivals) document() Pairs {
	out := Pairs{{Key: "process", Value: a.Spec.Process}}
	add := func(key string, value *float64, write func(float64) any) {
		if value != nil {
			out = append(out, Pair{Key: key, Value: write(*value)})
		}
	}
	add("rate", a.Rate, rate)
	if d := &a.Spec.Interval; d.Dist != "" {
		out = append(out, Pair{Key: "dist", Value: d.Dist})
		add("cv", d.CV, number)
		add("shape", d.Shape, number)
		add("alpha", d.Alpha, number)
		add("ratio", d.Ratio, number)
	}
	add("from", a.Spec.From, rate)
	add("to", a.Spec.To, rate)
	add("start", a.Spec.Start, seconds)
	add("duration", a.Spec.Duration, seconds)
	add("amplitude", a.Spec.Amplitude, number)
	add("period", a.Spec.Period, seconds)
	add("phase", a.Spec.Phase, number)
	add("users", a.Spec.Users, number)
	if a.Spec.Think != nil {
		out = append(out, Pair{Key: "think", Value: law(a.Spec.Think)})
	}
	var list []Pairs
	for _, s := range a.Spec.Steps {
		list = append(list, Pairs{{Key: "at", Value: seconds(*s.At)}, {Key: "rate", Value: rate(*s.Rate)}})
	}
	if list != nil {
		return append(out, Pair{Key: "steps", Value: list})
	}
	for _, p := range a.Spec.Phases {
		list = append(list, Pairs{{Key: "rate", Value: rate(*p.Rate)}, {Key: "mean", Value: seconds(*p.Mean)}})
	}
	if list != nil {
		out = append(out, Pair{Key: "phases", Value: list})
	}
	return out
}

// law is a distribution as the language has it.
func law(d *workloads.DistributionSpec) Pairs {
	out := Pairs{{Key: "dist", Value: d.Dist}}
	for _, p := range []struct {
		key   string
		value *float64
		write func(float64) any
	}{{"mean", d.Mean, seconds}, {"cv", d.CV, number}, {"shape", d.Shape, number}, {"min", d.Min, seconds}, {"max", d.Max, seconds},
		{"alpha", d.Alpha, number}, {"low", d.Low, seconds}, {"high", d.High, seconds}, {"share", d.Share, number}} {
		if p.value != nil {
			out = append(out, Pair{Key: p.key, Value: p.write(*p.value)})
		}
	}
	if d.Phases != nil {
		var list []Pairs
		for _, p := range d.Phases {
			list = append(list, Pairs{{Key: "share", Value: number(p.Share)}, {Key: "mean", Value: seconds(p.Mean)}})
		}
		out = append(out, Pair{Key: "phases", Value: list})
	}
	if d.Values != nil {
		var values, weights []any
		for i := range d.Values {
			values, weights = append(values, seconds(d.Values[i])), append(weights, number(d.Weights[i]))
		}
		out = append(out, Pair{Key: "values", Value: values}, Pair{Key: "weights", Value: weights})
	}
	return out
}

// plain is a number without an exponent.
func plain(x float64) string { return strconv.FormatFloat(rounded(x), 'f', -1, 64) }

func number(x float64) any { return json.Number(plain(x)) }

func rate(x float64) any { return plain(x) + "/s" }

// seconds is a duration in a unit that suits it.
func seconds(x float64) any {
	unit, suffix := 1.0, "s"
	switch {
	case x == 0:
	case x < 1e-6:
		unit, suffix = float64(time.Second/time.Nanosecond), "ns"
	case x < 1e-3:
		unit, suffix = 1e6, "us"
	case x < 1:
		unit, suffix = 1e3, "ms"
	}
	return plain(x*unit) + suffix
}
