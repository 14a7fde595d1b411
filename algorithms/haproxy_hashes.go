package algorithms

import (
	"encoding/binary"
	"hash/crc32"
	"math/bits"
	"net/netip"
)

// haproxyHash is how HAProxy hashes a key to 32 bits: by a function, perhaps mixed again.
type haproxyHash struct {
	of        func(key []byte) uint32
	avalanche bool
}

// haproxyFunctions are those of hash-type, in the order of its documentation.
var haproxyFunctions = []string{"sdbm", "djb2", "wt6", "crc32"}

// functionParam and avalancheParam are the words of hash-type.
var (
	functionParam = Param{Name: "function", Type: Word, Default: "sdbm", Words: haproxyFunctions,
		Doc: "profile haproxy: the function of hash-type, which hashes keys to 32 bits"}
	avalancheParam = Param{Name: "avalanche", Type: Word, Default: "usual", Words: []string{"usual", "true", "false"},
		Doc: "profile haproxy: whether the hash of a key is mixed once more; usual, as where hash-type names no function: of a consistent hash it is, of a table it is not"}
)

// newHaproxyHash reads function and avalanche.
func newHaproxyHash(v Values, consistent bool) haproxyHash {
	h := haproxyHash{avalanche: mixes(v, consistent)}
	switch v.Text("function") {
	case "djb2":
		h.of = djb2
	case "wt6":
		h.of = wt6
	case "crc32":
		h.of = crc32.ChecksumIEEE
	default:
		h.of = sdbm
	}
	return h
}

// mixes reads avalanche.
func mixes(v Values, consistent bool) bool {
	if text := v.Text("avalanche"); text != "usual" {
		return text == "true"
	}
	return consistent
}

// HashKey is the key's hash.
func (h haproxyHash) HashKey(key []byte) uint64 {
	x := h.of(key)
	if h.avalanche {
		x = avalanche(x)
	}
	return uint64(x)
}

// avalanche is Bob Jenkins' integer hash, times a prime: HAProxy's full_hash
// (intops.h). It is one to one.
func avalanche(a uint32) uint32 {
	a = (a + 0x7ed55d16) + (a << 12)
	a = (a ^ 0xc761c23c) ^ (a >> 19)
	a = (a + 0x165667b1) + (a << 5)
	a = (a + 0xd3a2646c) ^ (a << 9)
	a = (a + 0xfd7046c5) + (a << 3)
	a = (a ^ 0xb55a4f09) ^ (a >> 16)
	return a * 3221225473
}

// sdbm is the hash of the sdbm database library: h := octet + 65599 h.
func sdbm(key []byte) (h uint32) {
	for _, c := range key {
		h = uint32(c) + h<<6 + h<<16 - h
	}
	return h
}

// djb2 is Bernstein's hash: h := 33 h + octet, from 5381 on.
func djb2(key []byte) uint32 {
	h := uint32(5381)
	for _, c := range key {
		h = h<<5 + h + uint32(c)
	}
	return h
}

// wt6 is Tarreau's hash of two words that turn by what they hold (hash.c).
func wt6(key []byte) uint32 {
	h0, h1 := uint32(0xa53c965a), uint32(0x5ca6953a)
	step0, step1 := 6, 18
	for _, c := range key {
		h0, h1 = ^(h0 ^ uint32(c)), ^(h1 + uint32(c))
		h0, h1 = bits.RotateLeft32(h1, step0), bits.RotateLeft32(h0, step1)
		t := (h0>>16 ^ h1) & 0xffff
		step0, step1 = int(t&0x1f), int(t>>11)
	}
	return h0 ^ h1
}

// sourceHash is what HAProxy's `balance source` makes of an address: its words of 32
// bits, one xor the other. Of an unknown address it is 0.
func sourceHash(client netip.Addr) uint32 {
	client = client.Unmap()
	switch {
	case client.Is4():
		a := client.As4()
		return binary.BigEndian.Uint32(a[:])
	case client.Is6():
		a := client.As16()
		return binary.BigEndian.Uint32(a[0:]) ^ binary.BigEndian.Uint32(a[4:]) ^ binary.BigEndian.Uint32(a[8:]) ^ binary.BigEndian.Uint32(a[12:])
	}
	return 0
}
