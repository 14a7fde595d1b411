package wording

import (
	"fmt"
	"strings"

	"lbsim/studies/capacity"
)

// Fleet is what people call a fleet, with what it has lost: less one server (api-1).
func Fleet(l *capacity.Line) string {
	text := map[capacity.Fleet]string{capacity.Whole: "whole", capacity.LessOneServer: "less one server", capacity.LessOneZone: "less one zone"}[l.Fleet]
	if l.Lost != "" {
		text += " (" + l.Lost + ")"
	}
	return text
}

// Objectives lists what is asked for: p99 < 200 ms and error_ratio < 1%.
func Objectives(r *capacity.Result) string {
	texts := make([]string, len(r.Objectives))
	for i, o := range r.Objectives {
		texts[i] = o.Objective
	}
	return strings.Join(texts, " and ")
}

// Place prints a place with its unit: 412/s, 7 servers.
func Place(find capacity.Find, at float64) string {
	if find == capacity.Servers {
		if at == 1 {
			return "1 server"
		}
		return fmt.Sprintf("%.0f servers", at)
	}
	return PerSecond.Text(at)
}

// Carried is a line's answer as a sentence.
func Carried(r *capacity.Result, l *capacity.Line) string {
	whose := l.Variant + ", " + Fleet(l) + ": "
	objectives := Objectives(r)
	switch {
	case l.Answer == capacity.NeverMissed && r.Find == capacity.Rate:
		return whose + fmt.Sprintf("no rate misses %s: it was met up to %s, %.3g times what the servers can do; requests are turned away instead of waiting, so ask for those too, such as --slo 'error_ratio < 1%%'",
			objectives, Place(r.Find, *l.Met), *l.Met/l.BoundRPS)
	case l.Answer == capacity.NeverMissed:
		return whose + fmt.Sprintf("%s is met with as few as %s", objectives, Place(r.Find, *l.Met))
	case l.Answer == capacity.NeverMet:
		return whose + fmt.Sprintf("%s is missed wherever it was asked: even at %s %s", l.Binding, Place(r.Find, *l.Missed), least(l))
	case l.Met == nil && l.Missed == nil:
		return whose + "nothing is known yet"
	case l.Met == nil:
		return whose + fmt.Sprintf("less than %s, more is not known", Place(r.Find, *l.Missed))
	case l.Missed == nil:
		return whose + fmt.Sprintf("%s at least, more is not known", Place(r.Find, *l.Met))
	case r.Find == capacity.Servers:
		return whose + enoughServers(r, l)
	}
	text := whose + fmt.Sprintf("between %s and %s (%s to %s of what the servers can do), where %s begins to be missed", PerSecond.Number(*l.Met), Place(r.Find, *l.Missed),
		Percent.Number(*l.Met/l.BoundRPS), Percent.Text(*l.Missed/l.BoundRPS), l.Binding)
	if l.Answer == capacity.Wide {
		text += fmt.Sprintf("; that is %s apart, for the figure varies too much to tell more with these requests (--budget)", Percent.Text(*l.Missed / *l.Met - 1))
	}
	return text
}

// enoughServers says how many are, which of them lost.
func enoughServers(r *capacity.Result, l *capacity.Line) string {
	lost := ""
	if l.Fleet != capacity.Whole {
		lost = ", those included that are lost,"
	}
	text := fmt.Sprintf("%s%s meet the objectives, and %.0f miss %s", Place(r.Find, *l.Met), lost, *l.Missed, l.Binding)
	if between := int(*l.Met - *l.Missed - 1); between > 0 {
		text += fmt.Sprintf("; of the %d between nothing could be shown with these requests (--budget)", between)
	}
	return text
}

// least is the figure where the strain is the least.
func least(l *capacity.Line) string {
	for _, p := range l.Probes {
		if p.At != *l.Missed {
			continue
		}
		for _, o := range p.Objectives {
			if o.Objective == l.Binding && o.Known() {
				kind := KindOf(o.Objective)
				return "it is " + EstimateText(kind.UnitOf(*o.Value), o.Estimate)
			}
		}
	}
	return "queues grow for ever"
}
