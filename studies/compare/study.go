package compare

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"lbsim/sim"
	"lbsim/studies/result"
	"lbsim/studies/statistics"
)

// study is a plan being carried out. Runs happen in any order on any number of
// goroutines; what they found is kept by variant and replication and read in that
// order, so nothing depends on which was first.
type study struct {
	Plan
	warm     result.WarmUp
	models   []*sim.Model
	runs     [][]*replicate         // by variant, replication
	judged   []statistics.Stability // by variant; see judge
	pooled   []pool                 // by variant: the timeline over complete replications
	complete int                    // replications that every variant has
	mu       sync.Mutex             // over runs, pooled, complete and done
	done     int
}

func newStudy(p Plan, warm result.WarmUp) *study {
	s := &study{Plan: p, warm: warm, pooled: make([]pool, len(p.Variants))}
	for _, v := range p.Variants {
		m := *v.Model
		m.WarmUp = fromSeconds(warm.Seconds)
		s.models = append(s.models, &m)
	}
	s.runs = make([][]*replicate, len(p.Variants))
	return s
}

// replicate runs what the plan asks for; with a precision to reach, more and more.
func (s *study) replicate(ctx context.Context) error {
	for next := s.Replications; ; {
		if err := s.runUntil(ctx, next); err != nil {
			return err
		}
		if s.Precision == 0 {
			return nil
		}
		more := s.needed()
		if more <= next {
			return nil
		}
		next = more
	}
}

// rule is what the precision asks for.
func (s *study) rule() statistics.Precision {
	return statistics.Precision{Relative: s.Precision, Confidence: Confidence, Limit: s.Limit}
}

// needed returns how many replications the precision asks for next.
func (s *study) needed() int {
	s.judge()
	var samples [][]float64
	for v := range s.Variants {
		for _, m := range s.Metrics[s.leading:] {
			samples = append(samples, s.sample(v, m))
		}
	}
	return s.rule().NeedMoreOf(samples...)
}

// sample returns a metric of every replication of a variant, nothing if it
// misleads or one of them does not know it.
func (s *study) sample(v int, m Metric) []float64 {
	if s.misleads(v, m) {
		return nil
	}
	xs := make([]float64, 0, s.complete)
	for _, r := range s.runs[v][:s.complete] {
		x := m.of(r.figures(m.Class, s.models[v]))
		if math.IsNaN(x) {
			return nil
		}
		xs = append(xs, x)
	}
	return xs
}

// figures returns a class's figures, or all requests' for "".
func (r *replicate) figures(class string, m *sim.Model) *figures {
	if class == "" {
		return &r.all
	}
	for i, c := range m.Classes {
		if c.Name == class {
			return &r.classes[i].figures
		}
	}
	return &noFigures
}

// Panic is a fault of the program met in a run, with the place where.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprint(p.Value) }

type job struct{ variant, replication int }

// runUntil makes every variant have n replications.
func (s *study) runUntil(ctx context.Context, n int) error {
	var jobs []job
	for v := range s.runs {
		from := len(s.runs[v])
		s.runs[v] = append(s.runs[v], make([]*replicate, n-from)...)
	}
	// Replication by replication, so that an interrupted study has whole ones.
	for r := s.complete; r < n; r++ {
		for v := range s.runs {
			jobs = append(jobs, job{v, r})
		}
	}
	workers := min(s.Workers, len(jobs))
	if s.OnRequest != nil {
		workers = 1
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, len(jobs))
	for range workers {
		wg.Go(func() {
			for {
				i := int(next.Add(1) - 1)
				if i >= len(jobs) || ctx.Err() != nil {
					return
				}
				errs[i] = s.runOne(ctx, jobs[i], len(s.Variants)*n)
			}
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil && !errors.Is(err, sim.ErrStopped) {
			return fmt.Errorf("%s, replication %d: %w", s.Variants[jobs[i].variant].Name, jobs[i].replication, err)
		}
	}
	if s.complete < n {
		return ctx.Err()
	}
	return nil
}

// countComplete counts the replications that every variant has, in order, and
// pools their timelines, which are too large to keep.
func (s *study) countComplete() {
	for n := len(s.runs[0]); s.complete < n; s.complete++ {
		for v := range s.runs {
			if s.runs[v][s.complete] == nil {
				return
			}
		}
		for v := range s.runs {
			x := s.runs[v][s.complete]
			s.pooled[v].add(x.counts)
			x.counts = nil
		}
	}
}

func (s *study) runOne(ctx context.Context, j job, planned int) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &Panic{Value: p, Stack: debug.Stack()}
		}
	}()
	o := sim.Options{Seed: s.Seed, Replication: uint64(j.replication), Stop: func() bool { return ctx.Err() != nil }}
	if s.OnRequest != nil {
		o.OnRequest = func(r *sim.Record) { s.OnRequest(j.variant, j.replication, r) }
	}
	r, err := sim.Run(s.models[j.variant], o)
	if err != nil {
		return err
	}
	x := reduce(&s.Variants[j.variant], r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs[j.variant][j.replication] = x
	s.countComplete()
	s.done++
	if s.Progress != nil {
		s.Progress(s.done, planned)
	}
	return nil
}
