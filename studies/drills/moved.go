package drills

import (
	"fmt"

	"lbsim/algorithms"
	"lbsim/config"
	"lbsim/studies/remap"
)

// Moved is a share of what a pool's endpoints hold for their clients that is elsewhere
// after a change.
type Moved struct {
	Pool string `json:"pool"`
	// What is keys, of an algorithm that goes by keys, clients, of one that goes by their
	// addresses, or sessions, of a cookie.
	What string `json:"what"`
	// Before and After are how they are placed; "": not at all, so that all move.
	Before string  `json:"before"`
	After  string  `json:"after"`
	Moved  float64 `json:"moved_ratio"`
	// Least is the share that has to move so that each endpoint holds its share by weight.
	Least float64 `json:"least_ratio"`
}

// movedKeys is how many keys, or clients, are placed to see which move.
const movedKeys = 100_000

// movedBetween says what moves when a pool becomes another.
func movedBetween(before, after config.Pool) ([]Moved, error) {
	of := Identities(before, after)
	then, now := sideOf(before, of), sideOf(after, of)
	var all []Moved
	for _, x := range []struct {
		what  string
		holds func(*algorithms.Spec) bool
	}{
		{"clients", func(s *algorithms.Spec) bool { return s.NeedsClient }},
		{"keys", func(s *algorithms.Spec) bool { return s.NeedsKey && !s.NeedsClient }},
	} {
		was, is := x.holds(then.Choice.Spec), x.holds(now.Choice.Spec)
		if !was || len(then.Nodes) == 0 || len(now.Nodes) == 0 {
			continue // nothing was anywhere
		}
		m := Moved{Pool: after.Name, What: x.what, Before: then.Choice.String(), Moved: 1}
		if is {
			m.After = now.Choice.String()
			moved, least, err := remap.Between(then, now, movedKeys)
			if err != nil {
				return nil, fmt.Errorf("pool %s: %w", after.Name, err)
			}
			m.Moved, m.Least = moved, least
		}
		all = append(all, m)
	}
	if before.Affinity != nil && len(then.Nodes) > 0 && len(now.Nodes) > 0 {
		all = append(all, movedSessions(before, after, then, now))
	}
	return all, nil
}

// sideOf is a pool as remap takes it.
func sideOf(p config.Pool, of func(config.Endpoint) string) remap.Side {
	side := remap.Side{Choice: p.Algorithm}
	for _, e := range p.Endpoints {
		side.Nodes = append(side.Nodes, remap.Node{ID: of(e), Name: e.Name, Weight: e.Weight})
	}
	return side
}

// movedSessions counts the sessions, spread by weight, whose cookie names an endpoint that is
// there no more, or is not read any more.
func movedSessions(before, after config.Pool, then, now remap.Side) Moved {
	m := Moved{Pool: after.Name, What: "sessions", Before: "cookie " + before.Affinity.Cookie.Name, Least: remap.LeastBetween(then, now)}
	stays := map[string]bool{}
	if after.Affinity != nil {
		m.After = "cookie " + after.Affinity.Cookie.Name
		for _, n := range now.Nodes {
			stays[n.Name] = after.Affinity.Cookie.Name == before.Affinity.Cookie.Name
		}
	}
	gone, sum := 0.0, 0.0
	for _, n := range then.Nodes {
		sum += n.Weight
		if !stays[n.Name] {
			gone += n.Weight
		}
	}
	m.Moved = gone / sum
	return m
}
