package validate

// unseenLints are about what nobody can look at.
var unseenLints = []*Lint{{
	ID: "LB032", Name: "unseen", Severity: Warning,
	Title:   "a part that could not be checked",
	When:    "the file names clusters, endpoints or routes that come from a control plane, and does not have them; or it balances requests and connections, and what balances connections can't be read",
	Why:     "what was not looked at may have every mistake there is: that none was found means nothing",
	Instead: "all endpoints in the file, or what the running balancer tells of itself",
	Products: map[string]string{
		"envoy": "what curl localhost:9901/config_dump?include_eds says, in place of the bootstrap",
	},
	whole: func(s *Subject, _ []*pool) []flaw {
		var flaws []flaw
		for _, x := range s.unseen {
			flaws = append(flaws, flaw{path: x.Text, at: x.Place, message: x.Why})
		}
		return flaws
	},
}}
