package workloads

import (
	"encoding/binary"
	"math"

	"github.com/cespare/xxhash/v2"

	"lbsim/random"
)

// Keys is a law of keys 0 … Count()-1; key 0 is the most popular where one is.
// Implementations are immutable.
type Keys interface {
	// Key draws from src. It does not allocate.
	Key(src *random.Source) int
	Count() int
	// Probability returns that of key k.
	Probability(k int) float64
}

// Probabilities returns those of all keys, in O(Count) time, which asking for one
// after the other may not do.
func Probabilities(k Keys) []float64 {
	if z, ok := k.(*Zipf); ok {
		return z.probabilities()
	}
	all := make([]float64, k.Count())
	for i := range all {
		all[i] = k.Probability(i)
	}
	return all
}

// KeyHash returns the 64-bit hash of a key by which hashing algorithms place it:
// XXH64 with seed 0 of its 8 bytes, the least significant first. It does not
// allocate.
func KeyHash(key uint64) uint64 {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], key)
	return xxhash.Sum64(b[:])
}

// maxKeys keeps keys exact as float64 and within an int on any platform.
const maxKeys = 1 << 31

func keyCount(count float64) error {
	err := within("count", count, 1, maxKeys-1)
	if err == nil && count != math.Trunc(count) {
		err = broken("count", count, "must be a whole number")
	}
	return err
}

// UniformKeys is the law of equally popular keys.
type UniformKeys struct{ count int }

// NewUniformKeys returns the law of count keys, a whole number from 1 to 2^31-1.
func NewUniformKeys(count float64) (UniformKeys, error) {
	return UniformKeys{int(count)}, keyCount(count)
}

func (k UniformKeys) Key(src *random.Source) int { return src.IntN(k.count) }
func (k UniformKeys) Count() int                 { return k.count }
func (k UniformKeys) Probability(int) float64    { return 1 / float64(k.count) }

// HotKeys is the law of a few keys that get a given share of the requests, evenly,
// while the others share the rest evenly.
type HotKeys struct {
	count, hot int
	share      float64
}

// NewHotKeys returns the law of count keys, the first hot of which, a whole number
// of at least 1 and below count, get the share in [0, 1].
func NewHotKeys(count, hot, share float64) (HotKeys, error) {
	err := first(keyCount(count), within("hot", hot, 1, count-1), within("share", share, 0, 1))
	if err == nil && hot != math.Trunc(hot) {
		err = broken("hot", hot, "must be a whole number")
	}
	return HotKeys{int(count), int(hot), share}, err
}

func (k HotKeys) Key(src *random.Source) int {
	if src.Float64() < k.share {
		return src.IntN(k.hot)
	}
	return k.hot + src.IntN(k.count-k.hot)
}
func (k HotKeys) Count() int { return k.count }
func (k HotKeys) Probability(key int) float64 {
	if key < k.hot {
		return k.share / float64(k.hot)
	}
	return (1 - k.share) / float64(k.count-k.hot)
}

// KeySpec is a key law as a scenario writes it.
type KeySpec struct {
	Dist                        string
	Count, Exponent, Hot, Share *float64
}

var keyParameters = []Parameter{
	{"count", Count, "number of keys"},
	{"exponent", Number, "exponent of zipf: 0 uniform, near 1 typical of caches, more is more skewed"},
	{"hot", Count, "number of hot keys"},
	{"share", Share, "share of the requests that the hot keys get together"},
}

var keyChoices = []Choice{
	{"uniform", "all keys are equally popular", [][]string{{"count"}}},
	{"zipf", "the k-th key is k^-exponent times as popular as the first", [][]string{{"count", "exponent"}}},
	{"hot", "a few hot keys take a given share", [][]string{{"count", "hot", "share"}}},
}

// KeyParameters describes the parameters of all key laws.
func KeyParameters() []Parameter { return append([]Parameter(nil), keyParameters...) }

// KeyChoices describes all key laws.
func KeyChoices() []Choice { return append([]Choice(nil), keyChoices...) }

// KeyNames returns the names of all key laws.
func KeyNames() []string { return names(keyChoices) }

// Build returns the key law that s describes, with errors as
// DistributionSpec.Build has them.
func (s KeySpec) Build() (Keys, error) {
	var g settings
	g.number("count", s.Count)
	g.number("exponent", s.Exponent)
	g.number("hot", s.Hot)
	g.number("share", s.Share)
	for _, c := range keyChoices {
		if c.Name != s.Dist {
			continue
		}
		if err := c.check(g); err != nil {
			return nil, err
		}
		switch s.Dist {
		case "uniform":
			return keys(NewUniformKeys(*s.Count))
		case "zipf":
			return keys(NewZipf(*s.Count, *s.Exponent))
		}
		return keys(NewHotKeys(*s.Count, *s.Hot, *s.Share))
	}
	return nil, unknown("dist", s.Dist, KeyNames())
}

func keys[K Keys](k K, err error) (Keys, error) {
	if err != nil {
		return nil, err
	}
	return k, nil
}
