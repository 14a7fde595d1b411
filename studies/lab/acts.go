package lab

import (
	"context"
	"fmt"
	"sync"
	"time"

	"lbsim/sim"
	"lbsim/studies/lab/alarm"
	"lbsim/studies/lab/backend"
)

// cannotDo says why an act can't be carried out for real; "" where it can.
func cannotDo(a *sim.Act) string {
	switch a.Kind {
	case sim.Add:
		return "starts new servers, which are made at the start here"
	case sim.Rate:
		return "changes the rate of arrivals, which are drawn before"
	case sim.LoseZone, sim.Partition, sim.RestoreZone:
		return "is about zones, of which this machine is one"
	case sim.DependencyDown:
		if a.After > 0 {
			return "lets servers wait for what does not answer (after)"
		}
		if a.Status != 500 {
			return fmt.Sprintf("lets servers answer %d, and live ones answer 500", a.Status)
		}
	case sim.Configure:
		if a.Anew {
			return "begins anew, and a reload of the proxy keeps what it knows"
		}
	case sim.Deploy:
		if a.Deploy.Batch == 0 {
			return "starts new servers beside the old ones (blue_green)"
		}
	}
	return ""
}

// director carries a timeline out.
type director struct {
	*stand
	ctx     context.Context
	fail    context.CancelCauseFunc
	start   time.Time
	crashed map[int]bool  // by server
	changes chan struct{} // closed when the last change of members is complete; nil: none
	running sync.WaitGroup
}

// perform carries the acts out at their instants, until ctx is done.
func (d *director) perform() error {
	clock, err := alarm.New()
	if err != nil {
		return err
	}
	defer clock.Close()
	defer d.running.Wait()
	for i := range d.trial.model.Acts {
		a := &d.trial.model.Acts[i]
		for wait := time.Until(d.start.Add(time.Duration(a.At))); wait > 0 && d.ctx.Err() == nil; wait = time.Until(d.start.Add(time.Duration(a.At))) {
			clock.Set(min(wait, longestNap))
			clock.Wait()
		}
		if d.ctx.Err() != nil {
			return nil
		}
		if err := d.act(i, a); err != nil {
			return fmt.Errorf("timeline[%d]: %s: %w", i, a.Label, err)
		}
	}
	return nil
}

// act carries one out.
func (d *director) act(i int, a *sim.Act) error {
	switch a.Kind {
	case sim.Configure, sim.Drain:
		return d.middle.do(d.ctx, i, a)
	case sim.DependencyDown, sim.DependencyUp:
		d.needed.down.Store(a.Kind == sim.DependencyDown)
		return nil
	case sim.Deploy, sim.Remove, sim.Leave, sim.Return:
		before, done := d.changes, make(chan struct{})
		d.changes = done
		d.meanwhile(i, a, func() error {
			defer close(done)
			if before != nil {
				<-before // one at a time, in order
			}
			return d.replace(a)
		})
		return nil
	}
	for _, id := range a.Servers {
		if err := d.fault(i, a, id); err != nil {
			return err
		}
	}
	if a.Kind == sim.Restore {
		return d.middle.do(d.ctx, i, a)
	}
	return nil
}

// meanwhile does what takes its time.
func (d *director) meanwhile(i int, a *sim.Act, do func() error) {
	d.running.Go(func() {
		if err := do(); err != nil && d.ctx.Err() == nil {
			d.fail(fmt.Errorf("timeline[%d]: %s: %w", i, a.Label, err))
		}
	})
}

// fault makes something wrong with a server, or right: one that crashed takes its time to
// start.
func (d *director) fault(i int, a *sim.Act, id int) error {
	do := func() error {
		return d.servers[id].Do(backend.Fault{Kind: a.Kind, Factor: a.Factor, Ratio: a.Ratio, Status: a.Status})
	}
	start := d.trial.model.Servers[id].StartUp
	again := a.Kind == sim.Restore && d.crashed[id] && start > 0
	d.crashed[id] = a.Kind == sim.Crash
	if !again {
		return do()
	}
	d.meanwhile(i, a, func() error {
		if err := d.pass(start); err != nil {
			return err
		}
		return do()
	})
	return nil
}

// replace carries out what is about who is a member.
func (d *director) replace(a *sim.Act) error {
	switch a.Kind {
	case sim.Return:
		for _, id := range a.Servers {
			if err := d.joins(id); err != nil {
				return err
			}
		}
		return nil
	case sim.Remove, sim.Leave:
		return d.leave(a.Servers, d.trial.model.Balancer.Pools[d.trial.model.Servers[a.Servers[0]].Pool].Drain != nil)
	}
	for from := 0; from < len(a.Servers); from += a.Deploy.Batch {
		batch := a.Servers[from:min(from+a.Deploy.Batch, len(a.Servers))]
		if err := d.renew(batch, a.Deploy); err != nil {
			return err
		}
	}
	return nil
}

// renew lets servers end, start anew and be ready.
func (d *director) renew(batch []int, plan *sim.DeployPlan) error {
	if err := d.leave(batch, plan.Drain); err != nil {
		return err
	}
	if err := d.pass(plan.Grace); err != nil {
		return err
	}
	for _, id := range batch {
		if err := d.servers[id].Do(backend.Fault{Kind: sim.Crash}); err != nil {
			return err
		}
	}
	for _, id := range batch {
		if err := d.pass(d.trial.model.Servers[id].StartUp); err != nil {
			return err
		}
		if err := d.servers[id].Do(backend.Fault{Kind: sim.Restore}); err != nil {
			return err
		}
		if err := d.joins(id); err != nil {
			return err
		}
	}
	return d.pass(plan.Pause)
}

// leave takes servers out of the balancer, drained first or not.
func (d *director) leave(ids []int, drained bool) error {
	members := d.middle.(membership)
	after := d.notes.count()
	for _, id := range ids {
		if drained {
			if err := members.drain(id); err != nil {
				return err
			}
		}
	}
	for _, id := range ids {
		if drained {
			if err := d.notes.await(d.ctx, after, d.trial.model.Servers[id].Name, "drained"); err != nil {
				return err
			}
		}
		if err := members.set(id, false); err != nil {
			return err
		}
	}
	return nil
}

// joins brings a server into the balancer and waits until it is known to be well.
func (d *director) joins(id int) error {
	after := d.notes.count()
	if err := d.middle.(membership).set(id, true); err != nil {
		return err
	}
	s := &d.trial.model.Servers[id]
	if health := d.trial.model.Balancer.Pools[s.Pool].Health; health == nil || health.Trusted {
		return nil
	}
	return d.notes.await(d.ctx, after, s.Name, "up")
}

// membership is a balancer that is told of servers while it works.
type membership interface {
	drain(id int) error
	set(id int, member bool) error
}

// pass lets time pass.
func (d *director) pass(t time.Duration) error {
	if t <= 0 {
		return nil
	}
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-d.ctx.Done():
		return context.Cause(d.ctx)
	}
}
