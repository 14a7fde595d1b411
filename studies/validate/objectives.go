package validate

import "fmt"

// tail is from which quantile on an objective is about the tail.
const tail = 0.9

var objectiveLints = []*Lint{{
	ID: "LB029", Name: "no-tail-objective", Severity: Warning, Situated: true,
	Title:    "objectives about the mean or the median alone",
	When:     fmt.Sprintf("there are objectives about the mean or a quantile, and none about wait_p99 or a quantile from p%.0f on", tail*100),
	Why:      "a mean hides who waits: one request in a hundred may take a hundred times as long, and a page of many requests meets one of those nearly always",
	Instead:  "p99 < 250ms, beside it or instead",
	Scenario: "mixed-load", Command: "lbsim compare mixed-load --metric mean,p50,p99",
	whole: func(s *Subject, _ []*pool) []flaw {
		about := false
		for _, o := range s.objectives() {
			q, quantile := o.Quantile()
			if quantile && q >= tail || o.Metric == "wait_p99" {
				return nil
			}
			about = about || quantile || o.Metric == "mean"
		}
		if !about {
			return nil
		}
		return []flaw{{path: "slo", at: s.at("slo"), message: "no objective is about the tail: what one request in ten, or in a hundred, may take"}}
	},
}}
