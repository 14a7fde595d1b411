package algorithms

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"lbsim/random"
)

func TestNamesAndAliases(t *testing.T) {
	for alias, name := range map[string]string{
		"rr": "round_robin", "wrr": "weighted_round_robin", "p2c": "power_of_two",
		"lc": "least_connections", "leastconn": "least_connections", "least_conn": "least_connections", "least_request": "least_connections",
		"sed": "shortest_expected_delay", "least_time": "least_response_time", "jiq": "join_idle_queue",
		"consistent_hash": "ring_hash", "random": "random", "peak_ewma": "peak_ewma", "prequal": "prequal", "ip_hash": "ip_hash",
		"hash": "modulo", "hrw": "rendezvous", "jump": "jump_hash", "anchor": "anchor_hash", "ketama": "ring_hash", "chbl": "bounded_load",
	} {
		if s := Lookup(alias); s == nil || s.Name != name {
			t.Errorf("%s is not %s", alias, name)
		}
	}
	if !slices.IsSortedFunc(All(), func(a, b *Spec) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("All is not in order")
	}
	defer func() {
		if recover() == nil {
			t.Error("a name was registered twice")
		}
	}()
	Register(Spec{Name: "other", Aliases: []string{"rr"}})
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ text, want, err string }{
		{"p2c:choices=3", "power_of_two:choices=3", ""},
		{"p2c:choices=2", "power_of_two", ""}, // the default
		{"wrr:schedule=edf,ties=original", "weighted_round_robin:schedule=edf,ties=original", ""},
		{"nonsense", "", `unknown algorithm "nonsense"`},
		{"p2c:choises=3", "", "choises: unknown parameter: power_of_two has choices,"},
		{"rr:x=1", "", "x: unknown parameter: round_robin has start"},
		{"p2c:choices=1", "", "choices = 1: must be in [2, 64]"},
		{"p2c:choices=2.5", "", "must be a whole number"},
		{"p2c:replacement=yes", "", "must be true or false"},
		{"p2c:decay=0s", "", "must be a duration > 0"},
		{"wrr:schedule=x", "", "must be one of smooth, edf, stride, lvs, haproxy, haproxy_static"},
		{"p2c:choices", "", "a parameter is written name=value"},
	} {
		choice, err := Parse(c.text)
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: error %v, want one with %q", c.text, err, c.err)
			}
		case err != nil || choice.String() != c.want:
			t.Errorf("%s: %v, %v; want %s", c.text, choice, err, c.want)
		}
	}
	_, err := Parse("p2c:choices=99")
	if e := (*ParamError)(nil); !errors.As(err, &e) || e.Name != "choices" || e.Value != "99" {
		t.Errorf("no ParamError: %v", err)
	}
}

// TestContradictions: parameters that mean nothing together are refused, not
// ignored.
func TestContradictions(t *testing.T) {
	for _, text := range []string{
		"wrr:ties=original", "wrr:schedule=lvs,prepicks=random",
		"p2c:left=true,replacement=true", "p2c:decay=1s",
		"ring_hash:profile=nginx,points=7", "ring_hash:profile=nginx,hash=murmur2", "ring_hash:profile=envoy,min_ring_size=9,max_ring_size=8",
		"maglev:table_size=100", "bounded_load:limit=7", "bounded_load:rule=fixed,factor=2",
	} {
		choice, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := choice.New(random.New(1, "", 0)); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

func TestSet(t *testing.T) {
	s := NewSet([]Member{{"a", 1}, {"b", 2}, {"c", 3}})
	version := s.Version
	s.InFlight[1] = 7
	s.Remove(1)
	if s.Version == version || s.IsReady(1) || s.Len() != 3 || s.NextReady(1) != 2 || s.NextReady(3) != 0 {
		t.Errorf("after a removal: %+v", s)
	}
	if slot := s.Insert(Member{"d", 4}); slot != 1 || s.InFlight[1] != 0 || s.Weight[1] != 4 || s.IsReady(1) {
		t.Errorf("an insertion took slot %d: %+v", slot, s)
	}
	for i := range 200 {
		s.Insert(Member{fmt.Sprint("x", i), 1})
	}
	s.SetReady(0, false)
	s.SetReady(2, false)
	s.SetReady(170, true)
	if s.NextReady(3) != 170 || s.NextReady(171) != 170 || !slices.Equal(s.Ready, []int32{170}) {
		t.Errorf("ready: %v", s.Ready)
	}
	s.SetReady(170, false)
	if s.NextReady(0) != -1 {
		t.Error("somebody is ready")
	}
}

func TestTried(t *testing.T) {
	var tried Tried
	for slot := range int32(10) {
		tried.Add(slot)
	}
	if tried.Has(1) || !tried.Has(2) || !tried.Has(9) || tried.Len() != 8 {
		t.Errorf("the last eight are %v", tried.Slots())
	}
	s := NewSet([]Member{{"a", 1}, {"b", 1}})
	one := Tried{}
	one.Add(1)
	one.Add(1)
	if !one.Untried(s) {
		t.Error("a is untried")
	}
	s.SetReady(0, false)
	if one.Untried(s) {
		t.Error("only b is ready, and tried")
	}
}

// Example shows the whole life of a picker: members, a pick, a start, a finish.
func Example() {
	choice, _ := Parse("least_connections")
	picker, _ := choice.New(random.New(1, "example", 0))
	set := NewSet([]Member{{Key: "api-1", Weight: 1}, {Key: "api-2", Weight: 1}})
	picker.Rebuilt(set)
	for range 3 {
		slot := picker.Pick(0, set, &Request{})
		set.InFlight[slot]++
		picker.Changed(set, slot, Started)
		fmt.Println(set.Members[slot].Key, set.InFlight)
	}
	set.InFlight[1]--
	picker.Changed(set, 1, Finished)
	fmt.Println(set.Members[picker.Pick(0, set, &Request{})].Key)
	// Output:
	// api-1 [1 0]
	// api-2 [1 1]
	// api-1 [2 1]
	// api-2
}
