package algorithms

import (
	"encoding/binary"
	"math/bits"
)

// murmur3Wide is MurmurHash3_x64_128: two words of 64 bits.
//
// Source: Appleby, smhasher MurmurHash3.cpp.
func murmur3Wide(text []byte, seed uint64) (h1, h2 uint64) {
	const c1, c2 = 0x87c37b91114253d5, 0x4cf5ad432745937f
	mix1 := func(k uint64) uint64 { return bits.RotateLeft64(k*c1, 31) * c2 }
	mix2 := func(k uint64) uint64 { return bits.RotateLeft64(k*c2, 33) * c1 }
	length := uint64(len(text))
	h1, h2 = seed, seed
	for ; len(text) >= 16; text = text[16:] {
		h1 ^= mix1(binary.LittleEndian.Uint64(text))
		h1 = (bits.RotateLeft64(h1, 27)+h2)*5 + 0x52dce729
		h2 ^= mix2(binary.LittleEndian.Uint64(text[8:]))
		h2 = (bits.RotateLeft64(h2, 31)+h1)*5 + 0x38495ab5
	}
	var rest [16]byte // of zeros the mix is zero, so what is missing changes nothing
	copy(rest[:], text)
	h2 ^= mix2(binary.LittleEndian.Uint64(rest[8:]))
	h1 ^= mix1(binary.LittleEndian.Uint64(rest[:]))
	h1, h2 = h1^length, h2^length
	h1 += h2
	h2 += h1
	h1, h2 = murmur3Final(h1), murmur3Final(h2)
	h1 += h2
	return h1, h2 + h1
}

func murmur3Final(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// murmur3Narrow is MurmurHash3_x86_32.
//
// Source: Appleby, smhasher MurmurHash3.cpp.
func murmur3Narrow(text []byte, seed uint32) uint32 {
	mix := func(k uint32) uint32 { return bits.RotateLeft32(k*0xcc9e2d51, 15) * 0x1b873593 }
	length, h := uint32(len(text)), seed
	for ; len(text) >= 4; text = text[4:] {
		h ^= mix(binary.LittleEndian.Uint32(text))
		h = bits.RotateLeft32(h, 13)*5 + 0xe6546b64
	}
	var rest [4]byte
	copy(rest[:], text)
	h ^= mix(binary.LittleEndian.Uint32(rest[:]))
	h ^= length
	h = (h ^ h>>16) * 0x85ebca6b
	h = (h ^ h>>13) * 0xc2b2ae35
	return h ^ h>>16
}
