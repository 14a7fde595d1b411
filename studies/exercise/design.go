package exercise

import (
	"fmt"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"lbsim/config"
	"lbsim/config/decode"
)

// mapping is a part of a scenario, as the language has it.
type mapping = map[string]any

// scenario is the text of one of the exercise's worlds with the balancer in it that the
// answers make. What is not answered is left out.
func (x *Exercise) scenario(world string, a *Answers) string {
	doc := x.world(world, a)
	doc["balancer"] = a.balancer()
	return written(doc)
}

// world is one of the exercise's worlds, with the answers' weights and autoscaler.
func (x *Exercise) world(world string, a *Answers) mapping {
	var doc mapping
	if err := yaml.Unmarshal([]byte(x.text(world)), &doc); err != nil {
		panic("exercise: " + err.Error()) // it is embedded
	}
	for _, s := range doc["servers"].([]any) {
		server := s.(mapping)
		if w, ok := a.Weights[server["name"].(string)]; ok {
			server["weight"] = w
		}
		if world == "launch" {
			server["autoscale"] = a.autoscale()
		}
	}
	return doc
}

// balancer is the balancer's configuration that the answers make.
func (a *Answers) balancer() mapping {
	b := mapping{"algorithm": "round_robin"}
	switch {
	case a.Sticky.Use == "ip":
		b["algorithm"] = "ip_hash"
	case a.Algorithm.Choice != nil:
		b["algorithm"] = config.Algorithm{}.Write(*a.Algorithm.Choice)
	}
	if a.Sticky.Use == "cookie" {
		cookie := mapping{"name": "session"}
		put(cookie, "ttl", a.Sticky.TTL)
		b["affinity"] = mapping{"cookie": cookie}
	}
	if a.answered("health") {
		b["health"] = a.Health.document()
	}
	if d := a.Deploy.Drain; d != nil && *d > 0 {
		b["drain"] = mapping{"timeout": seconds(*d)}
	}
	if a.Deploy.SlowStart > 0 {
		b["slow_start"] = mapping{"window": seconds(a.Deploy.SlowStart)}
	}
	if r := a.Retries.document(); r != nil {
		b["retries"] = r
	}
	return b
}

func (h *Health) document() mapping {
	active := mapping{}
	if h.Path != "" {
		active["path"] = h.Path
		if h.Path == deepPath {
			active["depth"] = "deep"
		}
	}
	put(active, "interval", h.Interval)
	put(active, "timeout", h.Timeout)
	if h.Unhealthy > 0 {
		active["unhealthy"] = h.Unhealthy
	}
	if h.Healthy > 0 {
		active["healthy"] = h.Healthy
	}
	doc := mapping{"active": active}
	if h.Passive != nil && *h.Passive > 0 {
		doc["passive"] = mapping{"consecutive_failures": *h.Passive, "max_ejected": "50%"}
	}
	return doc
}

// document is nil where nothing is tried again.
func (r *Retries) document() mapping {
	if r.Attempts < 2 || r.Budget != nil && *r.Budget == 0 {
		return nil
	}
	doc := mapping{"attempts": r.Attempts, "conditions": []string{"connect_failure", "reset", "503"}, "methods": "idempotent", "budget": "unlimited"}
	if r.mayRetry("POST") || r.mayRetry("PATCH") {
		doc["methods"] = "any"
	}
	if r.Budget != nil {
		doc["budget"] = mapping{"ratio": *r.Budget}
	}
	return doc
}

// launchAt is when the launch begins in the world of the launch.
const launchAt = 20 * time.Minute

// autoscale is the triggers and the launch as an autoscaler has them. Triggers that are not
// simulated are left out; without any it looks at nothing and keeps to the schedule.
func (a *Answers) autoscale() mapping {
	target := mapping{}
	for _, t := range a.Triggers {
		switch x, ok := t.value(); {
		case !ok:
		case t.Signal == "latency":
			target["latency"] = mapping{"p99": seconds(time.Duration(x * 1e9))}
		case t.Signal == "cpu", t.Signal == "queue":
			target[t.Signal] = x
		}
	}
	const usual = 4
	if len(target) == 0 {
		target["cpu"] = "100%" // is never above
	}
	most := max(a.Launch.Most, a.Launch.Least, usual)
	if a.Launch.Most == 0 && a.Launch.Least == 0 {
		most = 40
	}
	scale := mapping{"min": usual, "max": most, "target": target}
	if a.Launch.Least > usual {
		scale["schedule"] = []mapping{
			{"at": seconds(launchAt - a.Launch.Before), "min": a.Launch.Least},
			{"at": seconds(launchAt + max(a.Launch.Until, time.Second)), "min": usual},
		}
	}
	return scale
}

// value is a trigger's target as a number: a share, seconds, or requests.
func (t *Trigger) value() (float64, bool) {
	switch t.Signal {
	case "cpu", "memory":
		return positive(decode.ParseShare(t.Target))
	case "latency":
		return positive(decode.ParseSeconds(t.Target))
	case "requests":
		if x, ok := decode.ParseRate(t.Target); ok {
			return positive(x, true)
		}
	}
	return positive(decode.ParseNumber(t.Target))
}

func positive(x float64, ok bool) (float64, bool) { return x, ok && x > 0 }

// put writes a time unless there is none.
func put(m mapping, key string, d time.Duration) {
	if d > 0 {
		m[key] = seconds(d)
	}
}

// seconds writes a time as the language has it, and as people do: 250ms, 1m30s, 1h.
func seconds(d time.Duration) string {
	text := d.String()
	for _, nothing := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, nothing) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// written is a document as a file has it.
func written(doc mapping) string {
	var text strings.Builder
	e := yaml.NewEncoder(&text)
	if err := e.Encode(doc); err != nil {
		panic(fmt.Sprintf("exercise: %v", err)) // of words and numbers
	}
	return text.String()
}
