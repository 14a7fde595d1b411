package workloads_test

import (
	"fmt"
	"strings"

	"lbsim/random"
	"lbsim/workloads"
)

// Requests come at random, 400 a second, and need 5 ms each on average.
func Example() {
	arrivals, _ := workloads.NewPoisson(400)
	service, _ := workloads.NewExponential(0.005)
	times, demands := random.New(1, "arrivals", 0), random.New(1, "demands", 0)
	for range 3 {
		at, _ := arrivals.Next(&times)
		fmt.Printf("at %v, %.2f ms of work\n", at, 1000*service.Sample(&demands))
	}
	// Output:
	// at 1.754269ms, 3.67 ms of work
	// at 2.138307ms, 6.39 ms of work
	// at 5.650379ms, 0.33 ms of work
}

// A scenario's distribution is checked against the rules of its law.
func ExampleDistributionSpec_Build() {
	mean, cv := 0.09, 2.0
	law, err := workloads.DistributionSpec{Dist: "lognormal", Mean: &mean, CV: &cv}.Build()
	fmt.Printf("p99 = %.3f s, %v\n", law.Quantile(0.99), err)
	_, err = workloads.DistributionSpec{Dist: "exponential", Mean: &mean, CV: &cv}.Build()
	fmt.Println(err)
	// Output:
	// p99 = 0.770 s, <nil>
	// cv = 2: exponential does not take it, it takes mean
}

// The load triples for 20 seconds.
func ExampleNewSteps() {
	arrivals, _ := workloads.NewSteps([]workloads.Step{{At: 0, Rate: 100}, {At: 60, Rate: 300}, {At: 80, Rate: 100}})
	src := random.New(1, "arrivals", 0)
	var before, during int
	for {
		at, _ := arrivals.Next(&src)
		switch {
		case at.Seconds() >= 80:
			fmt.Printf("%d arrivals in the minute before the peak, %d in its 20 s\n", before, during)
			return
		case at.Seconds() >= 60:
			during++
		default:
			before++
		}
	}
	// Output:
	// 5905 arrivals in the minute before the peak, 5962 in its 20 s
}

func ExampleReadTrace() {
	trace, err := workloads.ReadTrace(strings.NewReader(`time,class,key,service
0,read,17,5ms
0.010,write,4,20ms
0.005,read,17,5ms
`))
	fmt.Println(trace, err)
	// Output:
	// <nil> line 4: time = "0.005": must not be before the record above, 10ms
}

// Of a million keys the most popular thousand get half of the requests.
func ExampleNewZipf() {
	keys, _ := workloads.NewZipf(1_000_000, 1)
	src, popular := random.New(1, "keys", 0), 0
	for range 100_000 {
		if keys.Key(&src) < 1000 {
			popular++
		}
	}
	fmt.Printf("%.1f%%\n", float64(popular)/1000)
	// Output:
	// 52.2%
}
