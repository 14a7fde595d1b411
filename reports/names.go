package reports

import (
	"fmt"
	"strings"

	"lbsim/studies/result"
)

// FileNames returns a name for each variant's own files, all different, that every
// system takes for a file's.
func FileNames(r *result.Result) []string {
	names, taken := make([]string, len(r.Results)), map[string]bool{}
	for i := range r.Results {
		plain := fileName(r.Results[i].Name)
		names[i] = plain
		for n := 2; taken[names[i]]; n++ {
			names[i] = fmt.Sprintf("%s-%d", plain, n)
		}
		taken[names[i]] = true
	}
	return names
}

func fileName(variant string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '%':
			return -1
		case strings.ContainsRune(`/\:*?"<>| `, r) || r < ' ':
			return '-'
		}
		return r
	}, variant)
}
