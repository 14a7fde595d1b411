package theory_test

import (
	"fmt"

	"lbsim/studies/theory"
)

func ExampleMMC() {
	pooled := theory.MMC{C: 4, Lambda: 320, Mu: 100}
	single := theory.MM1{Lambda: 80, Mu: 100}
	fmt.Printf("four servers of their own %.1f ms, with one queue %.1f ms\n",
		1000*single.MeanResponse(), 1000*pooled.MeanResponse())
	// Output: four servers of their own 50.0 ms, with one queue 17.5 ms
}

func ExampleServersForWait() {
	fmt.Println(theory.ServersForWait(100, 10, 0.05, 0.99), "servers")
	// Output: 15 servers
}

func ExampleKnown() {
	figures := theory.Known(theory.ModelFacts{
		Plain: true, Arrivals: "poisson", Rate: 80,
		Service: theory.ServiceFacts{Law: "lognormal", Mean: 0.01, CV: 2},
		Servers: []theory.ServerFacts{{Speed: 1, Weight: 1}}, Workers: 1,
		Queue: theory.Unlimited, Discipline: "ps", Algorithm: "round_robin",
	})
	fmt.Printf("%s %.3f (%s)\n", figures[0].Metric, figures[0].Value, figures[0].Model)
	// Output: latency_seconds.mean 0.050 (M/G/1-PS)
}
