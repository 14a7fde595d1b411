package capacity

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"lbsim/studies/compare"
)

// atOnce is how many lines are sought at the same time: while one waits for its last
// replications the other has work.
const atOnce = 2

// Run answers the question. When ctx ends before, the result is what is known until then,
// marked Interrupted. The same question has the same answer on any number of cores.
func Run(ctx context.Context, p *Plan) (*Result, error) {
	if p.Workers <= 0 {
		p.Workers = runtime.GOMAXPROCS(0)
	}
	q := &p.question
	seekers := p.seekers()
	r := &Result{
		Schema: Schema, Provenance: p.Provenance, Scenario: p.scenario.Name, Description: p.scenario.Description, Seed: p.scenario.Run.Seed,
		Find: q.Find, Group: q.Group, Confidence: compare.Confidence, Precision: q.Precision, Warnings: p.warnings(), NotAsked: p.notAsked,
	}
	if q.Find == Servers {
		r.RateRPS = &q.Rate
	}
	for _, o := range p.scenario.SLO {
		r.Objectives = append(r.Objectives, Limit{o.Text, o.Limit})
	}
	if err := runAll(ctx, seekers); err != nil {
		return nil, err
	}
	for _, s := range seekers {
		r.Results = append(r.Results, s.line())
		r.Requests += s.requests
	}
	r.Interrupted = ctx.Err() != nil
	return r, nil
}

// seekers are the lines to be sought, by algorithm and then by fleet.
func (p *Plan) seekers() (all []*seeker) {
	told := &teller{tell: p.Progress, lines: len(p.worlds) * len(p.fleets)}
	for _, w := range p.worlds {
		for _, f := range p.fleets {
			s := &seeker{plan: p, world: w, fleet: f, told: told, budget: p.question.Budget / float64(told.lines)}
			s.prepare()
			if p.question.Find == Servers && s.rules[0].place == nil {
				p.giveUp(f, s)
				continue
			}
			all = append(all, s)
		}
	}
	return all
}

// giveUp leaves out a fleet that more servers of the group don't help, for it has lost them.
func (p *Plan) giveUp(f Fleet, s *seeker) {
	if !slices.ContainsFunc(p.notAsked, func(n NotAsked) bool { return n.Fleet == f }) {
		p.notAsked = append(p.notAsked, NotAsked{f, fmt.Sprintf("what is left without %s does not carry %.6g/s, however many servers of %s there are",
			s.lost, p.question.Rate, p.question.Group)})
	}
}

// runAll seeks all lines, some at once. An end of ctx is no error.
func runAll(ctx context.Context, seekers []*seeker) error {
	free := make(chan struct{}, atOnce)
	errs := make([]error, len(seekers))
	var wait sync.WaitGroup
	for i, s := range seekers {
		wait.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			if err := s.seek(ctx); err != nil && !(ctx.Err() != nil && errors.Is(err, ctx.Err())) {
				errs[i] = fmt.Errorf("%s, %s: %w", s.world.name, s.fleet, err)
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

// A teller sums up how far all lines are. How many runs there will be is a guess, which
// becomes better with every answer.
type teller struct {
	mu            sync.Mutex
	tell          func(done, planned int)
	lines         int
	done          int
	ended         int // lines
	doneWithEnded int
}

// A line that is to come takes so many runs, about, until others tell better.
const usualRuns = 160

func (t *teller) run() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done++
	if t.tell == nil {
		return
	}
	each := usualRuns
	if t.ended > 0 {
		each = t.doneWithEnded / t.ended
	}
	t.tell(t.done, max(t.lines*each, t.done+(t.lines-t.ended)*firstLook))
}

// end takes note of a line that took so many runs.
func (t *teller) end(runs int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended++
	t.doneWithEnded += runs
}
