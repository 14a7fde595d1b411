package config

import (
	"slices"

	"lbsim/config/decode"
)

// ownPool is the table of one of several pools: nothing need be given.
func ownPool() decode.Object[Pool] {
	fields := []decode.Field[Pool]{
		decode.Optional("servers", decode.List[string]{Of: decode.Name, Min: 1}, func(p *Pool) *[]string { return &p.Servers },
			"The groups of a scenario's servers that are its endpoints."),
	}
	for _, f := range poolFields() {
		fields = append(fields, f.Freely())
	}
	return decode.Object[Pool]{Name: "pool", Doc: "A group of endpoints and the way to choose among them.", Fields: fields}
}

// checkPools lets pools have what is written beside them, where they say nothing.
func checkPools(v decode.Value, b *Balancer) {
	table := ownPool()
	for i := range b.Pools {
		own := &b.Pools[i]
		x := b.Pool
		x.Name, x.Servers = own.Name, nil
		table.Over(v.Get("pools").Get(own.Name), &x)
		*own = x
		at := v.Get("pools").Get(own.Name)
		checkLifecycle(at, own)
		checkHedge(at, own)
		checkLimits(at, own)
	}
}

// checkNames looks at what pools and routes say of each other.
func checkNames(v decode.Value, b *Balancer) {
	if len(b.Pools) < len(v.Get("pools").Keys()) {
		return // one has no name
	}
	switch routes := v.Get("routes"); {
	case len(b.Pools) == 0 && routes.Present():
		routes.FailKey("has no meaning without pools: name them under pools")
	case !routes.Present() && v.Get("route_order").Present():
		v.Get("route_order").FailKey("has no meaning without routes")
	case len(b.Pools) > 1 && !routes.Present():
		routes.FailKey("is missing: which requests go to which pool, such as [{pool: %s}]", b.Pools[0].Name)
	}
	if at := v.Get("endpoints"); len(b.Pools) > 0 && at.Present() {
		at.FailKey("contradicts pools, which have endpoints of their own")
	}
	b.checkRoutes(v.Get("routes"))
}

// poolNames returns the pools' names in order.
func (b *Balancer) poolNames() []string {
	var names []string
	for i := range b.Pools {
		names = append(names, b.Pools[i].Name)
	}
	return names
}

// Index returns the place of a pool among All; -1 where there is none.
func (b *Balancer) Index(pool string) int { return slices.Index(b.poolNames(), pool) }

// Document returns the pool in its canonical form, with what it has of what is written beside
// pools.
func (p *Pool) Document() map[string]any { return ownPool().Write(*p).(map[string]any) }

// Document returns the endpoint in its canonical form.
func (e *Endpoint) Document() map[string]any { return endpoint.Write(*e).(map[string]any) }
