package backend

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random"
	"lbsim/sim"
	"lbsim/workloads"
)

// A live server is the simulated one: the same instants and demands end at the same
// instants, and the same ones are refused, whatever happens to the server meanwhile.
func TestStationIsTheSimulatedServer(t *testing.T) {
	acts := map[string][]sim.Act{
		"sound": nil,
		"slow":  {{At: clock.FromSeconds(2), Kind: sim.Slow, Factor: 3, Servers: []int{0}}, {At: clock.FromSeconds(3), Kind: sim.Restore, Servers: []int{0}}},
		"hangs": {{At: clock.FromSeconds(2), Kind: sim.Hang, Servers: []int{0}}, {At: clock.FromSeconds(2.5), Kind: sim.Restore, Servers: []int{0}}},
		"crash": {{At: clock.FromSeconds(2), Kind: sim.Crash, Servers: []int{0}}, {At: clock.FromSeconds(2.5), Kind: sim.Restore, Servers: []int{0}}},
	}
	for name, acts := range acts {
		for _, discipline := range []sim.Discipline{sim.FIFO, sim.PS} {
			for _, server := range []sim.Server{{Workers: 1, Queue: sim.Unlimited, Speed: 1}, {Workers: 3, Queue: 2, Speed: 0.5}} {
				t.Run(fmt.Sprint(name, discipline, server.Workers), func(t *testing.T) {
					server.Name, server.Group, server.Weight, server.Discipline = "a-1", "a", 1, discipline
					m := oneServer(t, server, acts)
					simulated, refused := simulate(t, m)
					live, away := play(m)
					if away != refused || discipline == sim.FIFO && server.Queue > 0 && name == "slow" && away == 0 {
						t.Errorf("%d turned away, %d in the simulation", away, refused)
					}
					if len(live) != len(simulated) || len(live) < 300 {
						t.Fatalf("%d ended, %d in the simulation", len(live), len(simulated))
					}
					for id, at := range simulated {
						// Each rounds where services begin and end, to a nanosecond.
						if math.Abs(float64(live[id]-at)) > 2000 {
							t.Fatalf("request %d ended at %v, in the simulation at %v", id, live[id], at)
						}
					}
				})
			}
		}
	}
}

// oneServer is a world with one server, which has work to about 80%.
func oneServer(t *testing.T, server sim.Server, acts []sim.Act) *sim.Model {
	draws, trace := random.New(1, "station", 0), &workloads.Trace{Classes: []string{"request"}}
	at, mean := 0.0, 0.8*float64(server.Workers)*server.Speed/100
	for range 500 {
		at -= 0.01 * math.Log(1-draws.Float64())
		trace.Records = append(trace.Records, workloads.Record{At: clock.FromSeconds(at), Service: -mean * math.Log(1-draws.Float64()), Client: -1})
	}
	one, err := workloads.NewConstant(1)
	if err != nil {
		t.Fatal(err)
	}
	choice, err := algorithms.Parse("round_robin")
	if err != nil {
		t.Fatal(err)
	}
	return &sim.Model{Trace: trace, Classes: []sim.Class{{Name: "request", Share: 1, Service: one}}, Servers: []sim.Server{server}, Frontends: 1,
		Balancer: balancer.Config{Pools: []balancer.PoolConfig{{Name: "default", Algorithm: choice}}}, Horizon: clock.FromSeconds(60), Acts: acts}
}

// simulate returns when the requests ended that were served, and how many were not.
func simulate(t *testing.T, m *sim.Model) (ended map[uint64]clock.Time, refused int) {
	ended = map[uint64]clock.Time{}
	_, err := sim.Run(m, sim.Options{OnRequest: func(r *sim.Record) {
		if r.Outcome == sim.Completed {
			ended[r.ID] = r.Arrival + r.Latency
		} else {
			refused++
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return ended, refused
}

// play lets a station meet the same requests and acts.
func play(m *sim.Model) (ended map[uint64]clock.Time, refused int) {
	server := m.Servers[0]
	s := station{workers: server.Workers, room: server.Queue, shared: server.Discipline == sim.PS, speed: server.Speed, slow: 1}
	jobs, acts, crashed := map[uint64]*job{}, m.Acts, false
	for id, r := range m.Trace.Records {
		for len(acts) > 0 && acts[0].At <= r.At {
			a := acts[0]
			acts = acts[1:]
			crashed = a.Kind == sim.Crash
			switch a.Kind {
			case sim.Slow:
				s.set(a.At, a.Factor, false)
			case sim.Hang:
				s.set(a.At, 1, true)
			case sim.Restore:
				s.set(a.At, 1, false)
			case sim.Crash:
				s.fail(a.At, errCrashed)
			}
		}
		j := &job{left: r.Service * 1e9, ended: make(chan end, 1)}
		if crashed || !s.arrive(r.At, j) {
			refused++
			continue
		}
		jobs[uint64(id)] = j
	}
	s.advance(clock.FromSeconds(3600))
	ended = map[uint64]clock.Time{}
	for id, j := range jobs {
		if e := <-j.ended; e.why == nil {
			ended[id] = e.at
		} else {
			refused++
		}
	}
	return ended, refused
}

// Who leaves makes room for the next at once, from the queue and from a worker.
func TestLeaving(t *testing.T) {
	s := station{workers: 1, room: 2, speed: 1, slow: 1}
	var jobs []*job
	for range 3 {
		j := &job{left: 1e9, ended: make(chan end, 1)}
		if !s.arrive(0, j) {
			t.Fatal("refused")
		}
		jobs = append(jobs, j)
	}
	if s.arrive(0, &job{}) {
		t.Error("a fourth found room")
	}
	s.leave(clock.FromSeconds(0.5), jobs[0])
	s.leave(clock.FromSeconds(0.5), jobs[1])
	s.advance(clock.FromSeconds(2))
	if e := <-jobs[2].ended; e.at != clock.FromSeconds(1.5) || jobs[2].begun != clock.FromSeconds(0.5) {
		t.Errorf("%+v, begun %v", e, jobs[2].begun)
	}
	if _, ok := s.next(); ok {
		t.Error("something is still due")
	}
	j := &job{left: 1e9, ended: make(chan end, 1)}
	s.arrive(clock.FromSeconds(3), j)
	s.fail(clock.FromSeconds(3).Add(time.Millisecond), errCrashed)
	if e := <-j.ended; !errors.Is(e.why, errCrashed) {
		t.Error(e)
	}
}
