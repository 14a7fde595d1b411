package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"lbsim/config/decode"
)

// Objective is a service-level objective: a figure, and what it must be.
//
//	p99 < 250ms
//	p95{class=read} < 20ms at 400/s
//	error_ratio{during=slow} <= 0.1%
type Objective struct {
	Text   string  // as written
	Metric string  // one of Metrics
	Class  string  // of these requests only; "": all
	During string  // while this act of the timeline lasts; "": the measured window
	Op     string  // <, <=, > or >=
	Limit  float64 // seconds, ratio or requests a second
	Rate   float64 // at this rate of arrivals, requests a second; 0: the scenario's
}

// metric is a figure that objectives can be about.
type metric struct {
	name  string
	parse func(string) (float64, bool) // of its limit
	what  string                       // how the limit is written
}

var metrics = []metric{
	{"mean", decode.ParseSeconds, aTime}, {"p50", decode.ParseSeconds, aTime}, {"p90", decode.ParseSeconds, aTime},
	{"p95", decode.ParseSeconds, aTime}, {"p99", decode.ParseSeconds, aTime}, {"p999", decode.ParseSeconds, aTime},
	{"wait_mean", decode.ParseSeconds, aTime}, {"wait_p50", decode.ParseSeconds, aTime}, {"wait_p99", decode.ParseSeconds, aTime},
	{"error_ratio", decode.ParseShare, aShare}, {"utilization", decode.ParseShare, aShare},
	{"retry_ratio", decode.ParseShare, aShare}, {"amplification", decode.ParseNumber, "a number, such as 1.2"}, {"hedge_ratio", decode.ParseShare, aShare}, {"wasted_ratio", decode.ParseShare, aShare},
	{"throughput", decode.ParseRate, "a rate, such as 400/s"}, {"hit_ratio", decode.ParseShare, aShare},
	{"server_hours", decode.ParseNumber, "a number of hours, such as 2.5"}, {"price", decode.ParseNumber, "a number, such as 12.5"},
	{"sessions_lost", decode.ParseNumber, "a number, such as 10"},
}

const (
	aTime  = "a duration, such as 250ms"
	aShare = "a share, such as 0.1%"
)

// Metrics returns the names of the figures that objectives can be about.
func Metrics() []string {
	names := make([]string, len(metrics))
	for i := range metrics {
		names[i] = metrics[i].name
	}
	return names
}

// objectivePattern is figure{filter=…} op limit at rate.
var objectivePattern = regexp.MustCompile(`^\s*([A-Za-z_][\w.]*)\s*(?:\{([^{}]*)\})?\s*(<=|>=|<|>)\s*(\S.*?)(?:\s+at\s+(\S.*?))?\s*$`)

// Met reports whether a value meets the objective.
func (o *Objective) Met(value float64) bool {
	switch o.Op {
	case "<":
		return value < o.Limit
	case "<=":
		return value <= o.Limit
	case ">":
		return value > o.Limit
	}
	return value >= o.Limit
}

// ParseObjective reads an objective. It does not know which classes and acts
// there are. The error is the rule that is broken.
func ParseObjective(text string) (Objective, error) {
	o := Objective{Text: strings.TrimSpace(text)}
	m := objectivePattern.FindStringSubmatch(text)
	if m == nil {
		return o, errors.New("must look like p99 < 250ms, p95{class=read} < 20ms at 400/s or error_ratio < 0.1%")
	}
	o.Metric, o.Op = m[1], m[3]
	if o.Metric == "p99.9" {
		o.Metric = "p999"
	}
	i := slices.Index(Metrics(), o.Metric)
	if i < 0 {
		return o, fmt.Errorf("unknown figure %s: %s", m[1], decode.Suggest(m[1], Metrics()))
	}
	var ok bool
	if o.Limit, ok = metrics[i].parse(m[4]); !ok || o.Limit < 0 {
		return o, fmt.Errorf("the limit %s must be %s", m[4], metrics[i].what)
	}
	if m[5] != "" {
		if o.Rate, ok = decode.ParseRate(m[5]); !ok || o.Rate <= 0 {
			return o, fmt.Errorf("at %s must be a rate > 0, such as 400/s", m[5])
		}
	}
	return o, o.filter(m[2])
}

// filter reads class=read,during=slow.
func (o *Objective) filter(text string) error {
	for _, pair := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		value = strings.TrimSpace(value)
		into := map[string]*string{"class": &o.Class, "during": &o.During}[strings.TrimSpace(key)]
		switch {
		case into == nil:
			return fmt.Errorf("unknown filter %s: %s", key, decode.Suggest(key, []string{"class", "during"}))
		case value == "":
			return fmt.Errorf("the filter %s needs a value: %s=name", key, key)
		case *into != "":
			return fmt.Errorf("the filter %s is given twice", key)
		}
		*into = value
	}
	return nil
}

// Objectives reads objectives.
var Objectives = decode.List[Objective]{Of: objectiveType{}}

// objectiveType reads an objective from a line of text.
type objectiveType struct{}

func (objectiveType) Read(v decode.Value) (Objective, bool) {
	text, ok := decode.Text.Read(v)
	if !ok {
		return Objective{}, false
	}
	o, err := ParseObjective(text)
	if err != nil {
		v.Fail("%s", err.Error())
	}
	return o, err == nil
}

func (objectiveType) Write(o Objective) any { return o.Text }

func (objectiveType) Schema(*decode.Defs) decode.Schema {
	return decode.Schema{"type": "string",
		"pattern": `^\s*(p99\.9|` + strings.Join(Metrics(), "|") + `)\s*(\{[^{}]*\})?\s*(<=|>=|<|>)\s*\S`}
}

// Measured reports whether a live proxy can tell how an objective stands: its own figures,
// of all requests.
func (o *Objective) Measured() bool {
	_, quantile := o.Quantile()
	return (quantile || o.Metric == "mean" || o.Metric == "error_ratio") && o.Class == "" && o.During == "" && o.Rate == 0 && (o.Op == "<" || o.Op == "<=")
}

// Quantile returns which one of the latency the objective is about: 0.99 of p99.
func (o *Objective) Quantile() (q float64, ok bool) {
	q, ok = map[string]float64{"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p999": 0.999}[o.Metric]
	return q, ok
}

// checkMeasured refuses objectives that a live proxy knows nothing of.
func checkMeasured(v decode.Value, all []Objective) {
	for i := range all {
		if !all[i].Measured() {
			v.Index(i).Fail("is a scenario's: lbsim proxy measures mean, p50, p90, p95, p99, p999 and error_ratio of all requests, below a limit")
		}
	}
}
