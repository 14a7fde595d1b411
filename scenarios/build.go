package scenarios

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"path/filepath"
	"slices"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/config/decode"
	"lbsim/sim"
	"lbsim/workloads"
)

// Build returns the world that the scenario describes. Its warm-up is the one that
// the scenario gives, 0 where that is auto: who runs it finds and sets the cut.
// Build never fails on a scenario that was loaded.
func (s *Scenario) Build() *sim.Model {
	m := &sim.Model{
		Servers:    s.models(),
		Tiers:      s.tiers(),
		Network:    s.network(),
		Balancer:   s.told(&s.Balancer),
		Frontends:  s.Balancer.Frontends,
		Horizon:    clock.Never,
		Requests:   uint64(s.Run.Requests),
		WarmUp:     clock.Time(s.Run.WarmUp.Cut),
		Interval:   s.Interval(),
		Stationary: s.changes() == "",
	}
	if s.Run.Duration > 0 {
		m.Horizon = clock.Time(s.Run.Duration)
	}
	switch s.Run.Drain {
	case Unlimited: // 0 in the model
	case 0:
		m.Drain = 1 // the shortest: whatever runs at the horizon is unfinished
	default:
		m.Drain = s.Run.Drain
	}
	s.buildWorkload(m)
	m.Acts = s.acts()
	m.Autoscalers = s.autoscalers()
	return m
}

func (s *Scenario) buildWorkload(m *sim.Model) {
	w := &s.Workload
	for i := range w.Classes {
		c := &w.Classes[i]
		m.Classes = append(m.Classes, sim.Class{Name: c.Name, Share: c.Share, Service: law(&c.Service), Method: c.Method, Priority: c.Priority,
			Copies: c.Copies, Without: c.Needs.without(s.dependencies()), About: c.About()})
	}
	if w.Keys != nil {
		keys, err := w.Keys.Build()
		if err != nil {
			panic("scenarios: " + err.Error())
		}
		m.Keys = keys
	}
	if w.Clients != nil {
		m.Clients = s.clients()
	}
	m.Sessions = w.Sessions.model()
	switch w.Arrivals.Process {
	case "closed":
		users, err := w.Arrivals.users()
		if err != nil {
			panic("scenarios: " + err.Error())
		}
		m.Closed = &sim.Closed{Users: users.Count, Think: users.Think}
	case "trace":
		s.buildTrace(m)
	default:
		rate := s.Rate()
		m.Arrivals = func() workloads.Process { return w.Arrivals.process(rate) }
	}
}

func (s *Scenario) clients() *workloads.Clients {
	spec := *s.Workload.Clients
	if a := &s.Workload.Arrivals; a.Process == "closed" {
		spec.Count = a.Users // each user is a client
	}
	c, err := spec.Build()
	if err != nil {
		panic("scenarios: " + err.Error())
	}
	return c
}

// buildTrace takes the classes from the trace: their shares and mean demands are
// those that it holds.
func (s *Scenario) buildTrace(m *sim.Model) {
	m.Trace = s.trace
	counts, sums := make([]float64, len(s.trace.Classes)), make([]float64, len(s.trace.Classes))
	for _, r := range s.trace.Records {
		counts[r.Class]++
		sums[r.Class] += r.Service
	}
	for i, name := range s.trace.Classes {
		// Demands come from the records; a law is never drawn from here.
		service, err := workloads.NewConstant(sums[i] / counts[i])
		if err != nil {
			service = workloads.Constant{}
		}
		m.Classes = append(m.Classes, sim.Class{Name: name, Share: counts[i] / float64(len(s.trace.Records)), Service: service, Method: "GET", About: &balancer.Attributes{Method: "GET", Path: "/"}})
	}
	if m.Keys == nil { // records have keys; the model says so by having a law of keys
		one, err := workloads.NewUniformKeys(1)
		if err != nil {
			panic("scenarios: " + err.Error())
		}
		m.Keys = one
	}
}

// openTrace reads the file of a trace and checks its hash.
func (s *Scenario) openTrace(doc *decode.Document) error {
	a := &s.Workload.Arrivals
	if a.Process != "trace" {
		return nil
	}
	at := doc.Root().At("workload.arrivals.file")
	path := a.File
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.dir, path)
	}
	f, err := openFile(path)
	if err != nil {
		at.Fail("can't be read: %v", err)
		return doc.Err()
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		at.Fail("can't be read: %v", err)
		return doc.Err()
	}
	sum := sha256.Sum256(text)
	hash := hex.EncodeToString(sum[:])
	if a.SHA256 != "" && a.SHA256 != hash {
		doc.Root().At("workload.arrivals.sha256").Fail("%s is another file now: its hash is %s", a.File, hash)
		return doc.Err()
	}
	a.SHA256 = hash
	if s.trace, err = workloads.ReadTrace(bytes.NewReader(text)); err != nil {
		at.Fail("%s", err.Error())
	}
	return doc.Err()
}

// models returns the servers of the beginning.
func (s *Scenario) models() []sim.Server {
	zones := s.zones()
	var all []sim.Server
	for _, g := range s.Servers {
		for i := range g.Count {
			x := s.model(&g, i+1, zones)
			if e, ok := g.endpoint(i + 1); ok {
				x.Weight, x.Priority, x.Down = e.Weight, e.Priority, e.Down // what the balancer was told counts
			}
			all = append(all, x)
		}
	}
	return all
}

// model is a group's i-th server, from 1.
func (s *Scenario) model(g *Server, i int, zones []string) sim.Server {
	return sim.Server{
		Pool: s.poolOf(g.Name, g.server(i)),
		Name: g.server(i), Group: g.Name, Zone: slices.Index(zones, g.zoneOf(i)), Priority: g.Priority,
		Workers: g.Workers, Queue: g.Queue, Discipline: g.Discipline, Speed: g.Speed, Weight: g.Weight,
		Cache: g.cacheModel(), CPUShare: g.CPUShare, HourPrice: g.HourPrice,
		Sessions: g.Sessions.model(), DependsOn: g.dependsOn(s.dependencies()),
		StartUp: g.StartUp, WarmUp: g.WarmUp.model(), Checks: g.Health.model(),
	}
}

func (s *Scenario) network() sim.Network {
	zones := s.zones()
	n := sim.Network{Zones: zones, Discovery: s.Network.Discovery.Delay, Announce: s.Network.Discovery.Announces}
	for _, zone := range s.Network.Frontends {
		n.Frontends = append(n.Frontends, slices.Index(zones, zone))
	}
	l := &s.Network.Latency
	if l.Within == 0 && l.Between == 0 && len(l.Pairs) == 0 {
		return n
	}
	n.OneWay = make([][]time.Duration, len(zones))
	for i := range zones {
		n.OneWay[i] = make([]time.Duration, len(zones))
		for j := range zones {
			n.OneWay[i][j] = l.Between
			if i == j {
				n.OneWay[i][j] = l.Within
			}
		}
	}
	for _, p := range l.Pairs {
		i, j := slices.Index(zones, p.Zones[0]), slices.Index(zones, p.Zones[1])
		n.OneWay[i][j], n.OneWay[j][i] = p.Latency, p.Latency
	}
	return n
}
