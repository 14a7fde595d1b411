package replay

import (
	"fmt"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/proxy/recording"
)

// Difference is a decision that did not come again.
type Difference struct {
	Call   int // from 1
	At     clock.Time
	What   string
	Live   string
	Played string
}

func (d *Difference) Error() string {
	return fmt.Sprintf("call %d (%s, at %v): live %s, played back %s", d.Call, d.What, d.At, d.Live, d.Played)
}

func (a *again) differ(e *recording.Entry, live, played string) error {
	what := [...]string{"start", "finish", "cancel", "probe", "wake", "set endpoints", "drain", "undrain", "configure", "hedge", "overdue", "won"}[e.Kind]
	return &Difference{Call: a.calls, At: e.At - a.start, What: what, Live: live, Played: played}
}

// sameEvent compares events but for what a balancer notes for itself.
func sameEvent(a, b balancer.Event) bool {
	return a.At == b.At && a.Kind == b.Kind && a.Pool == b.Pool && a.Slot == b.Slot && a.Probe == b.Probe && a.Until == b.Until &&
		a.First == b.First && a.Level == b.Level && a.Handle == b.Handle && a.Ticket == b.Ticket && a.Cookie == b.Cookie && a.Reason == b.Reason
}

func describe(d balancer.Decision) string {
	what := [...]string{"finished", "send", "queued", "wait until", "reject", "await"}[d.Kind]
	switch d.Kind {
	case balancer.Send:
		return fmt.Sprintf("%s to slot %d of pool %d", what, d.Ticket.Slot, d.Ticket.Pool)
	case balancer.WaitUntil:
		return fmt.Sprintf("%s %v", what, d.Ticket.At)
	case balancer.Reject:
		return fmt.Sprintf("%s (%v)", what, d.Reason)
	}
	return what
}

func list(events []balancer.Event) string {
	var all []string
	for _, e := range events {
		all = append(all, fmt.Sprintf("%v of slot %d at %v", e.Kind, e.Slot, e.At))
	}
	return fmt.Sprintf("%d events %q", len(all), all)
}
