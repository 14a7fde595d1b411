package sim

import (
	"math"
	"testing"

	"lbsim/clock"
	"lbsim/workloads"
)

// users is a farm of n servers with a closed population of clients.
func users(n, count int, think workloads.Distribution, algorithm string) *Model {
	m := farm(n, algorithm)
	m.Arrivals = nil
	m.Closed = &Closed{Users: count, Think: think}
	m.Clients = &workloads.Clients{Count: count}
	m.Horizon = sec(1000)
	return m
}

// A user thinks, asks and waits, in turn: the next request comes the think time
// after the answer, to the nanosecond, so there are never two at once.
func TestUsersTakeTurns(t *testing.T) {
	const think = 2.5
	m := users(3, 10, must(workloads.NewConstant(think)), "random")
	_, records := byID(t, m, Options{Seed: 1})
	free := map[int]clock.Time{}
	for _, r := range records {
		if want := free[r.Client] + sec(think); r.Arrival != want {
			t.Fatalf("user %d asked at %v, want %v", r.Client, r.Arrival, want)
		}
		free[r.Client] = r.Arrival + r.Latency
	}
	if len(free) != 10 || len(records) < 1000 {
		t.Errorf("%d requests of %d users", len(records), len(free))
	}
}

// The interactive response-time law (Denning & Buzen, Computing Surveys 10 (1978)):
// N users who spend R on a request and think for Z between two make
//
//	X = N / (R + Z)
//
// requests a second. It is no estimate: a user's cycles fill the time from 0 to the
// horizon T but for one that is cut there, so X (R + Z) T differs from N T by at most
// N cycles, of which the longest seen bounds each.
func TestThroughputLaw(t *testing.T) {
	for _, n := range []int{1, 5, 50} {
		m := users(4, n, must(workloads.NewExponential(5)), "least_connections")
		m.Horizon = sec(5000)
		_, records := byID(t, m, Options{Seed: 2})
		last := map[int]clock.Time{}
		var response, thought, longest clock.Time
		for _, r := range records {
			response += r.Latency
			thought += r.Arrival - last[r.Client]
			longest = max(longest, r.Arrival+r.Latency-last[r.Client])
			last[r.Client] = r.Arrival + r.Latency
		}
		x := float64(len(records)) / m.Horizon.Seconds()
		cycle := (response + thought).Seconds() / float64(len(records))
		slack := float64(n) * longest.Seconds() / m.Horizon.Seconds()
		if got := x * cycle; math.Abs(got-float64(n)) > slack || len(records) < 300*n {
			t.Errorf("%d users: %v requests a second with cycles of %v s: X (R + Z) = %v, off by more than %v", n, x, cycle, got, slack)
		}
	}
}

// What a user asks for belongs to the user and the turn, not to the moment: it is
// the same whatever the algorithm and the servers make of it.
func TestUsersAskTheSame(t *testing.T) {
	type question struct {
		class  int
		demand float64
		key    uint64
	}
	asked := func(algorithm string, workers int) map[int][]question {
		m := users(4, 20, must(workloads.NewExponential(1)), algorithm)
		m.Horizon = sec(100)
		m.Keys = must(workloads.NewUniformKeys(100))
		m.Classes = append(m.Classes, Class{Name: "other", Share: 0.5, Service: m.Classes[0].Service})
		m.Classes[0].Share = 0.5
		for i := range m.Servers {
			m.Servers[i].Workers = workers
		}
		_, records := byID(t, m, Options{Seed: 3})
		all := map[int][]question{}
		for _, r := range records {
			all[r.Client] = append(all[r.Client], question{r.Class, r.Demand, r.Key})
		}
		return all
	}
	slow, quick := asked("random", 1), asked("least_connections", 8)
	compared := 0
	for user := range 20 {
		for turn := range min(len(slow[user]), len(quick[user])) {
			compared++
			if slow[user][turn] != quick[user][turn] {
				t.Fatalf("user %d, turn %d: %+v and %+v", user, turn, slow[user][turn], quick[user][turn])
			}
		}
	}
	if compared < 200 {
		t.Errorf("%d turns compared", compared)
	}
}
