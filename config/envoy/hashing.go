package envoy

// hashes reports whether a pool's algorithm chooses by a key.
func hashes(pool any) bool {
	a, ok := pool.(map[string]any)["algorithm"].(map[string]any)
	return ok && (a["name"] == "ring_hash" || a["name"] == "maglev")
}

// keyed is what requests are placed by: one thing for all of a file's pools.
type keyed struct {
	r    *reading
	key  string          // as lbsim writes it; "": nothing yet
	used map[string]bool // pools to which something leads that says what is hashed
}

// policy reads what a way to some pools hashes.
func (k *keyed) policy(way node, pools map[string]any, names []string) {
	list := way.get("hash_policy")
	hashing := false
	for _, name := range names {
		hashing = hashing || hashes(pools[name])
	}
	if list.here() && !hashing {
		k.r.remark(list.n, "hash_policy", "no cluster that it leads to hashes")
		k.r.forget(list)
		return
	}
	for i, x := range list.list() {
		key := keyOf(x)
		x.get("terminal")
		switch {
		case i > 0:
			k.r.remark(x.n, "hash_policy", "a second one: lbsim hashes one thing")
			k.r.forget(x)
			continue
		case key == "":
			k.r.remark(x.n, "hash_policy", "lbsim hashes a header, a cookie, the path or the client's address: the client's address takes its place")
			k.r.forget(x)
			key = "client"
		}
		if k.key == "" {
			k.key = key
		}
		if k.key != key {
			k.r.remark(x.n, "hash_policy", "keys are one thing for all pools: "+k.key)
		}
		for _, name := range names {
			k.used[name] = true
		}
	}
}

// keyOf is what a policy hashes, as lbsim writes it; "": lbsim hashes no such thing.
func keyOf(x node) string {
	if name := x.at("header", "header_name").text(); name == ":path" {
		return "path"
	} else if name != "" {
		return "header:" + name
	}
	if name := x.at("cookie", "name").text(); name != "" {
		return "cookie:" + name
	}
	if x.at("connection_properties", "source_ip").truth(false) || x.get("source_ip").here() {
		return "client"
	}
	return ""
}

// settle writes the key. A cluster that hashes, and to which nothing leads that says what,
// is picked from at random, as in Envoy.
func (k *keyed) settle(doc, pools map[string]any) {
	for name, pool := range pools {
		if hashes(pool) && !k.used[name] {
			k.r.remarkAt(k.r.cfg.Place("pools."+name+".algorithm"), "lb_policy", "nothing that leads to it has a hash_policy: Envoy picks at random then, and so does lbsim")
			pool.(map[string]any)["algorithm"] = "random"
		}
	}
	if k.key != "" {
		doc["key"] = k.key
	}
}
