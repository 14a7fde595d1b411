package lab

import (
	"embed"
	"fmt"
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"

	"lbsim/algorithms"
	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/scenarios"
	"lbsim/sim"
)

// kind is a balancer that others make, and what of a scenario it can be told.
type kind struct {
	name, title string
	file        string // of configs
	command     func(file, dir string) []string
	methods     map[string]string // by our algorithm's name
	health      bool              // it checks actively
	weights     bool
	own         []string // algorithms with the parameters by which they do as it does
}

//go:embed configs
var configs embed.FS

// kinds are taken as Debian ships them.
var kinds = []kind{
	{name: "nginx", title: "NGINX", file: "nginx.conf", weights: true, own: []string{"weighted_round_robin:schedule=smooth", "least_connections:ties=smooth", "power_of_two:ties=last"},
		command: func(file, dir string) []string { return []string{"-c", file, "-p", dir, "-e", "stderr"} },
		methods: map[string]string{"round_robin": "", "weighted_round_robin": "", "least_connections": "least_conn", "random": "random", "power_of_two": "random two least_conn",
			"ip_hash": "ip_hash", "modulo": "hash $http_x_lbsim_key", "ring_hash": "hash $http_x_lbsim_key consistent"}},
	{name: "haproxy", title: "HAProxy", file: "haproxy.cfg", weights: true, health: true,
		own:     []string{"weighted_round_robin:schedule=haproxy", "least_connections:key=haproxy", "random:profile=haproxy", "power_of_two:profile=haproxy"},
		command: func(file, _ string) []string { return []string{"-db", "-f", file} },
		methods: map[string]string{"round_robin": "roundrobin", "weighted_round_robin": "roundrobin", "least_connections": "leastconn", "random": "random(1)", "power_of_two": "random(2)",
			"ip_hash": "source", "modulo": "hdr(X-Lbsim-Key)", "ring_hash": "hdr(X-Lbsim-Key)"}},
	{name: "caddy", title: "Caddy", file: "Caddyfile", health: true,
		command: func(file, _ string) []string { return []string{"run", "--config", file, "--adapter", "caddyfile"} },
		methods: map[string]string{"round_robin": "round_robin", "least_connections": "least_conn", "random": "random", "power_of_two": "random_choose 2",
			"ip_hash": "header X-Forwarded-For", "rendezvous": "header X-Lbsim-Key"}},
}

// Products are the balancers that can be put in the middle.
func Products() (names []string) {
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

// kindOf finds a product.
func kindOf(name string) (*kind, error) {
	for i := range kinds {
		if kinds[i].name == name {
			return &kinds[i], nil
		}
	}
	return nil, fmt.Errorf("--proxy %s: %s", name, decode.Suggest(name, append([]string{"lbsim"}, Products()...)))
}

// productRefusals says what of a scenario a product can't be told, and whether it is here.
func productRefusals(name, own string, s *scenarios.Scenario, m *sim.Model) (no []string) {
	k, err := kindOf(name)
	if err != nil {
		return []string{err.Error()}
	}
	if _, err := exec.LookPath(name); err != nil {
		no = append(no, fmt.Sprintf("--proxy %s: it is not installed (apt-get install %s)", name, name))
	}
	for i, a := range m.Acts {
		switch a.Kind {
		case sim.Configure, sim.Drain, sim.Deploy, sim.Remove, sim.Leave, sim.Return:
			no = append(no, fmt.Sprintf("timeline[%d]: %s is the balancer's, and %s is not told of it", i, a.Label, k.title))
		}
	}
	if own != "" {
		if _, err := os.Stat(own); err != nil {
			no = append(no, "--config "+err.Error())
		}
		return no
	}
	b := &s.Balancer
	if len(b.Pools) > 0 || len(b.Routes) > 0 || b.Frontends > 1 {
		return append(no, "balancer: several pools, routes or frontends: give a file of your own (--config)")
	}
	return append(no, k.cannot(&b.Pool, m)...)
}

// cannot says what of a pool is not put into a product's configuration.
func (k *kind) cannot(p *config.Pool, m *sim.Model) (no []string) {
	if _, ok := k.methods[p.Algorithm.Spec.Name]; !ok || !plain(p.Algorithm) && !slices.Contains(k.own, p.Algorithm.String()) {
		var known []string
		for name := range k.methods {
			known = append(known, name)
		}
		slices.Sort(known)
		no = append(no, fmt.Sprintf("balancer.algorithm: %s is none of %s's: %s", p.Algorithm, k.title, strings.Join(known, ", ")))
	}
	for _, x := range []struct {
		key string
		has bool
	}{
		{"affinity", p.Affinity != nil}, {"subset", p.Subset > 0}, {"limits", p.Limits != nil}, {"slow_start", p.SlowStart != nil},
		{"hedge", p.Hedge != nil}, {"panic_threshold", p.Panic > 0}, {"zones", p.Zones != nil},
		{"health.active", p.Health != nil && p.Health.Active != nil && !k.health}, {"health.passive", p.Health != nil && p.Health.Passive != nil},
	} {
		if x.has {
			no = append(no, fmt.Sprintf("balancer.%s is not put into %s's configuration: leave it out, or give a file of your own (--config)", x.key, k.title))
		}
	}
	for i := range m.Servers {
		s := &m.Servers[i]
		switch {
		case s.Priority > 0:
			return append(no, "servers.priority is not put into a configuration: give a file of your own (--config)")
		case s.Weight != 1 && !k.weights, s.Weight != math.Trunc(s.Weight) || s.Weight > 256:
			return append(no, fmt.Sprintf("servers.weight: %g of %s can't be said to %s", s.Weight, s.Name, k.title))
		}
	}
	return no
}

// plain reports whether an algorithm is as products have it, without parameters of ours.
func plain(c algorithms.Choice) bool { return c.String() == c.Spec.Name }
