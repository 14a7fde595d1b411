package truth

import (
	"fmt"
	"hash/fnv"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"lbsim/clock"
	"lbsim/sim"
	"lbsim/studies/theory"
)

const (
	replications = 32
	// mostReplications keeps replications long: a figure that takes more of them to be
	// known to 2% varies by more than 5% from one to the next, and then a quantile or
	// a deviation is off by more than chance, by the square of that. A transient has
	// no such bias.
	mostReplications = 100
	// relaxations is how many relaxation times are cut off: what is left of an empty
	// start then is e^-6, 0.25%, of itself, and the mean over a window that is twice
	// as long as the memory at least is off by half of that at most; the tolerance is
	// 0.4% at least, and a window is mostly much longer.
	relaxations = 6
	// mostRequests is where a group gives up, and fails for being vague. The second
	// moment of waits behind lognormal work needs the most, some 10^9.
	mostRequests = 5e9
)

// A group is the rows that one simulation answers.
type group struct {
	world   world
	rows    []row
	metrics []metric // all figures asked for
	needs   needs
}

// add takes a row in.
func (g *group) add(r row) {
	g.rows = append(g.rows, r)
	for _, m := range metricsOf(r) {
		if g.find(m.name) < 0 {
			g.metrics = append(g.metrics, m)
			g.needs = g.needs.or(m.needs)
		}
	}
}

func (g *group) find(name string) int {
	for i, m := range g.metrics {
		if m.name == name {
			return i
		}
	}
	return -1
}

// groupsOf gathers rows of equal worlds, in order of the table.
func groupsOf(rows []row) (groups []*group) {
	byKey := map[string]*group{}
	for _, r := range rows {
		w, ok := worldOf(r)
		if !ok {
			continue
		}
		g := byKey[w.key()]
		if g == nil {
			g = &group{world: w}
			byKey[w.key()] = g
			groups = append(groups, g)
		}
		g.add(r)
	}
	return groups
}

// A finding is what a group's replications found, and at what cost.
type finding struct {
	samples  [][]float64 // by metric, then replication
	requests uint64
}

// pilotWindow is the measured time of the first replications, in seconds: some
// relaxation times, and enough requests for the rarest figure.
func (g *group) pilotWindow() float64 {
	if g.world.at > 0 {
		return g.world.at
	}
	rarest := 1.0
	for _, m := range g.metrics {
		rarest = min(rarest, max(m.rare, 1e-3))
	}
	requests := max(5000, 200/rarest)
	// A quantile of a run that is only a few relaxation times long is biased, and
	// more such runs don't help: p99 of JSQ with 10 servers at load 0.95 came out 9%
	// too low from windows of 6.
	memory := 40.0
	if g.world.copies() >= 100 {
		memory = 2 // many servers are an average in themselves
	}
	return max(memory*g.world.relaxation(), requests/g.world.rate())
}

// run replicates until every row's interval is as narrow as it should be. The
// pilot's replications tell the length of the final ones; what is still too wide
// after those is made narrower by more of them.
func (g *group) run() (f finding, err error) {
	window := g.pilotWindow()
	spent := uint64(0)
	for round := uint64(0); ; round++ {
		if err = g.replicate(&f, round, window, replications); err != nil {
			return f, err
		}
		factor := g.shortBy(&f)
		for factor > 1 {
			n := len(f.samples[0])
			wanted := int(math.Ceil(float64(n) * min(factor, 8) * 1.1))
			if wanted > mostReplications && g.world.at == 0 {
				break
			}
			if err = g.replicate(&f, round, window, wanted-n); err != nil {
				return f, err
			}
			factor = g.shortBy(&f)
		}
		spent += f.requests
		// The pilot's deviation is itself uncertain, so longer by steps.
		step := min(factor*1.15, 10)
		if factor <= 1 || float64(f.requests)*step > mostRequests {
			f.requests = spent
			return f, nil
		}
		window *= step
		f = finding{}
	}
}

