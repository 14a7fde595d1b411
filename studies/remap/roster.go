package remap

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lbsim/config/decode"
	"lbsim/random"
)

const (
	maxNodes  = 1_000_000
	maxWeight = 1_000_000
)

// node is a member of the pool; id is one for each node that ever is in it.
type node struct {
	id     int32
	name   string
	weight float64
}

// roster is the nodes in the order of their positions, and how many there ever were.
type roster struct {
	nodes  []node
	made   int
	prefix string          // of the names of new nodes; a number follows
	next   int             // that number
	taken  map[string]bool // names that were given
	rnd    random.Source   // of the nodes that are taken at random
}

// newRoster returns a roster of nodes with these weights. Without names they are
// node-1, node-2 and so on. Who comes later is called as the last one but for the
// number: api-11 after api-10.
func newRoster(names []string, weights []float64, seed uint64) *roster {
	r := &roster{prefix: "node-", next: 1, taken: map[string]bool{}, rnd: random.New(seed, "remap/nodes", 0)}
	for _, name := range names {
		r.taken[name] = true
	}
	if len(names) > 0 {
		last := names[len(names)-1]
		prefix := strings.TrimRight(last, "0123456789")
		if n, err := strconv.Atoi(last[len(prefix):]); err == nil {
			r.prefix, r.next = prefix, n+1
		}
	}
	for i, w := range weights {
		name := ""
		if len(names) > 0 {
			name = names[i]
		}
		r.nodes = append(r.nodes, r.make(name, w))
	}
	return r
}

// make returns a node that was never there, with a name of its own where it has none.
func (r *roster) make(name string, weight float64) node {
	for name == "" {
		next := r.prefix + strconv.Itoa(r.next)
		r.next++
		if !r.taken[next] {
			name = next
		}
	}
	r.made++
	return node{id: int32(r.made - 1), name: name, weight: weight}
}

// apply changes the roster; an earlier copy of nodes stays as it was.
func (r *roster) apply(c Change) error {
	if c.verb == add {
		if len(r.nodes)+c.count > maxNodes {
			return fmt.Errorf("%d nodes would be there: at most %d can be", len(r.nodes)+c.count, maxNodes)
		}
		r.nodes = slices.Clone(r.nodes)
		for range c.count {
			r.nodes = append(r.nodes, r.make("", 1))
		}
		return nil
	}
	if c.verb == remove && c.count >= len(r.nodes) {
		return fmt.Errorf("would remove %d of %d nodes: one at least must stay", c.count, len(r.nodes))
	}
	chosen, err := r.choose(c)
	if err != nil {
		return err
	}
	nodes := slices.Clone(r.nodes)
	switch c.verb {
	case reweight:
		nodes[chosen[0]].weight = c.weight
	case replace:
		nodes[chosen[0]] = r.make("", nodes[chosen[0]].weight)
	case remove:
		for i, at := range chosen { // ascending
			nodes = slices.Delete(nodes, at-i, at-i+1)
		}
	}
	r.nodes = nodes
	return nil
}

// choose returns the indices of the nodes that a change is about, ascending.
func (r *roster) choose(c Change) ([]int, error) {
	if c.which.word == "random" {
		return r.draw(c.count), nil
	}
	from := 0
	switch w := c.which; {
	case w.word == "last":
		from = len(r.nodes) - c.count
	case w.position > 0:
		from = w.position - 1
		if from+c.count > len(r.nodes) {
			return nil, fmt.Errorf("position %d is beyond the pool, which has %s", from+c.count, nodesText(len(r.nodes)))
		}
	case w.name != "":
		from = slices.IndexFunc(r.nodes, func(n node) bool { return n.name == w.name })
		if from < 0 {
			return nil, r.noNode(w.name)
		}
		if from+c.count > len(r.nodes) {
			return nil, fmt.Errorf("from %s on the pool has only %s", w.name, nodesText(len(r.nodes)-from))
		}
	}
	var chosen []int
	for i := range c.count {
		chosen = append(chosen, from+i)
	}
	return chosen, nil
}

// draw takes count different nodes at random.
func (r *roster) draw(count int) []int {
	all := make([]int, len(r.nodes))
	for i := range all {
		all[i] = i
	}
	for i := range count { // the beginning of Fisher and Yates' shuffle
		j := i + r.rnd.IntN(len(all)-i)
		all[i], all[j] = all[j], all[i]
	}
	slices.Sort(all[:count])
	return all[:count]
}

func (r *roster) noNode(name string) error {
	const shown = 20
	var names []string
	for _, n := range r.nodes {
		names = append(names, n.name)
	}
	text := fmt.Sprintf("there is no node %s", name)
	if near := decode.Nearest(name, names); near != "" {
		text += ": did you mean " + near + "?"
	} else if len(names) <= shown {
		text += ": " + decode.Suggest(name, names)
	}
	return errors.New(text)
}

func nodesText(n int) string {
	if n == 1 {
		return "1 node"
	}
	return strconv.Itoa(n) + " nodes"
}
