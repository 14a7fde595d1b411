package sim

import (
	_ "embed"
	"encoding/binary"
	flags "flag" // flag is a request's here
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"

	"lbsim/balancer"
	"lbsim/sim/histogram"
)

var update = flags.Bool("update", false, "rewrite testdata/fingerprint.txt; know why it changed before committing it")

//go:embed testdata/fingerprint.txt
var fingerprints string

// TestFingerprint holds the course of many short runs to what it was: the same on
// every platform, level of optimisation and day. A line that changes means that
// results change for the same scenario and seed.
func TestFingerprint(t *testing.T) {
	var got strings.Builder
	seen := map[Outcome]int{}
	for _, w := range fingerprintWorlds(t) {
		course := runCourse(t, w, Tree, seen)
		if other := runCourse(t, w, Heap, seen); other != course {
			t.Errorf("%s: the event queues give different runs", w.name)
		}
		fmt.Fprintf(&got, "%016x %s\n", course, w.name)
	}
	for o := Completed; o <= Unfinished; o++ {
		if o != Unfinished && seen[o] == 0 {
			t.Errorf("no request ended as %v: the worlds exercise too little", o)
		}
	}
	if *update {
		if err := os.WriteFile("testdata/fingerprint.txt", []byte(got.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	compareLines(t, got.String(), fingerprints)
}

func compareLines(t *testing.T, got, want string) {
	golden := map[string]string{}
	for line := range strings.Lines(want) {
		hash, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		golden[name] = hash
	}
	for line := range strings.Lines(got) {
		hash, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		if golden[name] != hash {
			t.Errorf("%s: fingerprint %s, want %q", name, hash, golden[name])
		}
		delete(golden, name)
	}
	for name := range golden {
		t.Errorf("%s: has a fingerprint and is no longer run", name)
	}
}

// runCourse hashes every request's record and everything in the result.
func runCourse(t *testing.T, w fingerprintWorld, queue Queue, seen map[Outcome]int) uint64 {
	h := xxhash.New()
	r, err := Run(w.model, Options{Seed: 11, Replication: 2, Queue: queue, OnRequest: func(r *Record) {
		fold(h, reflect.ValueOf(*r))
		seen[r.Outcome]++
	}})
	if err != nil {
		t.Fatalf("%s: %v", w.name, err)
	}
	if r.Arrived < 500 {
		t.Fatalf("%s: only %d requests arrived", w.name, r.Arrived)
	}
	r.Events = 0 // how many events it takes is the engine's own affair
	if !w.series {
		for i := range r.Timeline {
			x := &r.Timeline[i]
			x.Attempts, x.Status, x.Servers = 0, nil, nil
		}
	}
	if !w.saved {
		for i := range r.Timeline {
			r.Timeline[i].Saved = 0
		}
	}
	if !w.later {
		for i := range r.Servers {
			r.Servers[i].Status = nil
		}
	}
	if !w.lives {
		r.Lives = nil
		for i := range r.Timeline {
			r.Timeline[i].Fleet = nil
		}
	}
	if w.model.Balancer.Pools[0].Limits == nil {
		r.Reasons = [balancer.Reasons]uint64{}
	}
	fold(h, reflect.ValueOf(*r))
	return h.Sum64()
}

// later is what results gained after the first fingerprints were taken: older worlds
// are hashed without it.
var later = map[string]bool{"ServerResult.Status": true, "Result.Happened": true, "Result.Dropped": true,
	"Interval.Attempts": true, "Interval.Status": true, "Interval.Servers": true, "Interval.Saved": true,
	"ClassResult.Resent": true, "Result.Lives": true, "Result.Scalings": true, "Result.Reasons": true,
	"Result.Cut": true, "Result.Spans": true, "Result.Marks": true,
	"Happening.Pool": true, "ServerResult.CheckTime": true, "Result.Pools": true, "Result.Routes": true, "Result.Copies": true, "Result.Tiers": true}

// firstReasons is how many reasons to reject a request there were at first.
const firstReasons = 8

// knownReasons leaves out the reasons that came later, where they are zero.
func knownReasons(v reflect.Value) reflect.Value {
	n := v.Len()
	for n > firstReasons && v.Index(n-1).IsZero() {
		n--
	}
	all := reflect.New(v.Type()).Elem()
	all.Set(v)
	return all.Slice(0, n)
}

// fold hashes a value with everything in it, so that a figure which results gain
// one day is in the fingerprint without anybody's remembering it.
func fold(h *xxhash.Digest, v reflect.Value) {
	put := func(x uint64) {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], x)
		h.Write(b[:])
	}
	if counts, ok := v.Interface().(*histogram.Histogram); ok {
		if counts != nil {
			counts.Each(func(i int, n uint64) { put(uint64(i)); put(n) })
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer: // what a world does not have leaves no trace
		if !v.IsNil() {
			fold(h, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if later[v.Type().Name()+"."+v.Type().Field(i).Name] && v.Field(i).IsZero() {
				continue
			}
			if name := v.Type().Name() + "." + v.Type().Field(i).Name; name == "ClassResult.Reasons" || name == "Hedged.Lost" || name == "Hedged.Wasted" {
				continue // of the first the sum is Result.Reasons; the others came after the first worlds with hedges
			} else if name == "Result.Reasons" {
				fold(h, knownReasons(v.Field(i)))
				continue
			}
			fold(h, v.Field(i))
		}
	case reflect.Slice, reflect.Array:
		put(uint64(v.Len()))
		for i := range v.Len() {
			fold(h, v.Index(i))
		}
	case reflect.Float64:
		if x := v.Float(); x == x { // NaNs have many encodings
			put(math.Float64bits(x))
		} else {
			put(math.MaxUint64)
		}
	case reflect.Bool:
		put(map[bool]uint64{true: 1}[v.Bool()])
	case reflect.Int, reflect.Int64, reflect.Int32:
		put(uint64(v.Int()))
	case reflect.Uint, reflect.Uint64, reflect.Uint32, reflect.Uint16, reflect.Uint8:
		put(v.Uint())
	default:
		panic("sim: no fingerprint of a " + v.Type().String())
	}
}
