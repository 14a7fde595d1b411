//go:build !linux

package alarm

import (
	"sync"
	"time"
)

// Alarm is a timer of the Go runtime's. One goroutine waits; any may set it.
type Alarm struct {
	timer *time.Timer
	done  chan struct{}
	close func()
}

// New returns an alarm that is not set.
func New() (*Alarm, error) {
	a := &Alarm{timer: time.NewTimer(Far), done: make(chan struct{})}
	a.close = sync.OnceFunc(func() { close(a.done) })
	return a, nil
}

// Set makes the alarm go off after d, and at no other time that was set before; at once
// where d <= 0.
func (a *Alarm) Set(d time.Duration) { a.timer.Reset(max(d, 1)) }

// Wait waits until it goes off. It reports false once the alarm is closed.
func (a *Alarm) Wait() bool {
	select {
	case <-a.timer.C:
		return true
	case <-a.done:
		return false
	}
}

// Close ends it. Nobody may set it any more.
func (a *Alarm) Close() { a.close(); a.timer.Stop() }
