// Package products knows the readers of other products' configurations, and which of them a
// file is for.
package products

import (
	"fmt"
	"strings"

	"lbsim/config/decode"
	"lbsim/config/envoy"
	"lbsim/config/foreign"
	"lbsim/config/haproxy"
	"lbsim/config/nginx"
)

// Product is another balancer whose configuration can be read.
type Product struct {
	Name string
	Is   func(name string, text []byte) bool // whether a file looks like its own
	Read func(foreign.Source) (*foreign.Config, error)
}

// all are the products in the order in which a file is held against them.
var all = []Product{
	{Name: "nginx", Is: nginx.Is, Read: nginx.Read},
	{Name: "haproxy", Is: haproxy.Is, Read: haproxy.Read},
	{Name: "envoy", Is: envoy.Is, Read: envoy.Read},
}

// Names returns the products' names.
func Names() []string {
	var names []string
	for _, p := range all {
		names = append(names, p.Name)
	}
	return names
}

// Named returns a product by its name. The error says which there are.
func Named(name string) (*Product, error) {
	for i := range all {
		if all[i].Name == name {
			return &all[i], nil
		}
	}
	return nil, fmt.Errorf("%s is no product whose configuration is read: %s", name, decode.Suggest(name, Names()))
}

// Of returns the product that a file is of; nil where it looks like none's.
func Of(name string, text []byte) *Product {
	for i := range all {
		if all[i].Is(name, text) {
			return &all[i]
		}
	}
	return nil
}

// Profile takes nginx@1.22 apart: the product and the version whose rules hold, "" the
// latest.
func Profile(text string) (p *Product, version string, err error) {
	name, version, versioned := strings.Cut(text, "@")
	if p, err = Named(name); err != nil {
		return nil, "", err
	}
	if versioned && strings.Trim(version, "0123456789.") != "" || versioned && version == "" {
		return nil, "", fmt.Errorf("%s: a version such as %s@1.22 must follow the @", text, name)
	}
	return p, version, nil
}
