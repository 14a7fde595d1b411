package alarm

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Alarm is a timer of the kernel's (timerfd), which the Go runtime waits for as for a
// connection: no thread sleeps. One goroutine waits; any may set it.
type Alarm struct {
	fd   int
	file *os.File
}

// New returns an alarm that is not set.
func New() (*Alarm, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("making a timer: %w", err)
	}
	return &Alarm{fd, os.NewFile(uintptr(fd), "alarm")}, nil
}

// Set makes the alarm go off after d, and at no other time that was set before; at once
// where d <= 0.
func (a *Alarm) Set(d time.Duration) {
	at := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(max(d, 1)))}
	_ = unix.TimerfdSettime(a.fd, 0, &at, nil) // it fails only where the alarm is closed
}

// Wait waits until it goes off. It reports false once the alarm is closed.
func (a *Alarm) Wait() bool {
	var times [8]byte
	_, err := a.file.Read(times[:])
	return err == nil
}

// Close ends it. Nobody may set it any more.
func (a *Alarm) Close() { a.file.Close() }
