// Package kinds says what a file is by what stands in it, so that a command that is given the
// wrong kind can name the command that takes it.
package kinds

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"lbsim/config/decode"
	"lbsim/config/foreign/products"
)

// Kind is what a file is.
type Kind string

const (
	Balancer Kind = "balancer" // the balancer's and the proxy's file
	Scenario Kind = "scenario"
	World    Kind = "world"    // a scenario without its balancer
	Result   Kind = "result"   // of run and compare, as JSON
	Report   Kind = "report"   // what another command printed as JSON
	Foreign  Kind = "foreign"  // another product's configuration
	Stranger Kind = "stranger" // of a tool that is no balancer
	Unknown  Kind = ""         // nothing tells: whoever reads it says what is wrong
)

// tells are the keys of a balancer's file of which one is in each, and no scenario has any.
var tells = []string{"algorithm", "endpoints", "pools", "listen", "health", "retries", "routes", "limits", "drain", "layer"}

// Of returns what a file is. It is Unknown rather than wrong: a file of which nothing can be
// read but a few lines is none.
func Of(name string, text []byte) Kind {
	if products.Of(name, text) != nil {
		return Foreign
	}
	if kind := printed(text); kind != Unknown {
		return kind
	}
	doc, err := decode.Parse(name, bytes.NewReader(text))
	if err != nil || !doc.Root().Mapping() {
		return Unknown
	}
	has := func(key string) bool { return doc.Root().Get(key).Present() }
	switch {
	case has("workload") && (has("balancer") || has("timeline")):
		return Scenario
	case has("workload"):
		return World
	case !has("servers") && !has("balancer") && slices.ContainsFunc(tells, has):
		return Balancer
	case strangers(has) != "":
		return Stranger
	}
	return Unknown
}

// strangers says what a file is that is often at hand where a balancer's is.
func strangers(has func(key string) bool) string {
	switch {
	case has("apiVersion") && has("kind"):
		return "a manifest of Kubernetes"
	case has("services"):
		return "a file of Docker Compose"
	}
	return ""
}

// printed returns the kind of what lbsim prints as JSON, which names its schema.
func printed(text []byte) Kind {
	text = bytes.TrimSpace(text)
	if !bytes.HasPrefix(text, []byte("{")) {
		return Unknown
	}
	var document struct {
		Schema string `json:"schema"`
	}
	if json.Unmarshal(text, &document) != nil {
		return Unknown
	}
	name, ours := strings.CutPrefix(document.Schema, "lbsim.")
	switch {
	case !ours:
		return Unknown
	case strings.HasPrefix(name, "result/"):
		return Result
	}
	return Report
}

// Check returns what is wrong with a file that should be of one of some kinds and is of
// another: a decode.Problems that says what it is, and which command takes it.
func Check(name string, text []byte, wanted ...Kind) error {
	kind := Of(name, text)
	if kind == Unknown || slices.Contains(wanted, kind) {
		return nil
	}
	return decode.Problems{{Place: decode.Place{File: shown(name)}, Rule: kind.advice(name, text, wanted)}}
}

// shown is what messages call a file.
func shown(name string) string {
	if name == "-" {
		return "stdin"
	}
	return name
}

// advice says what a file is and what to do with it.
func (k Kind) advice(name string, text []byte, wanted []Kind) string {
	balancer := slices.Contains(wanted, Balancer)
	switch k {
	case Foreign:
		ours := "lb.yaml"
		if stem := strings.TrimSuffix(path.Base(name), path.Ext(name)); name != "-" && stem != "lb" {
			ours = stem + ".lb.yaml"
		}
		then := ""
		if !balancer {
			then = "; a scenario can name that as its balancer:, and lbsim validate reads this one as it is"
		}
		return fmt.Sprintf("looks like a configuration of %s: import it first: lbsim import %s > %s%s", products.Of(name, text).Name, name, ours, then)
	case Scenario:
		return fmt.Sprintf("is a scenario, which has a workload, and no balancer's file: lbsim run %s", name)
	case World:
		return fmt.Sprintf("is a world, a scenario without its balancer: lbsim validate lb.yaml --with %s puts a balancer's file into it", name)
	case Balancer:
		if slices.Contains(wanted, Foreign) {
			return fmt.Sprintf("is lbsim's own already: lbsim validate %s looks at it, and lbsim export %s --to nginx makes another product's file of it", name, name)
		}
		return fmt.Sprintf("is a balancer's file, and no scenario, which has a workload and servers, too: lbsim validate %s looks at it; a scenario can name it as its balancer: %s", name, name)
	case Stranger:
		doc, err := decode.Parse(name, bytes.NewReader(text))
		if err != nil {
			panic("kinds: " + err.Error()) // it was read before
		}
		return fmt.Sprintf("is %s, and no balancer's file: give what the balancer itself reads, which is lbsim's own or a configuration of %s",
			strangers(func(key string) bool { return doc.Root().Get(key).Present() }), strings.Join(products.Names(), ", "))
	case Result:
		return fmt.Sprintf("is a result: lbsim rerun %s runs its scenario again", name)
	}
	return "is what a command of lbsim's printed, and nothing to be read here"
}
