package algorithms

import (
	"fmt"

	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:    "weighted_round_robin",
		Aliases: []string{"wrr", "swrr"},
		Title:   "Weighted round robin",
		Summary: "Endpoints in turn, each as often as its weight says, spread evenly over the cycle.",
		Use:     "Endpoints of known, different sizes and requests that cost about the same.",
		Avoid:   "Sizes that are guesses or change at run time: a wrong weight overloads its endpoint for good, where load-aware picks correct themselves.",
		Cost: "smooth: O(log n + distinct weights), and with max_fails O(endpoints that failed lately). edf: O(log n). lvs: O(log n), and O(n) on the first pick after a change. " +
			"stride: greatest weight / mean weight expected (n at most, as gRPC's), and O(n) on the first pick after a change. haproxy: O(log n). " +
			"haproxy_static: O(1), and O(sum of weights times n) on the first pick after a change",
		Source:   "NGINX ngx_http_upstream_round_robin.c; Envoy edf_scheduler.h and grpc-go internal/wrr/edf.go; gRPC proposal A58; Linux ip_vs_wrr.c; HAProxy lb_fwrr.c and lb_map.c",
		Weighted: true,
		Params: []Param{
			{Name: "schedule", Type: Word, Default: "smooth", Words: []string{"smooth", "edf", "stride", "lvs", "haproxy", "haproxy_static"},
				Doc: "smooth: NGINX's smooth weighted round robin; edf: earliest deadline first (Envoy); stride: static stride (gRPC); lvs: interleaved by the weights' greatest common divisor (Linux Virtual Server; weights count in sixteenths, rounded up); haproxy: balance roundrobin, a place in the cycle each, heavier ones first; haproxy_static: balance static-rr, a table in turn"},
			{Name: "ties", Type: Word, Default: "reinsert", Words: []string{"reinsert", "original"},
				Doc: "edf: which of equal deadlines is first: the one that was inserted again earliest (Envoy) or the first of the configuration (grpc-go)"},
			{Name: "prepicks", Type: Word, Default: "none", Words: []string{"none", "random"},
				Doc: "edf: random starts each new list of endpoints at a random point of the schedule (Envoy), so that many balancers are out of step"},
			maxFailsParam("smooth"),
		},
		New: newWeightedRoundRobin,
	})
}

func newWeightedRoundRobin(p Values, rnd random.Source) (Picker, error) {
	schedule := p.Text("schedule")
	if schedule != "edf" && (p.Text("ties") != "reinsert" || p.Text("prepicks") != "none") {
		return nil, fmt.Errorf("weighted_round_robin: ties and prepicks are parameters of schedule edf, not of %s", schedule)
	}
	lowered := newLowered(p.Int("max_fails"))
	if lowered != nil && schedule != "smooth" {
		return nil, fmt.Errorf("weighted_round_robin: max_fails is a parameter of schedule smooth, not of %s", schedule)
	}
	switch schedule {
	case "edf":
		return &deadlineSchedule{original: p.Text("ties") == "original", prepick: p.Text("prepicks") == "random", rnd: rnd}, nil
	case "stride":
		return &strideSchedule{}, nil
	case "lvs":
		return &interleavedSchedule{at: -1}, nil
	case "haproxy":
		return &haproxySchedule{}, nil
	case "haproxy_static":
		return &haproxyMap{}, nil
	}
	if lowered != nil {
		return &loweringSchedule{smoothSchedule{lowered: lowered}}, nil
	}
	return &smoothSchedule{}, nil
}
