package charts

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// chart is a figure with the data that it draws.
type chart struct {
	name   string
	figure *figure
	data   [][]string // the first row names the columns
}

func newChart(name string, columns []string) *chart {
	return &chart{name: name, data: [][]string{columns}}
}

func (c *chart) row(cells ...string) { c.data = append(c.data, cells) }

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// optional is a number, or nothing where it is not known.
func optional(v *float64) string {
	if v == nil {
		return ""
	}
	return number(*v)
}

// palettes has the look of each variant by its name.
type palettes map[string]look

func palettesOf(ids []identity) palettes {
	out := palettes{}
	for i, l := range looks(ids) {
		out[ids[i].name] = l
	}
	return out
}

// legend names the variants drawn; where the result has only one, the title has
// its name.
func legend(variants []*result.Variant, all palettes, box bool) []entry {
	if len(all) < 2 {
		return nil
	}
	out := make([]entry, len(variants))
	for i, v := range variants {
		out[i] = entry{text: identityOf(v).title, look: all[v.Name], box: box}
	}
	return out
}

// subject names what a chart without a finding shows.
func subject(r *result.Result) string {
	if len(r.Results) == 1 {
		return inSentence(identityOf(&r.Results[0]).title)
	}
	return "each variant"
}

// leftOut says which variants a chart does not draw.
func leftOut(r *result.Result, drawn []*result.Variant) string {
	in := map[string]bool{}
	for _, v := range drawn {
		in[v.Name] = true
	}
	var overloaded, unknown []string
	for i := range r.Results {
		v := &r.Results[i]
		switch {
		case in[v.Name]:
		case v.Unstable:
			overloaded = append(overloaded, identityOf(v).title)
		default:
			unknown = append(unknown, identityOf(v).title)
		}
	}
	s := ""
	if len(overloaded) > 0 {
		s += "; overloaded, so not drawn: " + strings.Join(overloaded, ", ")
	}
	if len(unknown) > 0 {
		s += "; not known: " + strings.Join(unknown, ", ")
	}
	return s
}

// footer says what was simulated: the model, the number of requests, the seed.
func footer(r *result.Result) string {
	parts := []string{"Simulated: " + r.Scenario}
	if r.Description != "" {
		first, _, _ := strings.Cut(strings.TrimSuffix(r.Description, "."), ". ")
		if atLoads(r) > 0 {
			first = withoutLoad(first)
		}
		if first != "" {
			parts[0] += " (" + first + ")"
		}
	}
	parts = append(parts, requestsOf(r))
	replications := fmt.Sprintf("%d replications", r.Replications)
	if r.Replications == 1 {
		replications = "1 replication"
	}
	parts = append(parts, replications)
	if r.WarmUp.Seconds > 0 {
		parts = append(parts, "warm-up "+wording.Setting(r.WarmUp.Seconds)+" s")
	}
	parts = append(parts, fmt.Sprintf("seed %d", r.Seed))
	return strings.Join(parts, ", ")
}

// atLoads is the number of offered loads at which variants were asked, 0 where each
// has the scenario's.
func atLoads(r *result.Result) int {
	loads := map[float64]bool{}
	for i := range r.Results {
		if load := r.Results[i].Load; load != nil {
			loads[*load] = true
		}
	}
	return len(loads)
}

var loadClaim = regexp.MustCompile(`(^|,? (at|under|with)( about)? )[0-9.]+ ?% ((mean|offered) )?(load|utilization|of (the |their )?capacity)`)

// withoutLoad leaves the scenario's own load out of its description, for the study
// asked for others; nothing is left of one that speaks of its load otherwise.
func withoutLoad(description string) string {
	rest := loadClaim.ReplaceAllString(description, "")
	if strings.Contains(rest, "% load") || strings.HasPrefix(rest, " ") {
		return ""
	}
	return rest
}

// requestsOf says how many requests each variant was offered.
func requestsOf(r *result.Result) string {
	if len(r.Results) == 0 {
		return "no requests"
	}
	least, most := r.Results[0].Requests.Offered, uint64(0)
	for i := range r.Results {
		n := r.Results[i].Requests.Offered
		least, most = min(least, n), max(most, n)
	}
	count := wording.Count(most)
	if least < most {
		count = wording.Count(least) + " to " + count
	}
	if len(r.Results) > 1 {
		return count + " requests per variant"
	}
	return count + " requests"
}
