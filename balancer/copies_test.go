package balancer_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
)

// copying is a request of a conversation whose attempts may overlap.
type copying struct {
	*conversation
	request balancer.Request
	began   clock.Time
	ends    []string // of the attempts to come: ok@9ms
	flights []flight
	story   []string
}

// flight is an attempt under way.
type flight struct {
	ticket balancer.Ticket
	end    clock.Time
	how    string
}

// copies lets one request's attempts end as told, each after a time of its own.
func (c *conversation) copies(method string, ends []string) {
	c.t.Helper()
	c.id++
	x := &copying{conversation: c, began: c.now, ends: ends}
	x.request = balancer.Request{ID: c.id, Handle: c.id, Idempotent: method != "POST"}
	x.follow(c.lb.Start(c.now, &x.request))
	for {
		c.drain()
		if len(c.due) > 0 {
			handle := c.due[0]
			c.due = c.due[1:]
			if handle == x.request.Handle {
				x.follow(c.lb.Hedge(c.now, &x.request))
			}
			continue
		}
		if len(x.flights) == 0 {
			break
		}
		next := slices.MinFunc(x.flights, func(a, b flight) int { return int(a.end - b.end) })
		if at, ok := c.lb.NextWake(); ok && at < next.end {
			c.until(at)
			continue
		}
		c.until(next.end)
		if len(c.due) == 0 {
			x.land(next)
		}
	}
	c.say("%s: %s", method, strings.Join(x.story, ", "))
}

// tell adds to the story, with the time since it began.
func (x *copying) tell(format string, args ...any) {
	x.story = append(x.story, fmt.Sprintf("%v ", x.now.Sub(x.began))+fmt.Sprintf(format, args...))
}

// follow does what a decision asks for.
func (x *copying) follow(d balancer.Decision) {
	if d.Kind == balancer.WaitUntil {
		x.until(d.Ticket.At)
		d = x.lb.Start(x.now, &x.request)
	}
	if d.Kind != balancer.Send {
		return
	}
	how, after, _ := strings.Cut(x.ends[0], "@")
	x.ends = x.ends[1:]
	takes, err := time.ParseDuration(after)
	if err != nil {
		x.t.Fatal(err)
	}
	x.tell("to %s", x.names[d.Ticket.Slot])
	x.flights = append(x.flights, flight{d.Ticket, x.now.Add(takes), how})
}

// land ends an attempt, and with an answer all others.
func (x *copying) land(f flight) {
	x.flights = slices.DeleteFunc(x.flights, func(o flight) bool { return o.ticket == f.ticket })
	x.tell("%s %s", x.names[f.ticket.Slot], f.how)
	d := x.lb.Finish(x.now, &x.request, f.ticket, outcome(x.t, f.how))
	if f.how != "ok" {
		x.follow(d)
		return
	}
	for _, o := range x.flights {
		x.tell("%s cancelled", x.names[o.ticket.Slot])
		x.lb.Finish(x.now, &x.request, o.ticket, balancer.Cancelled)
	}
	x.flights = nil
}
