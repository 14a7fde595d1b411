package sim

import (
	"strconv"
	"testing"

	"lbsim/algorithms"
	"lbsim/random"
	"lbsim/workloads"
)

// TestKeysAreHashedByTheProduct: every request is where its key leads when the
// algorithm's own hash is asked for the key's decimal digits or, of an algorithm
// without one, when xxhash64 is asked for its eight bytes.
func TestKeysAreHashedByTheProduct(t *testing.T) {
	for _, text := range []string{"ring_hash:profile=nginx", "ring_hash:profile=ketama", "modulo:profile=nginx", "rendezvous:profile=traefik", "ring_hash", "maglev"} {
		m := farm(7, text)
		m.Requests = 500
		m.Keys = must(workloads.NewUniformKeys(200))
		var members []algorithms.Member
		for _, server := range m.Servers {
			members = append(members, algorithms.Member{Key: server.Name, Weight: server.Weight})
		}
		set := algorithms.NewSet(members)
		picker := must(choice(text).New(random.New(1, "", 0)))
		picker.Rebuilt(set)
		_, records := course(t, m, Options{Seed: 5})
		seen := map[int]bool{}
		for _, r := range records {
			key := workloads.KeyHash(r.Key)
			if own, ok := picker.(algorithms.KeyHasher); ok {
				key = own.HashKey([]byte(strconv.FormatUint(r.Key, 10)))
			}
			if want := picker.Pick(0, set, &algorithms.Request{Key: key, HasKey: true}); r.Server != int(want) {
				t.Fatalf("%s: key %d is on server %d, want %d", text, r.Key, r.Server, want)
			}
			seen[r.Server] = true
		}
		if len(records) < 500 || len(seen) < 5 {
			t.Errorf("%s: %d requests on %d servers", text, len(records), len(seen))
		}
	}
}
