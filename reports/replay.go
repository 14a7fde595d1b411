package reports

import (
	"fmt"
	"io"

	"lbsim/reports/wording"
	"lbsim/studies/replay"
	"lbsim/studies/result"
)

var replayColumns = []column[*replay.Outcome]{
	{metric{"retries", wording.Ratio, noGoal, 0}, func(o *replay.Outcome) result.Estimate { return exact(o.RetryRatio) }},
	{metric{"errors", wording.Ratio, noGoal, 0}, func(o *replay.Outcome) result.Estimate { return exact(o.ErrorRatio) }},
	{metric{"ejections", wording.Number, noGoal, 3}, func(o *replay.Outcome) result.Estimate { return exact(float64(o.Ejections)) }},
	{metric{"peak/mean", wording.Number, noGoal, 0}, func(o *replay.Outcome) result.Estimate { return result.Estimate{Value: o.Imbalance.PeakToMean} }},
	{metric{"cv", wording.Number, noGoal, 1}, func(o *replay.Outcome) result.Estimate { return result.Estimate{Value: o.Imbalance.CV} }},
	{metric{"jain", wording.Number, noGoal, 2}, func(o *replay.Outcome) result.Estimate { return result.Estimate{Value: o.Imbalance.Jain} }},
}

var replayedColumns = []column[*replay.Server]{
	{metric{"share", wording.Ratio, noGoal, 0}, func(s *replay.Server) result.Estimate { return exact(s.Share) }},
	{metric{"peak in flight", wording.Number, noGoal, 0}, func(s *replay.Server) result.Estimate { return exact(float64(s.PeakInFlight)) }},
	{metric{"mean in flight", wording.Number, noGoal, 0}, func(s *replay.Server) result.Estimate { return exact(s.MeanInFlight) }},
}

// WriteReplay writes what came of a recording for people.
func WriteReplay(w io.Writer, r *replay.Result, opt TableOptions) error {
	if opt.Markdown {
		opt.Color, opt.Width = false, 0
	}
	p := &page{opt: opt}
	p.title("What the balancer saw")
	live := &r.Results[0]
	p.paragraph(fmt.Sprintf("%s · %s requests and %s attempts in %.4g s · recorded with %s", r.File,
		wording.Count(uint64(live.Requests)), wording.Count(uint64(live.Attempts)), r.Seconds, r.Algorithm))
	p.paragraph(fmt.Sprintf("Played back, all %s calls of the balancer gave every decision and event again.", wording.Count(uint64(r.Calls))))
	for _, text := range r.Warnings {
		p.paragraph(text)
	}
	all := grid{labels: []string{"algorithm"}, metrics: metricsOf(replayColumns)}
	servers := grid{labels: []string{"algorithm", "server"}, metrics: metricsOf(replayedColumns)}
	for i := range r.Results {
		o := &r.Results[i]
		name := o.Variant
		if o.Recorded {
			name += " (recorded)"
		}
		all.rows = append(all.rows, gridRow{labels: []string{name}, figures: estimates(replayColumns, o)})
		for j := range o.Servers {
			s := &o.Servers[j]
			servers.rows = append(servers.rows, gridRow{labels: []string{name, s.Name}, figures: estimates(replayedColumns, s)})
		}
	}
	p.table("", all)
	p.heading("Servers")
	p.table("", servers)
	return p.flush(w)
}

// WriteReplayJSON writes what came of a recording as JSON.
func WriteReplayJSON(w io.Writer, r *replay.Result) error { return writeContract(w, *r) }