// shortBy is by which factor more observations are needed; at most 1 when there are
// enough.
func (g *group) shortBy(f *finding) (factor float64) {
	load := g.world.load()
	for _, r := range g.rows {
		asked := r.precision(load)
		for _, m := range metricsOf(r) {
			half := estimateOf(f.samples[g.find(m.name)]).half
			if half > asked && asked > 0 {
				factor = max(factor, math.Pow(half/asked, 2))
			}
		}
	}
	return factor
}

// replicate adds n replications to f. They run on all cores and are read in order.
func (g *group) replicate(f *finding, round uint64, window float64, n int) error {
	if f.samples == nil {
		f.samples = make([][]float64, len(g.metrics))
	}
	first := len(f.samples[0])
	found := make([][]float64, n)
	errs := make([]error, n)
	var next atomic.Int64
	var requests atomic.Uint64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wait.Go(func() {
			for i := int(next.Add(1) - 1); i < n; i = int(next.Add(1) - 1) {
				var arrived uint64
				found[i], arrived, errs[i] = g.once(round, uint64(first+i), window)
				requests.Add(arrived)
			}
		})
	}
	wait.Wait()
	f.requests += requests.Load()
	for i, figures := range found {
		if errs[i] != nil {
			return fmt.Errorf("%s, replication %d: %w", g.rows[0].ID, first+i, errs[i])
		}
		for k, x := range figures {
			f.samples[k] = append(f.samples[k], x)
		}
	}
	return nil
}

// once is one replication: its figures, by metric. Worlds have seeds of their own,
// so that one's bad luck is not another's.
func (g *group) once(round, number uint64, window float64) (figures []float64, arrived uint64, err error) {
	hash := fnv.New64a()
	fmt.Fprint(hash, g.world.key(), round)
	o := sim.Options{Seed: hash.Sum64(), Replication: number}
	x := &replication{world: &g.world}
	warmUp := 0.0
	if g.world.at > 0 {
		watchTransient(x, &o, g.world.at)
		window = math.Nextafter(g.world.at, math.Inf(1)) + 1e-6
	} else {
		warmUp = max(relaxations*g.world.relaxation(), 0.05*window)
	}
	m := g.world.model(warmUp, window)
	if g.needs.slowdown {
		watchSlowdown(x, &o, g.world.service)
	}
	if g.needs.loads {
		watchLoads(x, &o, warmUp, window)
	}
	if g.needs.listed {
		watchListed(x, m, clock.FromSeconds(warmUp))
	}
	if x.Result, err = sim.Run(m, o); err != nil {
		return nil, 0, err
	}
	for _, k := range g.metrics {
		figures = append(figures, k.of(x))
	}
	return figures, x.Arrived, nil
}

// helpers is by how much choosing among servers shortens the memory of a queue.
func (w *world) helpers() int {
	if w.algorithm == "random" || w.algorithm == "round_robin" {
		return 1
	}
	return min(len(w.speeds), 10)
}

// cost is how many requests the group is expected to need, from what M/M/1 of the
// same load would, and from the rarity of what is asked for: only to order groups.
func (g *group) cost() float64 {
	w := &g.world
	load, most := w.load(), 0.0
	for _, r := range g.rows {
		for _, m := range metricsOf(r) {
			if r.Value() == 0 {
				continue // a wait that most don't have is known without effort
			}
			se := r.precision(load) / math.Abs(r.Value()) / 4.7
			need := 0.5 / (se * se * m.rare)
			if !w.bounded() {
				need = max(need, theory.MM1{Lambda: load, Mu: 1}.RunLength(se)/float64(w.helpers()))
			}
			most = max(most, need)
		}
	}
	if w.at > 0 {
		most = 0
	}
	cv := w.service.CV()
	pilot := replications * w.rate() * (g.pilotWindow() + relaxations*w.relaxation())
	return max(pilot, most*math.Pow((1+cv*cv)/2, 2))
}
