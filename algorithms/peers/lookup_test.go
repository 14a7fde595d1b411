package peers

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/cespare/xxhash/v2"
	"github.com/dgryski/go-jump"
	"github.com/dgryski/go-rendezvous"
	"github.com/golang/groupcache/consistenthash"
	"github.com/kkdai/maglev"
	"github.com/serialx/hashring"

	"lbsim/algorithms"
	"lbsim/random"
)

// keys are what all look up: texts of ten letters or so. A lookup hashes its text.
var keys = func() []string {
	texts := make([]string, 1<<12)
	for i := range texts {
		texts[i] = "user:" + strconv.Itoa(100000+i*7919%900000)
	}
	return texts
}()

func names(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("10.0.%d.%d:8080", i/256, i%256)
	}
	return names
}

// sink keeps lookups from being optimised away.
var sink string

// ours returns a lookup in a picker of package algorithms.
func ours(b *testing.B, text string, n int) func(key string) string {
	choice, err := algorithms.Parse(text)
	if err != nil {
		b.Fatal(err)
	}
	picker, err := choice.New(random.New(1, "picker", 0))
	if err != nil {
		b.Fatal(err)
	}
	var members []algorithms.Member
	for _, name := range names(n) {
		members = append(members, algorithms.Member{Key: name, Weight: 1})
	}
	set := algorithms.NewSet(members)
	picker.Rebuilt(set)
	r := algorithms.Request{HasKey: true}
	return func(key string) string {
		r.Key = xxhash.Sum64String(key)
		return set.Members[picker.Pick(0, set, &r)].Key
	}
}

// theirs are the peers' lookups, of rings with 160 points a node where they let one
// choose (hashring has its own number). groupcache hashes keys with CRC-32, hashring
// with MD5 and kkdai's Maglev with SipHash; the others get xxhash64.
var theirs = []struct {
	name string
	make func(b *testing.B, n int) func(key string) string
}{
	{"ring/groupcache", func(_ *testing.B, n int) func(string) string {
		ring := consistenthash.New(160, nil)
		ring.Add(names(n)...)
		return ring.Get
	}},
	{"ring/serialx", func(_ *testing.B, n int) func(string) string {
		ring := hashring.New(names(n))
		return func(key string) string {
			name, _ := ring.GetNode(key)
			return name
		}
	}},
	{"maglev/kkdai", func(b *testing.B, n int) func(string) string {
		table, err := maglev.NewMaglev(names(n), 65537)
		if err != nil {
			b.Fatal(err)
		}
		return func(key string) string {
			name, err := table.Get(key)
			if err != nil {
				b.Fatal(err)
			}
			return name
		}
	}},
	{"jump/dgryski", func(_ *testing.B, n int) func(string) string {
		nodes := names(n)
		return func(key string) string { return nodes[jump.Hash(xxhash.Sum64String(key), n)] }
	}},
	{"rendezvous/dgryski", func(_ *testing.B, n int) func(string) string {
		return rendezvous.New(names(n), xxhash.Sum64String).Lookup
	}},
}

// BenchmarkLookup measures one lookup, the hash of the key's text included.
func BenchmarkLookup(b *testing.B) {
	measure := func(name string, n int, lookup func(string) string) {
		b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				sink = lookup(keys[i&(len(keys)-1)])
				i++
			}
		})
	}
	for _, n := range []int{10, 100, 1000} {
		for _, x := range [][2]string{{"ring", "ring_hash"}, {"maglev", "maglev"}, {"jump", "jump_hash"}, {"rendezvous", "rendezvous"},
			{"darts", "rendezvous:profile=darts"}, {"anchor", "anchor_hash"}, {"multi-probe", "multi_probe"}} {
			measure(x[0]+"/lbsim", n, ours(b, x[1], n))
		}
		for _, peer := range theirs {
			measure(peer.name, n, peer.make(b, n))
		}
	}
}
