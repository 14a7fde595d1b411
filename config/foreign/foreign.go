// Package foreign is what the configuration of another product says, in lbsim's words.
// The products' own packages (config/nginx, config/haproxy) read it.
package foreign

import (
	"io/fs"
	"time"

	"lbsim/config"
	"lbsim/config/decode"
)

// Config is a configuration as it was read: what can be simulated, where each part of it
// was written, and what can't.
type Config struct {
	Product  string // nginx, haproxy, envoy
	Version  string // whose rules hold: 1.22; "": the latest that is known, where all that are have the same
	Assumed  bool   // nobody has named the version, and others have other rules
	Balancer *config.Balancer
	// Other is the Source.Layer that reads what else the file balances: l4, of one that has
	// both where nobody has said which is wanted. "": there is nothing else.
	Other string
	// Places is where a setting was written, by its path in the balancer's document as in
	// errors, such as pools.api.retries.attempts. A setting of which it tells nothing is a
	// default of the product's.
	Places map[string]decode.Place
	// Within is how long a request may take, by pool, on the shortest of the routes that try
	// again: routes of other products have times of their own, those of lbsim one.
	Within map[string]time.Duration
	// NotSimulated lists, in order of place, every directive without a meaning here.
	NotSimulated []Remark
	// Unseen lists parts of which the file says too little to check anything: why says what
	// would say more.
	Unseen []Remark
}

// Remark is a directive that is not simulated.
type Remark struct {
	Place decode.Place
	Text  string // as written, on one line
	Why   string // what it is about, or what lbsim lacks
}

// Source is a configuration to read.
type Source struct {
	Name string // of its first file, as messages show it
	Text []byte // of that file
	// Root holds the files that it includes, by their path as written without a leading
	// slash. nil: there are none.
	Root    fs.FS
	Layer   string // l4: of a file with both, the part that balances connections; else requests
	Version string // of the product, whose rules hold; "": that of most people, or the latest
}

// Place returns where a setting was written or, where that is unknown, the nearest thing
// around it.
func (c *Config) Place(path string) decode.Place {
	for p := path; p != ""; p = parent(p) {
		if at, ok := c.Places[p]; ok {
			return at
		}
	}
	return c.Places[""]
}

// parent cuts the last key or index off a path.
func parent(path string) string {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' || path[i] == '[' {
			return path[:i]
		}
	}
	return ""
}
