package drills

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/scenarios"
)

// Load is what a pool's world is made of where nobody wrote one down.
type Load struct {
	RateRPS float64       // requests a second to each pool
	Service time.Duration // mean time that a server works on a request
	CV      float64       // of that time: 0 constant, 1 exponential, else lognormal
	Workers int           // of each server; 0: so many that they are not too busy, see aim
	Zones   int           // over which the endpoints are spread in turn; 0: as they say
}

// How busy servers are where nobody says how many workers they have: aim or, so that what is
// lost with a server is no fault of the configuration's, spare where the strongest is lost.
const (
	aim   = 0.6
	spare = 0.8
)

const (
	// startUp is how long servers take to start where nobody says.
	startUp = 5 * time.Second
	// patience is how many mean services clients wait, but leastPatience at least.
	patience      = 50
	leastPatience = 2 * time.Second
)

// world is a pool's world, and says in the plan what was made up.
func (l *Load) world(p *Plan, file string, pool *config.Pool) (*scenarios.World, error) {
	switch {
	case l.Service <= 0:
		return nil, fmt.Errorf("--service is missing: the mean time that a server works on a request, such as --service 20ms")
	case len(pool.Endpoints) == 0:
		return nil, fmt.Errorf("%s: pool %s lists no endpoints: give --with world.yaml, whose servers they are", file, pool.Name)
	}
	servers, err := l.servers(p, pool)
	if err != nil {
		return nil, err
	}
	wait := max(leastPatience, patience*l.Service)
	service, law := l.service()
	p.assume("requests come at random (poisson), %s to each pool; service takes %s on average (%s)", decode.FormatRate(l.RateRPS), seconds(l.Service), law)
	p.assume("1000 clients wait %s and then give up, which servers do not notice; 10000 keys of zipf's law with exponent 1", seconds(wait))
	p.assume("servers start in %s and are warm at once; any number of requests may wait for them", seconds(startUp))
	return written(map[string]any{
		"name": "flags",
		"workload": map[string]any{
			"arrivals": map[string]any{"process": "poisson", "rate": decode.FormatRate(l.RateRPS)},
			"classes":  []any{map[string]any{"name": "request", "service": service}},
			"keys":     map[string]any{"dist": "zipf", "count": 10_000, "exponent": 1},
			"clients":  map[string]any{"count": 1000, "timeout": seconds(wait), "on_timeout": "abandon"},
		},
		"servers": servers,
	})
}

// plenty is how many workers a server of weight 1 has where nobody says: too many to find
// fault with.
const plenty = 1000

// Known returns the world that is known of a pool, of which nothing is made up, for package
// validate to reckon with: the rate, the service, and with Workers how much the servers do.
// Without, they have plenty, in proportion to the weights that the algorithm honours. It is
// nil where the pool lists no endpoints, or there is no rate or no service.
func (l *Load) Known(pool *config.Pool) (*scenarios.World, error) {
	if l.RateRPS <= 0 || l.Service <= 0 || len(pool.Endpoints) == 0 || l.Zones > len(pool.Endpoints) {
		return nil, nil
	}
	var groups []any
	for i, e := range pool.Endpoints {
		workers := l.Workers
		if workers == 0 {
			workers = plenty
			if pool.Algorithm.Spec.Weighted {
				workers = int(math.Ceil(plenty * e.Weight))
			}
		}
		g := map[string]any{"name": fmt.Sprintf("server-%d", i+1), "match": []string{e.Name}, "workers": workers}
		if l.Zones > 0 {
			g["zone"] = zoneName(i % l.Zones)
		}
		groups = append(groups, g)
	}
	service, _ := l.service()
	return written(map[string]any{
		"name": "flags",
		"workload": map[string]any{
			"arrivals": map[string]any{"process": "poisson", "rate": decode.FormatRate(l.RateRPS)},
			"classes":  []any{map[string]any{"name": "request", "service": service}},
		},
		"servers": groups,
	})
}

// service is the law of service, and what it is called.
func (l *Load) service() (law map[string]any, name string) {
	switch mean := seconds(l.Service); l.CV {
	case 0:
		return map[string]any{"dist": "constant", "mean": mean}, "constant"
	case 1:
		return map[string]any{"dist": "exponential", "mean": mean}, "exponential"
	default:
		return map[string]any{"dist": "lognormal", "mean": mean, "cv": l.CV}, fmt.Sprintf("lognormal with cv %g", l.CV)
	}
}

// written is the world that a document describes.
func written(doc map[string]any) (*scenarios.World, error) {
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	return scenarios.ParseWorld("the flags", ".", strings.NewReader(string(text)))
}

// kindOfServer is what servers of a group have in common.
type kindOfServer struct {
	zone    string
	workers int
}

// servers are the groups of a pool's servers, each endpoint in one by its name.
func (l *Load) servers(p *Plan, pool *config.Pool) ([]any, error) {
	sum, strongest := 0.0, 0.0 // of the weights of those that are used first
	for _, e := range pool.Endpoints {
		if e.Zone != "" && l.Zones > 0 {
			return nil, fmt.Errorf("--zones %d: the endpoint %s says itself where it is", l.Zones, e.Name)
		}
		if e.Priority == 0 {
			sum += e.Weight
			strongest = max(strongest, e.Weight)
		}
	}
	busiest := aim
	if strongest < sum {
		busiest = min(aim, spare*(1-strongest/sum))
	}
	if l.Zones > len(pool.Endpoints) {
		return nil, fmt.Errorf("--zones %d: pool %s has only %d endpoints", l.Zones, pool.Name, len(pool.Endpoints))
	}
	var kinds []kindOfServer
	members := map[kindOfServer][]string{}
	for i, e := range pool.Endpoints {
		k := kindOfServer{zone: "a", workers: l.Workers}
		if l.Zones > 0 {
			k.zone = zoneName(i % l.Zones)
		}
		if l.Workers == 0 {
			busy := l.RateRPS * l.Service.Seconds() * e.Weight / sum
			k.workers = max(1, int(math.Ceil(busy/busiest-1e-9)))
		}
		if members[k] == nil {
			kinds = append(kinds, k)
		}
		members[k] = append(members[k], e.Name)
	}
	switch {
	case l.Workers > 0:
		p.assume("each server works on %d at once", l.Workers)
	case len(kinds) == 1 || l.Zones > 0 && sameWorkers(kinds):
		p.assume("each server of pool %s works on %d at once, so that it is busy for %.0f%% of the time at most (--workers)", pool.Name, kinds[0].workers, busiest*100)
	default:
		p.assume("servers of pool %s work on as many at once as their weights say, so that they are busy for %.0f%% of the time at most (--workers)", pool.Name, busiest*100)
	}
	var groups []any
	for i, k := range kinds {
		groups = append(groups, map[string]any{"name": fmt.Sprintf("servers-%d", i+1), "match": members[k], "zone": k.zone, "workers": k.workers, "start_up": seconds(startUp)})
	}
	return groups, nil
}

func sameWorkers(kinds []kindOfServer) bool {
	for _, k := range kinds {
		if k.workers != kinds[0].workers {
			return false
		}
	}
	return true
}

// zoneName is a, b, … z, zone-27 and so on.
func zoneName(i int) string {
	if i < 26 {
		return string(rune('a' + i))
	}
	return fmt.Sprintf("zone-%d", i+1)
}

// seconds writes a time as the language has it.
func seconds(d time.Duration) string { return decode.FormatSeconds(d.Seconds()) }
