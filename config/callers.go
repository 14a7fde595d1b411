package config

import (
	"slices"

	"lbsim/balancer"
	"lbsim/config/decode"
)

// toCallers is what a balancer may be told that stands before servers which other servers
// call.
var toCallers = []string{"algorithm", "subset", "health", "retries", "slow_start", "drain", "panic_threshold", "limits", "hedge"}

// CallersTable describes the balancer between servers and those that they call. It has one
// pool.
func CallersTable() decode.Object[Pool] {
	var fields []decode.Field[Pool]
	for _, f := range poolFields() {
		if slices.Contains(toCallers, f.Name) {
			fields = append(fields, f)
		}
	}
	return decode.Object[Pool]{
		Name: "callers_balancer", Doc: "How servers that others call are chosen, and calls tried again.",
		Fields: fields,
		Survey: func(v decode.Value, p *Pool) {
			checkLifecycle(v, p)
			checkHedge(v, p)
			checkLimits(v, p)
		},
	}
}

// Alone returns what package balancer is told where the pool is the only one.
func (p *Pool) Alone() balancer.Config {
	only := *p
	only.Name = PoolName
	return balancer.Config{Pools: []balancer.PoolConfig{only.config()}}
}
