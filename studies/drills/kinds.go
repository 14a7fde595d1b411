package drills

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"lbsim/scenarios"
)

// Kind is something that happens to a pool.
type Kind struct {
	Name string
	Doc  string
	word string                                     // what its drills' names begin with
	make func(*course) (drills []drill, why string) // why there is none
}

// drill is one of a kind, on its way to a scenario.
type drill struct {
	kind     *Kind
	name     string
	whom     string // the server or the zone, where there are drills for several
	acts     []act
	settings [][2]string // in which its world is another
	source   *scenarios.Source
}

// act is one of a scenario's timeline, as written.
type act map[string]any

// steady is the kind that others are held against.
const steady = "steady"

// Kinds is all that can happen, in order of the report.
var Kinds = []Kind{
	{steady, "Nothing happens. The other drills are held against it.", "steady", func(*course) ([]drill, string) { return []drill{{}}, "" }},
	{"lose-server", "A server crashes and stays away: each in turn; of more than 32, one of each kind.", "lose", loseServer},
	{"lose-zone", "All servers of a zone crash and stay away, and its frontends if the world says where those are: each zone in turn.", "lose zone", loseZone},
	{"slow", "One server takes ten times as long for everything, and answers its health checks.", "slow", one(act{"do": "slow", "factor": 10})},
	{"hang", "One server takes requests and health checks and answers none: time-outs decide.", "hang", one(act{"do": "hang"})},
	{"errors", "One server answers every request at once with 500, and passes its health checks.", "errors", one(act{"do": "errors", "ratio": "100%"})},
	{"deploy", "A rolling deploy replaces a fifth of the servers at a time, drained first if the configuration drains.", "deploy", deploy},
	{"tenfold", "Ten times as many requests, for a quarter of the time and 10 s at most.", "tenfold", tenfold},
	{"cold-restart", "All servers crash at once, and start again after a second.", "cold restart", coldRestart},
	{"retry-storm", "All servers are slow for 10 s, so that half of the work can be done at most, and clients try three times.", "retry storm", retryStorm},
	{"reload", "All frontends reload the same configuration, and begin their algorithm anew.", "reload", func(c *course) ([]drill, string) {
		return []drill{{acts: []act{c.at(act{"do": "configure", "anew": true})}}}, ""
	}},
}

// KindNames returns the names of all kinds.
func KindNames() []string {
	var names []string
	for _, k := range Kinds {
		names = append(names, k.Name)
	}
	return names
}

// at is an act at the instant at which things happen, and for whom.
func (c *course) at(a act, more ...act) act { return c.later(0, a, more...) }

// later is an act so much later.
func (c *course) later(d time.Duration, a act, more ...act) act {
	x := act{"at": seconds(c.warm + d)}
	for _, part := range append([]act{a}, more...) {
		for key, value := range part {
			x[key] = value
		}
	}
	return x
}

// timelineOf writes acts as the language has them.
func timelineOf(acts []act) string {
	if acts == nil {
		acts = []act{}
	}
	text, err := json.Marshal(acts)
	if err != nil {
		panic("drills: " + err.Error()) // of words and numbers
	}
	return string(text)
}

// mostLost is how many servers are lost one by one before alike ones are lost as one.
const mostLost = 32

func loseServer(c *course) (drills []drill, why string) {
	var seen []scenarios.Member
	for _, m := range c.members {
		kind := m
		kind.Name = ""
		if len(c.members) > mostLost && slices.Contains(seen, kind) {
			continue
		}
		seen = append(seen, kind)
		drills = append(drills, drill{name: "lose " + m.Name, whom: m.Name, acts: []act{c.at(act{"do": "crash", "server": m.Name})}})
	}
	return drills, ""
}

