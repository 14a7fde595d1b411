package truth

import (
	"fmt"
	"strconv"
	"strings"

	"lbsim/algorithms"
	"lbsim/random"
)

// isSchedule tells that a row is a sequence of picks.
func isSchedule(r row) bool {
	switch r.Family() {
	case "swrr", "edf", "stride", "lvswrr":
		return true
	}
	return false
}

// scheduleOf is the algorithm of a row, by its model's words.
func scheduleOf(r row) string {
	switch {
	case strings.HasPrefix(r.Model, "nginx smooth WRR"):
		return "weighted_round_robin"
	case strings.Contains(r.Model, "grpc-go"):
		return "weighted_round_robin:schedule=edf,ties=original"
	case strings.Contains(r.Model, "EDF"):
		return "weighted_round_robin:schedule=edf"
	case strings.Contains(r.Model, "static-stride"):
		return "weighted_round_robin:schedule=stride"
	case strings.HasPrefix(r.Model, "LVS"):
		return "weighted_round_robin:schedule=lvs"
	}
	panic(r.ID + ": no schedule for " + r.Model)
}

// scheduleVerdict lets the picker pick; the sequence must be the same, sign for sign.
func scheduleVerdict(r row) verdict {
	weights := r.params.numbers("weights")
	set, picker := pickerOver(scheduleOf(r), weights, random.New(1, "picker", 0))
	var words []string
	counts := make([]int, len(weights))
	for range r.params.whole("picks") {
		slot := picker.Pick(0, set, &algorithms.Request{})
		counts[slot]++
		if r.Metric == "sequence" {
			words = append(words, string(rune('a'+slot)))
		} else {
			words = append(words, strconv.Itoa(int(slot)))
		}
	}
	got := strings.Join(words, " ")
	if r.Metric == "picks per host" {
		got = strings.Trim(fmt.Sprint(counts), "[]")
	}
	if got != r.Expected {
		return verdict{2, fmt.Sprintf("picked %s, not %s", got, r.Expected)}
	}
	return verdict{}
}

// pickerOver makes a picker over ready endpoints of the given weights. A weight of 0,
// which no balancer sets, stands for one that is not known.
func pickerOver(algorithm string, weights []float64, rnd random.Source) (*algorithms.Set, algorithms.Picker) {
	members := make([]algorithms.Member, len(weights))
	for i := range members {
		members[i] = algorithms.Member{Key: "e" + strconv.Itoa(i), Weight: weights[i]}
	}
	set := algorithms.NewSet(members)
	picker := must(must(algorithms.Parse(algorithm)).New(rnd))
	picker.Rebuilt(set)
	return set, picker
}
