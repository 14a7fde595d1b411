package foreign

import "fmt"

// Unique makes a name that is not taken. taken says how often each was wanted.
func Unique(name string, taken map[string]int) string {
	taken[name]++
	if taken[name] == 1 {
		return name
	}
	for ; ; taken[name]++ {
		free := fmt.Sprintf("%s-%d", name, taken[name])
		if taken[free] == 0 {
			taken[free] = 1
			return free
		}
	}
}