func loseZone(c *course) (drills []drill, why string) {
	var zones []string
	for _, m := range c.members {
		if !slices.Contains(zones, m.Zone) {
			zones = append(zones, m.Zone)
		}
	}
	if len(zones) == 1 {
		return nil, "all servers are in one zone, as far as is known"
	}
	for _, zone := range zones {
		d := drill{name: "lose zone " + zone, whom: zone}
		if len(c.scenario.Network.Frontends) > 0 {
			d.acts = []act{c.at(act{"do": "lose_zone", "zone": zone})}
		}
		for _, m := range c.members {
			if len(c.scenario.Network.Frontends) == 0 && m.Zone == zone {
				d.acts = append(d.acts, c.at(act{"do": "crash", "server": m.Name}))
			}
		}
		drills = append(drills, d)
	}
	return drills, ""
}

// one is the kind of something that happens to one server: the first of those that are used
// first.
func one(a act) func(*course) ([]drill, string) {
	return func(c *course) ([]drill, string) {
		m := slices.MinFunc(c.members, func(a, b scenarios.Member) int { return a.Priority - b.Priority })
		return []drill{{name: fmt.Sprintf("%s %s", a["do"], m.Name), acts: []act{c.at(a, act{"server": m.Name})}}}, ""
	}
}

// eachGroup is an act for every group of the pool's servers, later by so much.
func (c *course) eachGroup(later time.Duration, a act) (acts []act) {
	var seen []string
	for _, m := range c.members {
		if !slices.Contains(seen, m.Group) {
			seen = append(seen, m.Group)
			acts = append(acts, c.later(later, a, act{"group": m.Group}))
		}
	}
	return acts
}

func deploy(c *course) ([]drill, string) {
	acts := c.eachGroup(0, act{"do": "deploy"})
	for _, a := range acts {
		for i := range c.scenario.Servers {
			if g := &c.scenario.Servers[i]; g.Name == a["group"] {
				a["batch"] = batchOf(g.Count)
			}
		}
	}
	if c.autoscaled() {
		return nil, "an autoscaler says how many servers there are"
	}
	return []drill{{acts: acts}}, ""
}

// autoscaled reports whether a group of the pool's servers has an autoscaler.
func (c *course) autoscaled() bool {
	return slices.ContainsFunc(c.scenario.Servers, func(g scenarios.Server) bool { return g.Autoscale != nil })
}

// spell is how long what passes lasts.
func (c *course) spell() time.Duration {
	return min(10*time.Second, (c.window / 4).Truncate(time.Second/10))
}

func tenfold(c *course) ([]drill, string) {
	if process := c.scenario.Workload.Arrivals.Process; !slices.Contains([]string{"poisson", "constant", "renewal"}, process) {
		return nil, "arrivals of process " + process + " have no rate that can be changed"
	}
	return []drill{{acts: []act{c.at(act{"do": "rate", "factor": 10}), c.later(c.spell(), act{"do": "rate", "factor": 1})}}}, ""
}

func coldRestart(c *course) ([]drill, string) {
	acts := c.eachGroup(0, act{"do": "crash"})
	return []drill{{acts: append(acts, c.eachGroup(time.Second, act{"do": "restore"})...)}}, ""
}

// retryStorm makes servers so slow that they can do half of the work, and clients try again
// who did not.
func retryStorm(c *course) ([]drill, string) {
	factor := 4.0
	if load, ok := c.scenario.OfferedLoad(); ok {
		factor = min(max(factor, math.Ceil(20/load)/10), 1000)
	}
	acts := c.eachGroup(0, act{"do": "slow", "factor": factor})
	d := drill{acts: append(acts, c.eachGroup(c.spell(), act{"do": "restore"})...)}
	clients := c.scenario.Workload.Clients
	if clients == nil || clients.Retries == nil {
		d.settings = append(d.settings, [2]string{"workload.clients.retries", "{attempts: 3}"})
	}
	if clients == nil || clients.Timeout == nil {
		wait := max(leastPatience, time.Duration(patience*c.scenario.MeanService()*1e9))
		d.settings = append(d.settings, [2]string{"workload.clients.timeout", seconds(wait)})
	}
	return []drill{d}, ""
}
