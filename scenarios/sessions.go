package scenarios

import (
	"time"

	"lbsim/config/decode"
	"lbsim/sim"
)

// Sessions says which requests of a client belong together, as written.
type Sessions struct {
	Length   float64
	Constant bool
	Idle     time.Duration // 0: it waits for ever
}

// SessionStore is where servers keep the state of sessions, as written.
type SessionStore struct {
	Shared bool
	Access *Distribution // nil: none
}

func sessions() decode.Object[Sessions] {
	return decode.Object[Sessions]{
		Name: "sessions", Doc: "Which requests of a client belong together. A client has one session at a time; with it ends the affinity cookie without a ttl.",
		Fields: []decode.Field[Sessions]{
			decode.Required("length", decode.Number.That(decode.AtLeast(1.0, "1"), decode.AtMost(1e9, "1e9")), func(s *Sessions) *float64 { return &s.Length }, "How many requests a session has, on average."),
			decode.Default("spread", spreads, func(s *Sessions) *bool { return &s.Constant }, false, "geometric: any request may be the last; constant: all sessions are equally long."),
			decode.Optional("idle", span, func(s *Sessions) *time.Duration { return &s.Idle }, "Without a request for longer a session is over; left out: it waits for the next one."),
		},
		Check: func(v decode.Value, s *Sessions) {
			if s.Constant && s.Length != float64(int64(s.Length)) {
				v.Get("length").Fail("must be a whole number where all sessions are equally long")
			}
		},
	}
}

var spreads = decode.Words[bool]{Known: []decode.Word[bool]{{Name: "geometric", Value: false}, {Name: "constant", Value: true}}}

func sessionStore() decode.Object[SessionStore] {
	return decode.Object[SessionStore]{
		Name: "session_store", Doc: "Where the state of sessions is. What a server has in memory is lost when it crashes or leaves, and to requests that other servers get.",
		Fields: []decode.Field[SessionStore]{
			decode.Required("store", stores, func(s *SessionStore) *bool { return &s.Shared }, "memory: each server has what it served; shared: outside, for all of them."),
			decode.Optional("access", decode.Pointer[Distribution]{To: distribution()}, func(s *SessionStore) **Distribution { return &s.Access }, "How much longer a server of speed 1 works on a request for the way to the store. The load of arrivals does not count it."),
		},
		Check: func(v decode.Value, s *SessionStore) {
			if !s.Shared && s.Access != nil {
				v.Get("access").Fail("has no meaning with store: memory, which takes no time: leave it out")
			}
		},
	}
}

var stores = decode.Words[bool]{Known: []decode.Word[bool]{{Name: "memory", Value: false}, {Name: "shared", Value: true}}}

// checkSessions wants somebody who has sessions, and sessions to be kept.
func checkSessions(v decode.Value, s *Scenario) {
	if !v.Sound("workload.sessions", "workload.clients") {
		return
	}
	if s.Workload.Sessions == nil {
		for i, group := range s.Servers {
			if group.Sessions != nil {
				v.Get("servers").Index(i).Get("sessions").FailKey("keeps sessions, of which there are none: the scenario needs workload.sessions")
			}
		}
		return
	}
	if s.Workload.Clients == nil {
		v.At("workload.sessions").FailKey("are of clients: the scenario needs workload.clients")
	}
}

// model is sessions as the simulator takes them.
func (s *Sessions) model() *sim.Sessions {
	if s == nil {
		return nil
	}
	return &sim.Sessions{Length: s.Length, Constant: s.Constant, Idle: s.Idle}
}

// model is the store as the simulator takes it.
func (s *SessionStore) model() *sim.SessionStore {
	if s == nil {
		return nil
	}
	x := &sim.SessionStore{Shared: s.Shared}
	if s.Access != nil {
		x.Access = law(s.Access)
	}
	return x
}
