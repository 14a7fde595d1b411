package remap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"

	"lbsim/config/decode"
	"lbsim/workloads"
)

// keyHash is the hash of a key's text by which pickers place it that have none of
// their own (algorithms.KeyHasher).
func keyHash(text []byte) uint64 { return xxhash.Sum64(text) }

// maxKeys keeps the tables of a study within a few gigabytes.
const maxKeys = 100_000_000

// Keys are what is placed: each once, with a share of the requests.
type Keys struct {
	count int
	seed  uint64
	// lines are the keys of a file; nil: keys are called after their number.
	lines [][]byte
	// popularity is each key's share of the requests; nil: all have the same.
	popularity []float64
	law        string
}

// Count returns how many there are.
func (k *Keys) Count() int { return k.count }

// generated is count keys: key-1-0, key-1-1 … of seed 1, so that another seed is
// another sample.
func generated(count int, seed uint64) *Keys {
	return &Keys{count: count, seed: seed, law: "uniform"}
}

// appendText appends the text of key i.
func (k *Keys) appendText(dst []byte, i int) []byte {
	if k.lines != nil {
		return append(dst, k.lines[i]...)
	}
	dst = strconv.AppendUint(append(dst, "key-"...), k.seed, 10)
	return strconv.AppendInt(append(dst, '-'), int64(i), 10)
}

// hash fills dst with the hashes of the keys from first on.
func (k *Keys) hash(dst []uint64, first int, of func([]byte) uint64) {
	var text []byte
	for i := range dst {
		text = k.appendText(text[:0], first+i)
		dst[i] = of(text)
	}
}

// OpenKeys reads keys from a file, or from in for -: one a line. A key that comes
// again is one key with more requests. Empty lines are no keys.
func OpenKeys(name string, in io.Reader) (*Keys, error) {
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			if p, ok := errors.AsType[*fs.PathError](err); ok {
				err = p.Err
			}
			return nil, fmt.Errorf("--keys-file %s: %w", name, err)
		}
		defer file.Close()
		in = file
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("--keys-file %s: %w", name, err)
	}
	k := readKeys(text)
	if k.count == 0 {
		return nil, fmt.Errorf("--keys-file %s: is empty: must hold a key a line", name)
	}
	if k.count > maxKeys {
		return nil, fmt.Errorf("--keys-file %s: has %d keys: at most %d can be placed", name, k.count, maxKeys)
	}
	return k, nil
}

func readKeys(text []byte) *Keys {
	k := &Keys{law: "uniform"}
	index := map[string]int{}
	var counts []float64
	total := 0
	for line := range bytes.Lines(text) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			continue
		}
		total++
		if at, again := index[string(line)]; again {
			counts[at]++
			continue
		}
		index[string(line)] = len(k.lines)
		k.lines, counts = append(k.lines, line), append(counts, 1)
	}
	k.count = len(k.lines)
	if total > k.count {
		for i := range counts {
			counts[i] /= float64(total)
		}
		k.popularity, k.law = counts, "file"
	}
	return k
}

// Laws are the popularities that keys may have, for messages and help.
const Laws = "uniform, zipf:EXPONENT such as zipf:1.1, or hot:KEYS=SHARE such as hot:10=50%"

// popular gives the keys the popularity that text describes, the first key the most.
func (k *Keys) popular(text string) error {
	name, rest, _ := strings.Cut(text, ":")
	count := float64(k.count)
	spec := workloads.KeySpec{Dist: name, Count: &count}
	switch name {
	case "uniform":
		if rest != "" {
			return fmt.Errorf("--key-distribution %s: uniform has no parameters", text)
		}
		k.popularity, k.law = nil, "uniform"
		return nil
	case "zipf":
		x, ok := decode.ParseNumber(strings.TrimPrefix(rest, "exponent="))
		if !ok {
			return fmt.Errorf("--key-distribution %s: the exponent must be a number, as in zipf:1.1", text)
		}
		spec.Exponent = &x
	case "hot":
		hot, share, ok := strings.Cut(rest, "=")
		keys, isNumber := decode.ParseNumber(hot)
		x, isShare := decode.ParseShare(share)
		if !ok || !isNumber || !isShare {
			return fmt.Errorf("--key-distribution %s: must look like hot:10=50%%: ten keys get half of the requests", text)
		}
		spec.Hot, spec.Share = &keys, &x
	default:
		near := decode.Nearest(name, workloads.KeyNames())
		if near != "" {
			near = "did you mean " + near + "? "
		}
		return fmt.Errorf("--key-distribution %s: %smust be %s", text, near, Laws)
	}
	law, err := spec.Build()
	if err != nil {
		return fmt.Errorf("--key-distribution %s: %w", text, err)
	}
	k.popularity, k.law = workloads.Probabilities(law), text
	return nil
}
