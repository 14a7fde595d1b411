package exercise

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lbsim/scenarios"
	"lbsim/studies/compare"
	"lbsim/studies/result"
)

// thrift is by how much the launch may cost more than with the solution's answers.
const thrift = 0.15

// launch simulates the day of the launch with the answers about it, in a design that is
// good otherwise, and with the solution's.
func (j *judging) launch(ctx context.Context, workers int, tell func(done, planned int)) error {
	good := j.exercise.good()
	own := good.with("launch", j.answers)
	if j.answers.answered("autoscaling") {
		own.Triggers = j.answers.Triggers
	}
	question := compare.Question{Metrics: []string{"p99", "error_ratio", "server_hours"}}
	for _, x := range []struct {
		name    string
		answers *Answers
	}{{"solution", good}, {"answers", own}} {
		source, err := scenarios.Parse(x.name, ".", strings.NewReader(j.exercise.scenario("launch", x.answers)))
		if err != nil {
			return err
		}
		question.Sources = append(question.Sources, source)
	}
	plan, err := question.Plan()
	if x, ok := errors.AsType[contradiction](contradicted(err)); ok {
		j.contradictions["launch"] = x
		return nil
	}
	if err != nil {
		return err
	}
	plan.Workers, plan.Progress = workers, tell
	r, err := compare.Run(ctx, *plan)
	switch {
	case err != nil && ctx.Err() != nil, err == nil && r.Interrupted:
		j.report.Interrupted = true
		return nil
	case err != nil:
		return err
	}
	solution, answers := &r.Results[0], &r.Results[1]
	l := &Launched{P99: answers.Latency.P99, ErrorRatio: answers.ErrorRatio, ServerHours: answers.Cost.ServerHours, ReferenceHours: solution.Cost.ServerHours,
		Replications: r.Replications, Objectives: []result.Objective{}}
	for _, o := range r.SLO {
		if o.Variant == answers.Name {
			l.Objectives = append(l.Objectives, o)
		}
	}
	j.report.Launch = l
	return nil
}

// readiness judges what is done before the launch: first whether the objectives hold, then
// what it costs.
func (j *judging) readiness(p *Point) {
	given := &j.answers.Launch
	if given.Least == 0 {
		p.poor("least is not answered: the launch is announced, so the instances can be there before it; who waits for the autoscaler is late by the time that it takes to see the load and to provision")
	}
	if given.Most > 0 && given.Most < given.Least {
		p.poor(fmt.Sprintf("most (%d) is less than least (%d): the autoscaler can't have both", given.Most, given.Least))
		return
	}
	l := j.report.Launch
	if l == nil {
		return // interrupted
	}
	missed := false
	for _, o := range l.Objectives {
		if o.Verdict == "missed" {
			missed = true
			p.because("launch", o.Objective+" is missed in the launch"+valueOf(o)+": "+j.lateness())
		}
	}
	if missed || !l.ServerHours.Known() || !l.ReferenceHours.Known() {
		return
	}
	own, reference := *l.ServerHours.Value, *l.ReferenceHours.Value
	switch text := fmt.Sprintf("%.3g server-hours, the solution's take %.3g", own, reference); {
	case own > reference*(1+thrift):
		p.because("launch", "it holds in the launch, and costs more than it need: "+text+". Ask for the instances a provisioning and a warm-up before, not longer; let the autoscaler go on from there, and take them away again")
	default:
		p.good("it holds in the launch for " + text)
	}
}

// busyInLaunch is how many instances tenfold load keeps busy: 400/s · 172 ms / 4.
const busyInLaunch = 18

// lateness guesses at what makes a launch fail.
func (j *judging) lateness() string {
	l := &j.answers.Launch
	switch {
	case l.Least == 0:
		return "the load is there at once, and new instances a minute later"
	case l.Most > 0 && l.Most < busyInLaunch:
		return fmt.Sprintf("at most %d instances are allowed, and the load keeps %d busy (rate · mean service / workers)", l.Most, busyInLaunch)
	case l.Least < busyInLaunch:
		return fmt.Sprintf("%d instances are there when it begins, and the load keeps %d busy (rate · mean service / workers); the rest comes a minute late", l.Least, busyInLaunch)
	case l.Before < 80e9:
		return fmt.Sprintf("%s before is too late for a minute of provisioning and 20 s of warm-up", seconds(l.Before))
	}
	return "the instances go before the autoscaler has seen the load"
}

// valueOf is what an objective's figure came to.
func valueOf(o result.Objective) string {
	switch {
	case o.Value == nil:
		return ""
	case strings.HasPrefix(o.Objective, "p"):
		return " (" + roughly(*o.Value) + ")"
	}
	return " (" + shareOf(*o.Value) + ")"
}
