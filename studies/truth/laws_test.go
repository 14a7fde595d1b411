package truth

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"lbsim/workloads"
)

// lawOf reads a law as the table words it: "exp", "deterministic 1", "lognormal
// mean 1 cv2=4 (…)", "bounded Pareto alpha=1.5 L=1 H=100 (…)", "H2 balanced means,
// mean 1, cv2=2: …". The mean is what the row says elsewhere, if the words say none.
func lawOf(words string, mean float64) workloads.Distribution {
	plain, _, _ := strings.Cut(words, " (")
	plain, _, _ = strings.Cut(plain, ":")
	given := func(name string) float64 {
		x, ok := numberIn(plain, name)
		if !ok {
			panic(fmt.Sprintf("law %q: no %s", words, name))
		}
		return x
	}
	if x, ok := numberIn(plain, "mean"); ok {
		mean = x
	}
	switch {
	case words == "" || strings.HasPrefix(plain, "exp"):
		return must(workloads.NewExponential(mean))
	case strings.HasPrefix(plain, "deterministic"):
		if x, ok := numberIn(plain, "deterministic"); ok {
			mean = x
		}
		return must(workloads.NewConstant(mean))
	case plain == "any":
		// What holds for any law is tried with one that is far from exponential.
		return must(workloads.NewLognormal(mean, 2))
	case strings.HasPrefix(plain, "lognormal"):
		return must(workloads.NewLognormal(mean, math.Sqrt(given("cv2"))))
	case strings.HasPrefix(plain, "bounded Pareto"):
		return must(workloads.NewPareto(given("alpha"), given("L"), given("H")))
	case strings.HasPrefix(plain, "uniform"):
		var low, high float64
		if _, err := fmt.Sscanf(words, "uniform(%f,%f)", &low, &high); err != nil {
			panic(fmt.Sprintf("law %q: %v", words, err))
		}
		return must(workloads.NewUniform(low, high))
	case strings.HasPrefix(plain, "Weibull"):
		return must(workloads.NewWeibull(mean, given("shape")))
	case strings.HasPrefix(plain, "gamma"):
		return must(workloads.NewGamma(mean, given("shape")))
	case strings.HasPrefix(plain, "Erlang-"):
		return must(workloads.NewErlang(mean, given("Erlang-")))
	case strings.HasPrefix(plain, "H2"):
		return balanced(mean, given("cv2"))
	}
	panic(fmt.Sprintf("law %q is not known", words))
}

// balanced is the hyperexponential law of two phases that each carry half of the
// mean: p = (1+√((v-1)/(v+1)))/2 with rates 2p/mean and 2(1-p)/mean.
func balanced(mean, cv2 float64) workloads.Distribution {
	p := (1 + math.Sqrt((cv2-1)/(cv2+1))) / 2
	return must(workloads.NewHyperexponential([]workloads.Phase{
		{Share: p, Mean: mean / (2 * p)}, {Share: 1 - p, Mean: mean / (2 * (1 - p))},
	}))
}

// numberIn finds the number that follows a name: "mean 1", "cv2=4", "Erlang-2".
func numberIn(words, name string) (float64, bool) {
	found := regexp.MustCompile(`(?:^|[\s,])` + regexp.QuoteMeta(name) + `[ =]?([0-9.]+(?:e-?[0-9]+)?)`).FindStringSubmatch(words)
	if found == nil {
		return 0, false
	}
	x, err := strconv.ParseFloat(strings.TrimRight(found[1], "."), 64)
	return x, err == nil
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}
