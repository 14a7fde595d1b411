package main

import (
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// patience is how long a study may take before a bar says how far it is.
const patience = time.Second

// progress is a bar on a terminal that appears once a study takes long, and is gone
// when it is over.
type progress struct {
	mu            sync.Mutex
	terminal      io.Writer
	start         time.Time
	done, planned int
	doing         atomic.Pointer[string] // what is at work; the bar reads it while mu is held
	wait          *time.Timer
	box           *mpb.Progress
	bar           *mpb.Bar
}

// newProgress shows on w when it is a terminal and wanted.
func newProgress(w io.Writer, wanted bool, planned int) *progress {
	p := &progress{planned: planned, start: time.Now()}
	if wanted && isTerminal(w) {
		p.terminal = w
		p.wait = time.AfterFunc(patience, p.show)
	}
	return p
}

func (p *progress) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wait == nil {
		return // over in the meantime
	}
	p.box = mpb.New(mpb.WithOutput(p.terminal), mpb.WithWidth(48))
	p.bar = p.box.New(int64(p.planned), mpb.BarStyle().Lbound("").Filler("█").Tip("█").Padding("░").Rbound(""),
		mpb.AppendDecorators(
			decor.CountersNoUnit("%d of %d runs"),
			decor.Any(p.left),
			decor.Any(p.name),
		))
	p.bar.SetCurrent(int64(p.done))
}

// left is how long it still takes, once a run is done to judge it by.
func (p *progress) left(s decor.Statistics) string {
	return remaining(time.Since(p.start), s.Current, s.Total)
}

// remaining says how long the rest takes if it goes on as before; nothing while
// nothing is done.
func remaining(passed time.Duration, done, planned int64) string {
	if done <= 0 || planned < done {
		return ""
	}
	rest := time.Duration(float64(passed) / float64(done) * float64(planned-done))
	return " · " + rest.Round(time.Second).String() + " left"
}

// name says what is at work.
func (p *progress) name(decor.Statistics) string {
	if doing := p.doing.Load(); doing != nil {
		return " · " + *doing
	}
	return ""
}

// tellOf takes note of what is at work and how far all is.
func (p *progress) tellOf(name string, done, planned int) {
	p.doing.Store(&name)
	p.tell(done, planned)
}

// tell takes note of how far the study is.
func (p *progress) tell(done, planned int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.planned = done, planned
	if p.bar != nil {
		p.bar.SetTotal(int64(planned), false)
		p.bar.SetCurrent(int64(done))
	}
}

// end takes the bar away.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.wait != nil {
		p.wait.Stop()
		p.wait = nil
	}
	if p.bar != nil {
		p.bar.Abort(true)
		p.box.Wait()
		p.bar = nil
	}
}
