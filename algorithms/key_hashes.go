package algorithms

import (
	"crypto/md5"
	"encoding/binary"
	"hash/crc32"
	"math/bits"

	"github.com/cespare/xxhash/v2"
)

// mix64 scrambles x, one to one: a step of SplitMix64 (Steele, Lea & Flood, OOPSLA
// 2014), with Stafford's variant 13 of the finaliser. A chain mix64(mix64(…)) of a
// key's hash is a sequence of hashes of the key.
func mix64(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// xxhash64 is XXH64 of key with a seed.
func xxhash64(key string, seed uint64) uint64 {
	var d xxhash.Digest
	d.ResetWithSeed(seed)
	_, _ = d.WriteString(key) // never fails
	return d.Sum64()
}

// The 64-bit Fowler/Noll/Vo hash in its variant 1a: h := (h xor octet) prime, octet
// by octet from fnvOffset on, so that the hash of a text goes on from that of its
// beginning.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func fnv1a[T string | []byte](h uint64, text T) uint64 {
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * fnvPrime
	}
	return h
}

// md5Words returns the MD5 of text as four numbers, each of four octets, the least
// significant first.
func md5Words(text []byte) (words [4]uint32) {
	sum := md5.Sum(text)
	for i := range words {
		words[i] = binary.LittleEndian.Uint32(sum[4*i:])
	}
	return words
}

// crcConcat returns the CRC-32 (IEEE) of a text whose first part has the CRC a and
// whose second, of length octets, has the CRC b. A CRC is a remainder modulo a
// polynomial P over GF(2), so putting a text behind another multiplies the first's
// by x^(8 length). It costs O(log length) products.
//
// Source: zlib crc32.c, crc32_combine.
func crcConcat(a, b uint32, length uint64) uint32 {
	shift := uint32(1 << 31) // x^0: the highest power is the lowest bit
	square := uint32(1 << 23)
	for ; length > 0; length >>= 1 { // square is x^8, x^16, x^32 …
		if length&1 != 0 {
			shift = crcProduct(shift, square)
		}
		square = crcProduct(square, square)
	}
	return crcProduct(shift, a) ^ b
}

// crcProduct returns a b modulo P.
func crcProduct(a, b uint32) (product uint32) {
	for ; a != 0; a <<= 1 {
		if a>>31 != 0 {
			product ^= b
		}
		b = b>>1 ^ crc32.IEEE&-(b&1)
	}
	return product
}

// murmur64A is MurmurHash64A, the 64-bit MurmurHash2.
//
// Source: Appleby, smhasher MurmurHash2.cpp.
func murmur64A(text []byte, seed uint64) uint64 {
	const m = 0xc6a4a7935bd1e995
	h := seed ^ uint64(len(text))*m
	for ; len(text) >= 8; text = text[8:] {
		k := binary.LittleEndian.Uint64(text) * m
		h = (h ^ (k^k>>47)*m) * m
	}
	if len(text) > 0 {
		var rest [8]byte
		copy(rest[:], text)
		h = (h ^ binary.LittleEndian.Uint64(rest[:])) * m
	}
	h = (h ^ h>>47) * m
	return h ^ h>>47
}

// below maps a hash to 0 … n-1, evenly but for n/2^64, by the high word of their
// product: what a modulo does, for less.
func below(hash uint64, n int) int {
	high, _ := bits.Mul64(hash, uint64(n))
	return int(high)
}
