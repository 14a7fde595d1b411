// Package alarm wakes a goroutine at an instant, to a tenth of a millisecond. Go's own
// timers are late by up to a millisecond where a process is idle, as the kernel is asked
// for whole ones (epoll), which is much beside a service of some milliseconds.
package alarm

import "time"

// Far is how long an alarm sleeps that was not set: an hour.
const Far = time.Hour
