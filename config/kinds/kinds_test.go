package kinds_test

import (
	"testing"

	"lbsim/config/kinds"
)

const (
	nginxConf = "events {}\nhttp {\n  upstream u { server 10.0.0.1:80; }\n}\n"
	balancer  = "algorithm: round_robin\nendpoints: [{name: a, address: \"10.0.0.1:80\"}]\n"
	world     = "workload: {arrivals: {rate: 1/s}}\nservers: [{name: a}]\n"
	scenario  = world + "balancer: {algorithm: round_robin}\n"
	result    = `{"schema": "lbsim.result/v1", "scenario": {"name": "mm1"}}`
)

// What a file is follows from what stands in it, and what can't be told is left to who reads it.
func TestOf(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       kinds.Kind
	}{
		{"nginx.conf", nginxConf, kinds.Foreign},
		{"site", nginxConf, kinds.Foreign},
		{"-", "global\n  daemon\ndefaults\n  mode http\nbackend b\n  server a 10.0.0.1:80\n", kinds.Foreign},
		{"envoy.yaml", "static_resources: {clusters: []}\n", kinds.Foreign},
		{"-", "static_resources: {clusters: []}\n", kinds.Foreign},
		{"lb.yaml", balancer, kinds.Balancer},
		{"s.yaml", scenario, kinds.Scenario},
		{"w.yaml", world, kinds.World},
		{"result.json", result, kinds.Result},
		{"v.json", `{"schema": "lbsim.validate/v1"}`, kinds.Report},
		{"x.yaml", "a: [", kinds.Unknown},
		{"x.yaml", "", kinds.Unknown},
		{"x.yaml", "a list\n", kinds.Unknown},
		{"x.json", `{"schema": "other/v1"}`, kinds.Unknown},
		{"k8s.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n", kinds.Stranger},
		{"compose.yaml", "services: {web: {image: nginx}}\n", kinds.Stranger},
		{"servers.yaml", "servers: [{name: a}]\nhealth: {}\n", kinds.Unknown},
	} {
		if got := kinds.Of(c.name, []byte(c.text)); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.name, c.text, got, c.want)
		}
	}
}

// Each kind in the wrong place is told the command that takes it.
func TestCheck(t *testing.T) {
	runs, proxies, imports := []kinds.Kind{kinds.Scenario, kinds.World}, []kinds.Kind{kinds.Balancer}, []kinds.Kind{kinds.Foreign}
	for _, c := range []struct {
		name, text string
		wanted     []kinds.Kind
		want       string
	}{
		{"etc/nginx.conf", nginxConf, proxies, "etc/nginx.conf: looks like a configuration of nginx: import it first: lbsim import etc/nginx.conf > nginx.lb.yaml"},
		{"-", nginxConf, runs, "stdin: looks like a configuration of nginx: import it first: lbsim import - > lb.yaml; a scenario can name that as its balancer:, and lbsim validate reads this one as it is"},
		{"s.yaml", scenario, proxies, "s.yaml: is a scenario, which has a workload, and no balancer's file: lbsim run s.yaml"},
		{"w.yaml", world, proxies, "w.yaml: is a world, a scenario without its balancer: lbsim validate lb.yaml --with w.yaml puts a balancer's file into it"},
		{"lb.yaml", balancer, runs, "lb.yaml: is a balancer's file, and no scenario, which has a workload and servers, too: lbsim validate lb.yaml looks at it; a scenario can name it as its balancer: lb.yaml"},
		{"lb.yaml", balancer, imports, "lb.yaml: is lbsim's own already: lbsim validate lb.yaml looks at it, and lbsim export lb.yaml --to nginx makes another product's file of it"},
		{"k.yaml", "apiVersion: v1\nkind: Service\n", proxies, "k.yaml: is a manifest of Kubernetes, and no balancer's file: give what the balancer itself reads, which is lbsim's own or a configuration of nginx, haproxy, envoy"},
		{"r.json", result, runs, "r.json: is a result: lbsim rerun r.json runs its scenario again"},
		{"r.json", `{"schema": "lbsim.import/v1"}`, runs, "r.json: is what a command of lbsim's printed, and nothing to be read here"},
	} {
		if err := kinds.Check(c.name, []byte(c.text), c.wanted...); err == nil || err.Error() != c.want {
			t.Errorf("%s for %v:\n%v\nwant\n%s", c.name, c.wanted, err, c.want)
		}
	}
	for _, c := range []struct {
		text   string
		wanted []kinds.Kind
	}{{scenario, runs}, {world, runs}, {balancer, proxies}, {nginxConf, imports}, {"what: ever\n", proxies}} {
		if err := kinds.Check("x.yaml", []byte(c.text), c.wanted...); err != nil {
			t.Errorf("%q for %v: %v", c.text, c.wanted, err)
		}
	}
}
