package sim

import (
	"math"
	"slices"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random"
	"lbsim/workloads"
)

// Sessions makes requests of a client belong together: a basket that is filled, a
// form of several pages. A client has one session at a time. With a session ends the
// affinity cookie that has no time of its own.
type Sessions struct {
	// Length is how many requests a session has on average; >= 1. Where not Constant
	// each request is the last with probability 1/Length.
	Length   float64
	Constant bool
	Idle     time.Duration // without a request for longer a session is over; 0: it waits for ever
}

// SessionStore is where a server keeps the state of sessions. A server without one
// keeps it in memory.
type SessionStore struct {
	Shared bool                   // outside of all servers that share: nothing is lost with one of them
	Access workloads.Distribution // seconds more for each request on a server of speed 1; nil: none
}

// SessionCounts are of requests that arrived in the measured window.
type SessionCounts struct {
	Began uint64
	// Lost is how often the state of a session was not where its next request was
	// served, in memory of another server or of one that has restarted since. It then
	// begins anew there, so a session may be lost more than once.
	Lost uint64
}

// sessions is what clients' sessions are at.
type sessions struct {
	clients       []session // by client; nil: there are no sessions
	counts        SessionCounts
	lengthDraws   random.Index // by client and session
	accessDraws   random.Index // by request and attempt
	ending        float64      // log of the probability that a session goes on
	cookiesExpire bool         // with the session
}

// session is a client's.
type session struct {
	number uint32 // of the client's sessions, from 1; 0: it has had none
	left   uint32 // requests to come
	place  int32  // where its state is: a server, sharedStore, or nowhere
	life   uint32 // of that server: how often it had restarted
	last   clock.Time
}

const (
	nowhere     = -1
	sharedStore = -2
)

// maxLength bounds the requests of a session.
const maxLength = math.MaxUint32

func (e *engine) buildSessions() {
	x := e.m.Sessions
	if x == nil {
		return
	}
	e.sessions.clients = make([]session, e.m.Clients.Count)
	e.lengthDraws, e.accessDraws = e.index("sessions"), e.index("session store")
	if !x.Constant && x.Length > 1 {
		e.ending = random.Log(1 - 1/x.Length)
	}
	e.cookiesExpire = slices.ContainsFunc(e.m.settings(), func(pool *balancer.PoolConfig) bool {
		return pool.Affinity != nil && pool.Affinity.TTL == 0
	})
}

// joinSession makes a request that has come one of its client's session, or of a new one,
// and returns the session's number.
func (e *engine) joinSession(client int32, counted bool) uint32 {
	x := &e.sessions.clients[client]
	if idle := e.m.Sessions.Idle; x.left == 0 || idle > 0 && e.now.Sub(x.last) > idle {
		*x = session{number: x.number + 1, place: nowhere, left: e.sessionLength(client, x.number+1)}
		if e.cookiesExpire {
			e.cookies[client] = balancer.Cookie{}
		}
		if counted {
			e.counts.Began++
		}
	}
	x.left--
	x.last = e.now
	return x.number
}

// sessionLength draws how many requests a session has.
func (e *engine) sessionLength(client int32, number uint32) uint32 {
	x := e.m.Sessions
	if x.Constant || x.Length == 1 {
		return uint32(x.Length)
	}
	draws := e.lengthDraws.At(uint64(client), uint64(number))
	return uint32(min(1+math.Floor(random.Log(1-draws.Float64())/e.ending), maxLength))
}

// recall lets a server look for the state of the session of a request whose service
// begins, and returns the demand, in nanoseconds at speed 1, that it adds.
func (e *engine) recall(ref int32, r *request) float64 {
	story := &e.stories[ref]
	if story.session == 0 {
		return 0 // nobody's
	}
	place, life := r.server, e.records[r.server].restarts
	store := e.servers[r.server].extra.store
	if store != nil && store.Shared {
		place, life = sharedStore, 0
	}
	if x := &e.sessions.clients[story.client]; x.number == story.session {
		if x.place != nowhere && (x.place != place || x.life != life) && r.flags&measured != 0 {
			e.counts.Lost++
		}
		x.place, x.life = place, life
	}
	if store == nil || store.Access == nil {
		return 0
	}
	e.own = e.accessDraws.At(story.id, uint64(r.attempts))
	return store.Access.Sample(&e.own) * 1e9
}

// sessionCounts returns what a run counted of sessions; nil where there are none.
func (e *engine) sessionCounts() *SessionCounts {
	if e.sessions.clients == nil {
		return nil
	}
	counts := e.counts
	return &counts
}
