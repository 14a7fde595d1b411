package backend

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"lbsim/config/decode"
	"lbsim/random"
	"lbsim/sim"
)

// Fault is what is wrong with a server: sim's Crash, Hang, Slow, Errors or Flaky, or
// Restore, which is nothing.
type Fault struct {
	Kind   sim.ActKind
	Factor float64       // Slow: service takes so many times as long
	Ratio  float64       // Errors, Flaky: of the requests
	Status int           // Errors, Flaky: how those are answered
	For    time.Duration // until it is restored; 0: until somebody does
}

// faults are the words of the admin path, which are those of a timeline.
var faults = []sim.ActKind{sim.Crash, sim.Hang, sim.Slow, sim.Errors, sim.Flaky, sim.Restore}

// errs returns the status of a request that meets an error, 0 for one that does not.
func (f *Fault) errs(draws *random.Source) int {
	if (f.Kind == sim.Errors || f.Kind == sim.Flaky) && draws.Float64() < f.Ratio {
		return f.Status
	}
	return 0
}

// Do makes something wrong with the server, in place of what was before. A server that
// crashes refuses connections and cuts those it has; one that hangs takes everything,
// health checks too, and answers nothing; both go on where a Restore says so, one that
// hung where it stopped. An error says that it can't listen again.
func (s *Server) Do(f Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.end()
	s.fault = f
	switch f.Kind {
	case sim.Crash:
		if s.http != nil {
			s.station.fail(s.now(), errCrashed)
			s.http.Close()
			s.http = nil
		}
	case sim.Hang:
		s.station.set(s.now(), s.station.slow, true)
	case sim.Slow:
		s.station.set(s.now(), f.Factor, false)
		s.arm()
	}
	if f.For > 0 {
		s.timer = time.AfterFunc(f.For, func() {
			if err := s.Do(Fault{Kind: sim.Restore}); err != nil {
				s.o.Log.Error("it can't listen again", "error", err.Error())
			}
		})
	}
	if f.Kind != sim.Crash && s.http == nil && s.address != "" {
		return s.listen()
	}
	return nil
}

// end makes the server sound. The caller holds the lock.
func (s *Server) end() {
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if s.fault.Kind == sim.Hang {
		close(s.resume)
		s.resume = make(chan struct{})
	}
	s.fault = Fault{Kind: sim.Restore}
	s.station.set(s.now(), 1, false)
	s.arm()
}

// health answers a health check.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.counts.Checks++
	hung, resume := s.fault.Kind == sim.Hang, s.resume
	status := 0
	if s.fault.Kind == sim.Flaky {
		status = s.fault.errs(&s.draws)
	}
	s.mu.Unlock()
	if hung {
		select {
		case <-resume:
		case <-r.Context().Done():
			return
		}
	}
	if status == 0 {
		status = http.StatusOK
	}
	if (s.o.Deep || r.FormValue("deep") == "1") && !s.dependable(r.Context()) {
		status = http.StatusServiceUnavailable
	}
	w.WriteHeader(status)
}

// dependable reports whether what the server depends on answers.
func (s *Server) dependable(ctx context.Context) bool {
	if s.o.DependsOn == "" {
		return true
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.o.DependsOn, nil)
	if err != nil {
		return false
	}
	answer, err := s.needs.Do(r)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode/100 == 2
}

// AdminPath is where a server is told what to suffer from:
//
//	GET  /_lbsim                               what it has seen, and what is wrong with it
//	POST /_lbsim/crash?for=5s                  refuse connections; without for until the process ends
//	POST /_lbsim/hang                          take everything, answer nothing but here
//	POST /_lbsim/slow?factor=3
//	POST /_lbsim/errors?ratio=50%&status=503
//	POST /_lbsim/flaky?ratio=50%&status=503    health checks too
//	POST /_lbsim/restore
const AdminPath = "/_lbsim"

func (s *Server) show(w http.ResponseWriter, _ *http.Request) {
	c := s.Counts()
	s.mu.Lock()
	kind := s.fault.Kind
	s.mu.Unlock()
	wrong := "nothing"
	if kind != sim.Restore {
		wrong = kind.String()
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"name": s.o.Server.Name, "wrong": wrong, // a client that has gone
		"requests": c.Requests, "status": c.Status, "checks": c.Checks, "in_flight": c.InFlight})
}

func (s *Server) admin(w http.ResponseWriter, r *http.Request) {
	f, err := parseFault(r.PathValue("fault"), r.URL.Query())
	if err == nil {
		s.o.Log.Info("admin", "fault", r.PathValue("fault"))
		if f.Kind == sim.Crash {
			w.WriteHeader(http.StatusAccepted)
			_ = http.NewResponseController(w).Flush() // the connection is about to break
		}
		err = s.Do(f)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

func parseFault(name string, with url.Values) (f Fault, err error) {
	var known []string
	for _, kind := range faults {
		known = append(known, kind.String())
	}
	i := slices.Index(known, name)
	if i < 0 {
		return f, fmt.Errorf("there is no fault %q: %s", name, decode.Suggest(name, known))
	}
	kind := faults[i]
	f = Fault{Kind: kind, Factor: 1, Ratio: 1, Status: http.StatusServiceUnavailable}
	for key := range with {
		text, ok := with.Get(key), true
		switch {
		case key == "for":
			f.For, err = time.ParseDuration(text)
			ok = err == nil && f.For > 0
		case key == "factor" && kind == sim.Slow:
			f.Factor, ok = decode.ParseNumber(text)
			ok = ok && f.Factor > 0 && f.Factor <= 1e6
		case key == "ratio" && (kind == sim.Errors || kind == sim.Flaky):
			f.Ratio, ok = decode.ParseShare(text)
			ok = ok && f.Ratio > 0 && f.Ratio <= 1
		case key == "status" && (kind == sim.Errors || kind == sim.Flaky):
			f.Status, err = strconv.Atoi(text)
			ok = err == nil && f.Status >= 500 && f.Status <= 599
		default:
			return f, fmt.Errorf("%s takes no %s", name, key)
		}
		if !ok {
			return f, fmt.Errorf("%s: %s = %q: must be %s", name, key, text, faultRules[key])
		}
	}
	return f, nil
}

var faultRules = map[string]string{"for": "a time such as 5s", "factor": "a number > 0 and <= 1000000", "ratio": "a share > 0 and <= 100%", "status": "a status from 500 to 599"}
