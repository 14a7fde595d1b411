package lab

import (
	"fmt"

	"lbsim/random"
	"lbsim/sim"
	"lbsim/workloads"
)

// mostRequests bounds what one process sends, receives and keeps.
const mostRequests = 1_000_000

// draw makes the trace that all trials and their simulations meet.
func (p *Plan) draw() error {
	m := p.trials[0].model
	trace, err := traceOf(m, p.Seed)
	if err != nil {
		return err
	}
	p.trace = trace
	for _, t := range p.trials {
		t.model.Arrivals, t.model.Trace = nil, trace
	}
	return nil
}

// traceOf draws the requests of a model: instants, classes, demands, keys and clients.
func traceOf(m *sim.Model, seed uint64) (*workloads.Trace, error) {
	if m.Trace != nil {
		cut := *m.Trace
		for i, r := range cut.Records {
			if r.At >= m.Horizon {
				cut.Records = cut.Records[:i]
				break
			}
		}
		return &cut, checkTrace(&cut)
	}
	t := &workloads.Trace{}
	var shares []float64
	for _, c := range m.Classes {
		t.Classes = append(t.Classes, c.Name)
		shares = append(shares, c.Share)
	}
	mix, err := workloads.NewMix(shares)
	if err != nil {
		return nil, err
	}
	source := func(use string) random.Source { return random.New(seed, "lab "+use, 0) }
	gaps, classes, demands, keys, clients := source("arrivals"), source("classes"), source("demands"), source("keys"), source("clients")
	process := m.Arrivals()
	for len(t.Records) <= mostRequests {
		at, ok := process.Next(&gaps)
		if !ok || at >= m.Horizon {
			break
		}
		r := workloads.Record{At: at, Class: int32(mix.Choose(&classes)), Client: -1}
		r.Service = m.Classes[r.Class].Service.Sample(&demands)
		if m.Keys != nil {
			r.Key = uint64(m.Keys.Key(&keys))
		}
		if m.Clients != nil {
			r.Client = int32(m.Clients.Choose(&clients))
		}
		t.Records = append(t.Records, r)
	}
	return t, checkTrace(t)
}

func checkTrace(t *workloads.Trace) error {
	switch n := len(t.Records); {
	case n == 0:
		return fmt.Errorf("no request comes within run.duration: give it more time")
	case n > mostRequests:
		return fmt.Errorf("more than %d requests come within run.duration: give it less time (--duration)", mostRequests)
	}
	return nil
}

// quietRate is how many requests a second measure the machine's overhead, about.
const quietRate = 50

// quietTrace is some of a trace's requests, which need no service.
func quietTrace(t *workloads.Trace) *workloads.Trace {
	quiet := &workloads.Trace{Classes: t.Classes}
	every := max(1, int(t.Rate()/quietRate))
	for i := 0; i < len(t.Records); i += every {
		r := t.Records[i]
		r.Service = 0
		quiet.Records = append(quiet.Records, r)
	}
	return quiet
}
