package charts

import (
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"

	"lbsim/studies/result"
)

func words(s string) []string { return strings.Fields(s) }

// palette is Okabe and Ito's, which readers with colour-blindness tell apart,
// without its yellow, which is too light for lines.
var palette = []color.NRGBA{
	{0x00, 0x72, 0xb2, 0xff}, // blue
	{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	{0x00, 0x9e, 0x73, 0xff}, // green
	{0xcc, 0x79, 0xa7, 0xff}, // purple
	{0xe6, 0x9f, 0x00, 0xff}, // orange
	{0x56, 0xb4, 0xe9, 0xff}, // sky blue
	{0x22, 0x22, 0x22, 0xff}, // black
}

// dashes tell lines apart without colour.
var dashes = [][]vg.Length{nil, {6, 2.5}, {1.6, 2}, {7, 2, 1.6, 2}}

// colorOf fixes an algorithm's place in the palette, so that it looks the same in
// every chart. Algorithms that are often compared have different places.
var colorOf = map[string]int{
	"random": 0, "round_robin": 1, "power_of_two": 2, "least_connections": 3,
	"weighted_round_robin": 4, "peak_ewma": 5, "join_idle_queue": 6,
	"shortest_expected_delay": 4, "least_response_time": 0, "prequal": 4,
	"ring_hash": 0, "maglev": 1, "rendezvous": 2, "jump_hash": 3, "multi_probe": 4, "anchor_hash": 5, "modulo": 6,
	"bounded_load": 5, "ip_hash": 6,
}

// look is how a variant is drawn.
type look struct {
	color  color.NRGBA
	dashes []vg.Length
	thin   bool // one of many
}

// looks gives each variant its own look: the algorithm's colour where no earlier
// variant has it, else the first colour that none has. Beyond the palette, colours
// come again lighter and with other dashes.
func looks(variants []identity) []look {
	place := make([]int, len(variants))
	used := map[int]bool{}
	for i, v := range variants {
		wanted, known := colorOf[v.algorithm]
		if !known || used[wanted] {
			place[i] = -1
			continue
		}
		place[i], used[wanted] = wanted, true
	}
	if len(variants) == 1 { // dashes tell lines apart, and there is nothing to tell
		return []look{{color: palette[max(place[0], 0)]}}
	}
	out := make([]look, len(variants))
	next := 0
	for i := range variants {
		if place[i] < 0 {
			for used[next] {
				next++
			}
			place[i], used[next] = next, true
		}
		out[i] = lookAt(place[i])
	}
	return out
}

// again is the order in which colours come a second time: those first that stay
// far from the rest when lightened, as black does and blue does not.
var again = []int{6, 1, 2, 3, 4, 0, 5}

func lookAt(place int) look {
	round, color := place/len(palette), place%len(palette)
	if round > 0 {
		color = again[color]
	}
	c := palette[color]
	for range round {
		c = mixed(c, 0.5)
	}
	return look{color: c, dashes: dashes[(color+round)%len(dashes)]}
}

// mixed lightens c: by share 0 it stays, by 1 it is white.
func mixed(c color.NRGBA, share float64) color.NRGBA {
	lighter := func(v uint8) uint8 { return v + uint8(float64(255-v)*share) }
	return color.NRGBA{lighter(c.R), lighter(c.G), lighter(c.B), 0xff}
}

// identity is what names a variant in charts.
type identity struct{ name, title, algorithm string }

func identities(variants []result.Variant) []identity {
	out := make([]identity, len(variants))
	for i := range variants {
		out[i] = identityOf(&variants[i])
	}
	return out
}

func identityOf(v *result.Variant) identity {
	id := identity{v.Name, v.Title, v.Algorithm}
	if id.title == "" {
		id.title = v.Name
	}
	return id
}
