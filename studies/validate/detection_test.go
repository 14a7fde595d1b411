package validate

import (
	"math"
	"testing"
	"time"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random"
)

// The times in messages are those that a balancer really takes: a server that crashes at
// any moment is taken out within crash and after mean on average, one that hangs within
// hang, and a silence takes it out from shortest on.
func TestDetectionIsTheBalancers(t *testing.T) {
	for _, h := range []balancer.HealthCheck{
		{Interval: 2 * time.Second, Timeout: time.Second, Healthy: 2, Unhealthy: 3},
		{Interval: 2 * time.Second, Healthy: 1, Unhealthy: 1},
		{Interval: 5 * time.Second, Timeout: 500 * time.Millisecond, TransitionInterval: time.Second, Healthy: 2, Unhealthy: 4},
	} {
		d := detectionOf(&h)
		const step = 10 * time.Millisecond
		sum, n, crash, hang := 0.0, 0, 0.0, 0.0
		from := 10*h.Interval + 5*time.Millisecond
		for at := from; at < from+h.Interval; at += step {
			took := downAfter(t, h, trouble{from: at, refuses: true})
			sum, n, crash = sum+took, n+1, max(crash, took)
			hang = max(hang, downAfter(t, h, trouble{from: at}))
		}
		// The moments are half a step from those of the checks, so nothing is nearer to a
		// bound than that.
		half := step.Seconds() / 2
		if math.Abs(crash+half-d.crash) > 1e-9 || math.Abs(hang+half-d.hang) > 1e-9 || math.Abs(sum/float64(n)-d.mean) > 1e-9 {
			t.Errorf("%+v: crash %v, hang %v, mean %v, want %+v", h, crash, hang, sum/float64(n), d)
		}
		before := 10*h.Interval - time.Millisecond // a check begins right after it
		shortest := time.Duration(d.shortest * 1e9)
		if took := downAfter(t, h, trouble{from: before, until: before + shortest}); took > 0 {
			t.Errorf("%+v: a silence of %v ends before the last check does, and takes it out", h, shortest)
		}
		if took := downAfter(t, h, trouble{from: before, until: before + shortest + 2*time.Millisecond}); took == 0 {
			t.Errorf("%+v: a silence of more than %v does not take it out", h, shortest)
		}
	}
}

// trouble is when a server refuses, or is silent.
type trouble struct {
	from, until time.Duration // 0: for good
	refuses     bool
}

func (x trouble) has(at clock.Time) bool {
	return at >= clock.Time(x.from) && (x.until == 0 || at < clock.Time(x.until))
}

// downAfter is how many seconds after the trouble has come a balancer takes the server out;
// 0: it does not within a hundred intervals.
func downAfter(t *testing.T, h balancer.HealthCheck, x trouble) float64 {
	t.Helper()
	choice, err := algorithms.Parse("round_robin")
	if err != nil {
		t.Fatal(err)
	}
	b, err := balancer.New(balancer.Config{Pools: []balancer.PoolConfig{{Algorithm: choice, Health: &h}}}, random.NewIndex(1, "test", 0))
	if err != nil {
		t.Fatal(err)
	}
	b.SetEndpoints(0, 0, []balancer.Endpoint{{Name: "a", Weight: 1}, {Name: "b", Weight: 1}})
	type answer struct {
		at     clock.Time
		ticket balancer.ProbeTicket
	}
	var late []answer // answers of the end of a silence
	for range 1000 {
		at, _ := b.NextWake()
		if len(late) > 0 && late[0].at < at {
			b.ProbeDone(late[0].at, late[0].ticket, balancer.ProbeResult{})
			late = late[1:]
			continue
		}
		b.Wake(at)
		for _, e := range b.AppendEvents(nil) {
			switch {
			case e.Kind == balancer.Down && e.Slot == 0:
				return (time.Duration(e.At) - x.from).Seconds()
			case e.Kind != balancer.ProbeDue:
			case e.Slot != 0 || !x.has(at):
				b.ProbeDone(at, e.Probe, balancer.ProbeResult{})
			case x.refuses:
				b.ProbeDone(at, e.Probe, balancer.ProbeResult{Failed: true})
			case x.until > 0:
				late = append(late, answer{clock.Time(x.until), e.Probe})
			}
		}
	}
	return 0
}
