package algorithms

import (
	"hash/crc32"
	"math"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// ringHashes are the hashes that can place points and keys, with their widths in bits.
var ringHashes = map[string]struct {
	of    func(text []byte) uint64
	width uint
}{
	"xxhash":     {xxhash.Sum64, 64},
	"murmur2":    {func(text []byte) uint64 { return murmur64A(text, 0) }, 64},
	"murmur3":    {func(text []byte) uint64 { h, _ := murmur3Wide(text, 0); return h }, 64},
	"murmur3_32": {func(text []byte) uint64 { return uint64(murmur3Narrow(text, 0)) }, 32},
}

// ownPoints places each member at the points hash(key + "_" + i), i = 0 …
// round(perWeight x weight) - 1, at least one; perWeight is less where there would
// be more than most of them.
type ownPoints struct {
	perWeight, most float64
	hash            func(text []byte) uint64
}

func (o ownPoints) place(points []ringPoint, s *Set) []ringPoint {
	each := o.perWeight
	if total := declaredWeight(s); total*each > o.most {
		each = o.most / total
	}
	var name []byte
	for slot, m := range s.Members {
		if m.Key == "" {
			continue
		}
		name = append(append(name[:0], m.Key...), '_')
		for i := range max(1, int(math.Floor(float64(each*m.Weight)+0.5))) {
			points = append(points, ringPoint{o.hash(strconv.AppendInt(name, int64(i), 10)), int32(slot)})
		}
	}
	return points
}

// declaredWeight returns the sum of all members' weights, ready or not.
func declaredWeight(s *Set) float64 {
	sum := 0.0
	for _, m := range s.Members {
		sum += m.Weight
	}
	return sum
}

// envoyPoints is Envoy's ring. With v the members' weights as shares of their sum,
//
//	scale = min(ceil(least v x min_ring_size) / least v, max_ring_size)
//
// member by member, in order of slots, points hash(key + "_" + i), i = 0, 1 …, are
// added until there are scale x (sum of v so far): what is lacking of a whole
// number is carried over. Envoy does so with the healthy hosts and anew whenever
// they change; here the ring is that of all members, and who is out is passed over.
type envoyPoints struct {
	least, most float64
	murmur      bool
}

// envoyMurmurSeed is the seed of libstdc++'s std::_Hash_bytes, which Envoy uses.
const envoyMurmurSeed = 0xc70f6907

func (e envoyPoints) place(points []ringPoint, s *Set) []ringPoint {
	total, lightest := declaredWeight(s), math.Inf(1)
	for _, m := range s.Members {
		if m.Key != "" {
			lightest = min(lightest, m.Weight/total)
		}
	}
	scale := min(math.Ceil(float64(lightest*e.least))/lightest, e.most)
	target, placed := 0.0, 0.0
	var name []byte
	for slot, m := range s.Members {
		if m.Key == "" {
			continue
		}
		name = append(append(name[:0], m.Key...), '_')
		target += float64(scale * (m.Weight / total))
		for i := int64(0); placed < target; i++ {
			text := strconv.AppendInt(name, i, 10)
			h := xxhash.Sum64(text)
			if e.murmur {
				h = murmur64A(text, envoyMurmurSeed)
			}
			points = append(points, ringPoint{h, int32(slot)})
			placed++
		}
	}
	return points
}

// nginxPoints is NGINX's ring: 160 points a unit of weight, each the CRC-32 of the
// host, an octet 0, the port and the point before as four octets, the least
// significant first (the first: four octets 0). Of equal points one stays.
//
// Source: ngx_http_upstream_hash_module.c, ngx_http_upstream_update_chash, of a
// little-endian machine.
func nginxPoints(points []ringPoint, s *Set) []ringPoint {
	for slot, m := range s.Members {
		if m.Key == "" {
			continue
		}
		host, port := nginxAddress(m.Key)
		text := append(append([]byte(host), 0), port...)
		base := crc32.ChecksumIEEE(text)
		var last uint32
		for range max(1, int(math.Floor(float64(160*m.Weight)+0.5))) {
			before := [4]byte{byte(last), byte(last >> 8), byte(last >> 16), byte(last >> 24)}
			last = crc32.Update(base, crc32.IEEETable, before[:])
			points = append(points, ringPoint{uint64(last), int32(slot)})
		}
	}
	return points
}

// nginxAddress takes a server's name apart as NGINX does: digits after the last
// colon are a port, a Unix socket's path has none.
func nginxAddress(name string) (host, port string) {
	if len(name) >= 5 && strings.EqualFold(name[:5], "unix:") {
		return name[5:], ""
	}
	bare := strings.TrimRight(name, "0123456789")
	if inner, ok := strings.CutSuffix(bare, ":"); ok {
		return inner, name[len(bare):]
	}
	return name, ""
}

// ketamaPoints is libmemcached's weighted ketama. A member has
//
//	floor(share x 160/4 x members + 10^-10)
//
// times four points, in 32-bit arithmetic as there: the words of the MD5 of its
// name, a hyphen and 0, 1 …, where a name leaves out memcached's own port, 11211. A
// member of less than 1/40 of the mean weight has none.
//
// Source: libmemcached hosts.cc, update_continuum.
func ketamaPoints(points []ringPoint, s *Set) []ringPoint {
	total, members := float32(declaredWeight(s)), float32(membersOf(s))
	var name []byte
	for slot, m := range s.Members {
		if m.Key == "" {
			continue
		}
		share := float32(m.Weight) / total
		each := float32(float32(share*160)/4) * members
		name = append(append(name[:0], strings.TrimSuffix(m.Key, ":11211")...), '-')
		for i := range int(math.Floor(float64(float32(float64(each) + 1e-10)))) {
			for _, word := range md5Words(strconv.AppendInt(name, int64(i), 10)) {
				points = append(points, ringPoint{uint64(word), int32(slot)})
			}
		}
	}
	return points
}
