package backend

import (
	"fmt"
	"net/http"
	"strconv"
)

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+HealthPath, s.health)
	mux.HandleFunc("GET "+AdminPath, s.show)
	mux.HandleFunc("POST "+AdminPath+"/{fault}", s.admin)
	mux.HandleFunc("/", s.serve)
	return mux
}

// serve is a request: it waits for its turn and for its service.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(ServerHeader, s.o.Server.Name)
	demand, err := s.demand(r)
	if err != nil {
		s.answer(w, http.StatusBadRequest, err.Error())
		return
	}
	s.mu.Lock()
	s.counts.Requests++
	status := s.fault.errs(&s.draws)
	s.mu.Unlock()
	if status != 0 {
		s.answer(w, status, "it errs")
		return
	}
	if r.Header.Get(NeedsHeader) != "none" && !s.dependable(r.Context()) {
		s.answer(w, http.StatusInternalServerError, "what it depends on is down")
		return
	}
	j := &job{left: demand * 1e9, ended: make(chan end, 1)}
	s.mu.Lock()
	took := s.station.arrive(s.now(), j)
	s.arm()
	s.mu.Unlock()
	if !took {
		s.answer(w, http.StatusServiceUnavailable, "its queue is full")
		return
	}
	select {
	case e := <-j.ended:
		if e.why != nil {
			panic(http.ErrAbortHandler) // the connection breaks
		}
	case <-r.Context().Done():
		s.mu.Lock()
		s.station.leave(s.now(), j)
		s.arm()
		s.mu.Unlock()
		return
	}
	w.Header().Set(WaitHeader, strconv.FormatFloat(j.begun.Sub(j.came).Seconds(), 'g', 6, 64))
	s.answer(w, http.StatusOK, s.o.Server.Name)
}

func (s *Server) answer(w http.ResponseWriter, status int, text string) {
	s.mu.Lock()
	s.counts.Status[status]++
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintln(w, text)
}

// mostDemand is a day: who asks for more has forgotten a unit.
const mostDemand = 86400

// demand is what a request needs, in seconds at speed 1.
func (s *Server) demand(r *http.Request) (float64, error) {
	if text := r.Header.Get(DemandHeader); text != "" {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || !(x >= 0 && x <= mostDemand) {
			return 0, fmt.Errorf("%s: %q: must be seconds from 0 to %d", DemandHeader, text, mostDemand)
		}
		return x, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	class := 0
	if name := r.Header.Get(ClassHeader); name != "" {
		if class = s.class(name); class < 0 {
			return 0, fmt.Errorf("%s: there is no class %q", ClassHeader, name)
		}
	} else if s.mix != nil {
		class = s.mix.Choose(&s.draws)
	}
	return s.o.Classes[class].Service.Sample(&s.draws), nil
}

func (s *Server) class(name string) int {
	for i, c := range s.o.Classes {
		if c.Name == name {
			return i
		}
	}
	return -1
}
