package fit

// counts are arrivals by equal spans of time. Where a log grows longer than they reach, two
// become one.
type counts struct {
	began int64
	width int64 // ns
	n     []float64
}

const mostCounts = 1 << 16

func newCounts(began, resolution int64) counts {
	return counts{began: began, width: max(1e6, resolution)}
}

func (c *counts) add(at int64) {
	i := max(0, at-c.began) / c.width
	for i >= mostCounts {
		c.halve()
		i = max(0, at-c.began) / c.width
	}
	for int64(len(c.n)) <= i {
		c.n = append(c.n, 0)
	}
	c.n[i]++
}

func (c *counts) halve() {
	c.n = together(c.n, 2)
	c.width *= 2
}

// together adds up each k counts; those that are left over at the end too.
func together(n []float64, k int) []float64 {
	out := make([]float64, (len(n)+k-1)/k)
	for i, x := range n {
		out[i/k] += x
	}
	return out
}

// whole adds up counts to at most so many, which hold at least so many arrivals on average,
// and leaves out the last one, which is not over.
func (c *counts) whole(most int, least float64) (n []float64, width float64) {
	total := 0.0
	for _, x := range c.n {
		total += x
	}
	k := 1
	for len(c.n)/k > most || total/float64(max(1, len(c.n)/k)) < least && len(c.n)/k > 4 {
		k *= 2
	}
	n = together(c.n, k)
	return n[:max(0, len(n)-1)], float64(c.width) / 1e9 * float64(k)
}

// gaps are what lies between one request and the next, in blocks of requests that follow
// each other. Of a long log every second block is kept, or every fourth and so on.
type gaps struct {
	blocks []block
	every  int // of how many blocks one is kept
	n      int
	began  int64
	last   int64
}

// block is gaps one behind the other, in seconds, and when the first of them began.
type block struct {
	began float64
	gaps  []float64
}

const (
	blockSize  = 8192
	mostBlocks = 32
)

func (g *gaps) add(at int64) {
	if g.n == 0 {
		g.every, g.began, g.last = 1, at, at
	}
	gap := float64(at-g.last) / 1e9
	if number := g.n / blockSize; g.n > 0 && number%g.every == 0 {
		if len(g.blocks) == 0 || len(g.blocks[len(g.blocks)-1].gaps) == blockSize {
			g.blocks = append(g.blocks, block{began: float64(g.last-g.began) / 1e9})
		}
		b := &g.blocks[len(g.blocks)-1]
		b.gaps = append(b.gaps, gap)
		if len(b.gaps) == blockSize && len(g.blocks) == mostBlocks {
			g.thin()
		}
	}
	g.last = at
	g.n++
}

// thin keeps every second block.
func (g *gaps) thin() {
	for i := range mostBlocks / 2 {
		g.blocks[i] = g.blocks[2*i]
	}
	g.blocks = g.blocks[:mostBlocks/2]
	g.every *= 2
}

// some are at most so many gaps, in blocks from all parts of the log.
func some(blocks []block, most int) []block {
	keep := max(1, most/blockSize)
	if len(blocks) <= keep {
		return blocks
	}
	out := make([]block, keep)
	for i := range out {
		out[i] = blocks[i*len(blocks)/keep]
	}
	return out
}
