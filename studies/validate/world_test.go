package validate

import (
	"slices"
	"strings"
	"testing"

	"lbsim/config/foreign/products"
	"lbsim/scenarios"
)

// In a world lints know servers and load of each pool, whatever its algorithm needs.
func TestSituate(t *testing.T) {
	s, err := Open(products.Request{File: "../../examples/nginx-mended.conf"})
	if err != nil {
		t.Fatal(err)
	}
	w, err := scenarios.ParseWorld("world.yaml", ".", strings.NewReader(`
workload:
  arrivals: {process: poisson, rate: 300/s}
  classes: [{name: page, path: /, service: {dist: exponential, mean: 10ms}}]
servers:
  - {name: shop, count: 2, match: "10.0.2.*", workers: 2}
  - {name: orders, count: 2, match: "10.0.3.*"}
  - {name: cache, count: 3, match: "10.0.1.*"}
  - {name: reports, count: 2, match: "10.0.4.*"}
`))
	if err != nil {
		t.Fatal(err)
	}
	if findings := Check(s).Findings; len(findings) != 0 {
		t.Errorf("without a world: %+v", findings)
	}
	s.Situate(w)
	findings := Check(s).Findings
	if !slices.ContainsFunc(findings, func(f Finding) bool {
		return f.ID == "LB025" && f.Pool == "shop" && f.Message == "without 10.0.2.1:8080 the load is 150% of what the rest can do, at 300 requests/s"
	}) || len(findings) != 1 {
		t.Errorf("%+v", findings)
	}
}
