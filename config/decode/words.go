package decode

import (
	"fmt"
	"slices"
	"strings"
)

// Nearest returns the word of known that word was most likely meant to be: the
// one at the least edit distance (insertion, deletion, substitution and the swap
// of neighbours cost 1 each: optimal string alignment), "" when none is within a
// third of the word's length, at least 1 and at most 3.
func Nearest(word string, known []string) string {
	if len(word) > 64 {
		return "" // no word of the language is as long; keep this cheap on garbage
	}
	limit := min(max(len(word)/3, 1), 3)
	best, least := "", limit+1
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is the optimal-string-alignment distance in bytes, O(len(a) len(b)).
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// Suggest says which word was meant and which there are:
// "did you mean arrivals? (known: arrivals, classes)".
func Suggest(word string, known []string) string {
	list := "known: " + strings.Join(known, ", ")
	if len(known) == 0 {
		list = "there is none"
	}
	if near := Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %s? (%s)", near, list)
	}
	return list
}

// without returns words less those of less.
func without(words, less []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(less, w) })
}

// Sentence makes a sentence of a phrase, for descriptions: "number of keys" becomes
// "Number of keys.". A phrase that begins with a word of the language, such as
// "cancel: …", keeps its first letter.
func Sentence(phrase string) string {
	if phrase == "" {
		return ""
	}
	first, _, _ := strings.Cut(phrase, " ")
	if !strings.HasSuffix(first, ":") {
		phrase = strings.ToUpper(phrase[:1]) + phrase[1:]
	}
	return strings.TrimRight(phrase, ".") + "."
}
