package algorithms

import (
	"cmp"
	"slices"
)

// maglevRow is a member as it fills the table: its permutation of the entries is
// offset + i skip mod size, i = 0, 1 ….
type maglevRow struct {
	slot         int32
	weight       float64
	offset, skip int
}

// maglevRows returns the members in order of names, so that the table does not
// depend on who came first, with Envoy's permutations: offset = XXH64(name) mod
// size, skip = XXH64(name, seed 1) mod (size - 1) + 1.
func maglevRows(s *Set, size int) []maglevRow {
	rows := make([]maglevRow, 0, membersOf(s))
	for slot, m := range s.Members {
		if m.Key != "" {
			rows = append(rows, maglevRow{int32(slot), m.Weight,
				int(xxhash64(m.Key, 0) % uint64(size)), int(xxhash64(m.Key, 1)%uint64(size-1)) + 1})
		}
	}
	slices.SortFunc(rows, func(a, b maglevRow) int {
		return cmp.Compare(s.Members[a.slot].Key, s.Members[b.slot].Key)
	})
	return rows
}

// fillMaglev fills the table, whose length is a prime, in rounds. In a round each
// member takes the first free entry of its permutation, the heaviest in every round
// and another in so many as its weight is of the heaviest's: in round r if
// r x weight >= target, whereupon target grows by the heaviest's weight.
//
// The last entries are hard to find: about log(size) steps for each in all.
//
// Source: maglev_lb.cc, OriginalMaglevTable::constructImplementationInternals.
func fillMaglev(table []int32, rows []maglevRow) {
	for i := range table {
		table[i] = -1
	}
	heaviest := 0.0
	for _, row := range rows {
		heaviest = max(heaviest, row.weight)
	}
	target := make([]float64, len(rows))
	free := len(table)
	for round := 1.0; ; round++ {
		for i := range rows {
			row := &rows[i]
			if float64(round*row.weight) < target[i] {
				continue
			}
			target[i] += heaviest
			for table[row.offset] >= 0 {
				row.step(len(table))
			}
			table[row.offset] = row.slot
			if free--; free == 0 {
				return
			}
			row.step(len(table))
		}
	}
}

func (r *maglevRow) step(size int) {
	if r.offset += r.skip; r.offset >= size {
		r.offset -= size
	}
}
