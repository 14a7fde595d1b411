// Package alerts writes what Prometheus and Grafana need to watch a live proxy: alert rules
// made of its objectives, and a dashboard. It names only what the proxy's /metrics gives.
package alerts

import (
	"fmt"
	"io"
	"strconv"

	"gopkg.in/yaml.v3"

	"lbsim/config"
)

// file, group and rule are as Prometheus' rule files have them.
type file struct {
	Groups []group `yaml:"groups"`
}

type group struct {
	Name  string `yaml:"name"`
	Rules []rule `yaml:"rules"`
}

type rule struct {
	Record      string            `yaml:"record,omitempty"`
	Alert       string            `yaml:"alert,omitempty"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for,omitempty"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

// The severities: somebody is woken, or finds a ticket in the morning.
const (
	page   = "page"
	ticket = "ticket"
)

func alert(name, severity, expr, lasting, summary string, about ...any) rule {
	return rule{Alert: name, Expr: expr, For: lasting, Labels: map[string]string{"severity": severity}, Annotations: map[string]string{"summary": fmt.Sprintf(summary, about...)}}
}

// Write writes the alert rules of a balancer's objectives and limits. It returns what of the
// objectives a proxy does not measure, for which there is no rule.
func Write(w io.Writer, b *config.Balancer, objectives []config.Objective) (unmeasured []string, err error) {
	slo := group{Name: "lbsim_objectives"}
	burning := false
	for i := range objectives {
		o := &objectives[i]
		switch q, quantile := o.Quantile(); {
		case !o.Measured():
			unmeasured = append(unmeasured, o.Text)
		case o.Metric == "error_ratio":
			slo.Rules = append(slo.Rules, burnRates(o)...)
			burning = true
		case quantile:
			slo.Rules = append(slo.Rules, alert("LbsimLatency", page, "histogram_quantile("+number(q)+", sum by (le) (rate(lbsim_request_duration_seconds_bucket[5m]))) > "+number(o.Limit), "10m",
				"The %s of latency has been above %ss for 10 minutes (objective: %s).", o.Metric, number(o.Limit), o.Text))
		default:
			slo.Rules = append(slo.Rules, alert("LbsimLatency", page, "sum(rate(lbsim_request_duration_seconds_sum[5m])) / sum(rate(lbsim_request_duration_seconds_count[5m])) > "+number(o.Limit), "10m",
				"The mean latency has been above %ss for 10 minutes (objective: %s).", number(o.Limit), o.Text))
		}
	}
	f := file{}
	if burning {
		f.Groups = append(f.Groups, group{Name: "lbsim_error_ratios", Rules: ratios()})
	}
	if len(slo.Rules) > 0 {
		f.Groups = append(f.Groups, slo)
	}
	f.Groups = append(f.Groups, group{Name: "lbsim_saturation", Rules: saturation(b)}, group{Name: "lbsim_servers", Rules: servers()})
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(f); err != nil {
		return nil, err
	}
	return unmeasured, e.Close()
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }

// burn is a speed at which the errors that an objective allows are used up, seen over a
// long window and, so that an alert ends soon after its cause, a short one.
type burn struct {
	rate        float64
	long, short string
	severity    string
}

// burns are those of the Site Reliability Workbook (Google, 2018), chapter 5, table 5-8: 2%
// of a month's budget in an hour, 5% in six, and 10% in a day or in three.
var burns = []burn{{14.4, "1h", "5m", page}, {6, "6h", "30m", page}, {3, "1d", "2h", ticket}, {1, "3d", "6h", ticket}}

// ratios are the share of requests that came to nothing, over all windows of the burns.
// Errors are as in the simulation: answers of 500 and above, and what was rejected.
func ratios() (rules []rule) {
	for _, window := range []string{"5m", "30m", "1h", "2h", "6h", "1d", "3d"} {
		rejected := "sum(rate(lbsim_rejected_total[" + window + "]))"
		rules = append(rules, rule{Record: "lbsim:error_ratio:" + window,
			Expr: `(sum(rate(lbsim_requests_total{class="5xx"}[` + window + `])) + ` + rejected + ") / (sum(rate(lbsim_requests_total[" + window + "])) + " + rejected + ")"})
	}
	return rules
}

// burnRates are the alerts of an objective about errors. A burn that would need more errors
// than there are requests has none.
func burnRates(o *config.Objective) (rules []rule) {
	for _, b := range burns {
		limit := b.rate * o.Limit
		if limit >= 1 {
			continue
		}
		above := " > " + number(limit)
		r := alert("LbsimErrorBudgetBurn", b.severity, "lbsim:error_ratio:"+b.long+above+" and lbsim:error_ratio:"+b.short+above, "",
			"Errors use up what the objective %s allows %s times as fast as it may last (over %s and %s).", o.Text, number(b.rate), b.long, b.short)
		r.Labels["window"] = b.long
		rules = append(rules, r)
	}
	return rules
}

// nearLimit is the share of a limit from which on it is news.
const nearLimit = 0.8

// saturation is about what is nearly used up.
func saturation(b *config.Balancer) (rules []rule) {
	for _, p := range b.All() {
		if p.Limits == nil || p.Limits.Requests == 0 {
			continue
		}
		rules = append(rules, alert("LbsimPoolNearLimit", ticket, fmt.Sprintf("sum(lbsim_in_flight{pool=%q}) > %s", p.Name, number(nearLimit*float64(p.Limits.Requests))), "5m",
			"The pool %s has had more than 80%% of its %d requests in flight for 5 minutes.", p.Name, p.Limits.Requests))
	}
	return append(rules,
		alert("LbsimTurnsAway", page, `sum by (reason) (rate(lbsim_rejected_total{reason=~"no_endpoint|overflow|queue_full|queue_timeout|shed"}[5m])) > 0`, "5m",
			"Requests have been turned away for 5 minutes: {{ $labels.reason }}."),
		alert("LbsimProcessor", ticket, "rate(process_cpu_seconds_total[5m]) / on (instance, job) go_sched_gomaxprocs_threads > 0.8 and on (instance, job) lbsim_up == 1", "10m",
			"The proxy has used more than 80%% of its processors for 10 minutes."),
		alert("LbsimConnections", ticket, "process_open_fds / process_max_fds > 0.8 and on (instance, job) lbsim_up == 1", "5m",
			"The proxy has more than 80%% of the open files that it may have."),
	)
}

// servers are about servers that are out, and the proxy itself.
func servers() []rule {
	return []rule{
		alert("LbsimPoolDown", page, "sum by (pool) (lbsim_ready) == 0", "1m", "No server of the pool {{ $labels.pool }} is ready."),
		alert("LbsimPoolThin", page, "avg by (pool) (lbsim_ready) < 0.5", "5m", "Fewer than half of the servers of the pool {{ $labels.pool }} have been ready for 5 minutes."),
		alert("LbsimServerOut", ticket, "lbsim_ready == 0", "15m", "{{ $labels.server }} of the pool {{ $labels.pool }} has been out for 15 minutes."),
		alert("LbsimServerFlaps", ticket, `sum by (pool, server) (increase(lbsim_events_total{event=~"ejected|down"}[30m])) > 3`, "",
			"{{ $labels.server }} of the pool {{ $labels.pool }} went out more than 3 times in half an hour."),
		alert("LbsimReloadRefused", ticket, `increase(lbsim_reloads_total{result="refused"}[15m]) > 0`, "", "A configuration was refused; the old one stays."),
		alert("LbsimGone", page, "absent(lbsim_up)", "2m", "No proxy can be asked."),
	}
}
