package exercise

import (
	"fmt"
	"slices"
	"time"
)

// wantedDashboards is how many the form asks for.
const wantedDashboards = 3

// boards judges what is shown, and when somebody is called.
func (j *judging) boards(p *Point) {
	all := j.answers.Dashboards
	if len(all) < wantedDashboards {
		p.poor(fmt.Sprintf("%d of %d are answered", len(all), wantedDashboards))
	}
	covered := func(is func(Dashboard) bool) bool { return slices.ContainsFunc(all, is) }
	for _, x := range []struct {
		there bool
		what  string
	}{
		{covered(func(d Dashboard) bool { return says(d.Shows, latencies) }), "latency: what users feel"},
		{covered(func(d Dashboard) bool { return says(d.Shows, failures) }), "errors: what they are refused"},
		{covered(func(d Dashboard) bool { return says(d.Shows, saturations) }), "saturation (CPU, queue, in flight): what is about to run out, before users feel it"},
	} {
		if !x.there {
			p.poor("none shows " + x.what)
		}
	}
	for i, d := range all {
		j.alert(p, i+1, d)
	}
	if len(p.Remarks) == 0 {
		p.good("latency, errors and saturation, each with a threshold and for how long")
	}
}

// alert judges the threshold of one.
func (j *judging) alert(p *Point, number int, d Dashboard) {
	name := fmt.Sprintf("dashboard %d", number)
	if d.Shows != "" {
		name += " (" + firstWords(d.Shows) + ")"
	}
	limit, alert := j.exercise.demands.limit, plain(d.Alert)
	switch {
	case d.Shows == "":
		p.poor(name + ": shows is not answered")
	case d.Alert == "":
		p.poor(name + ": alert is not answered: a dashboard that calls nobody is looked at after the outage")
	case !threshold.MatchString(alert):
		p.poor(name + ": the alert has no number: from what value on is somebody called?")
	case !lasting.MatchString(alert):
		p.poor(name + ": the alert does not say for how long: without that one slow request wakes somebody; … for 5m")
	case means.MatchString(alert) && !quantiles.MatchString(alert) && mentions(d.Shows+" "+d.Alert, latencies):
		p.because("LB029", name+": a mean does not move when one request in a hundred is ten times as slow: alert on a percentile")
	case mentions(d.Shows, processors) && !mentions(d.Shows, failures) && shareIn(alert) >= 1:
		p.poor(name + ": it can never be above 100%: alert before that, at 80% or so")
	case mentions(d.Shows, failures) && shareIn(alert) > outage:
		p.poor(fmt.Sprintf("%s: when %s fail everybody knows: %s may, so alert near that, or on how fast the budget burns", name, percent(shareIn(alert)), percent(j.exercise.demands.errors)))
	case late(alert, limit):
		p.poor(fmt.Sprintf("%s: it calls somebody when the objective of %s is long missed", name, seconds(limit)))
	}
}

// late reports whether an alert's first time, its threshold, is above the objective.
func late(alert string, limit time.Duration) bool {
	m := alertTime.FindStringSubmatch(alert)
	return m != nil && within(m[1], m[2]) > limit
}

// outage is the share of failed requests from which on nobody needs to be told.
const outage = 0.1

// shareIn is an alert's first share, its threshold; 0: it has none.
func shareIn(alert string) float64 {
	m := alertShare.FindStringSubmatch(alert)
	if m == nil {
		return 0
	}
	return decimal(m[1]) / 100
}

// firstWords is the beginning of a text.
func firstWords(text string) string {
	const most = 30
	r := []rune(text)
	if len(r) <= most {
		return text
	}
	return string(r[:most]) + "…"
}
