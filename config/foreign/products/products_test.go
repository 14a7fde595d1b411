package products_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lbsim/config/foreign/products"
)

const conf = "upstream u { server 10.0.0.1; server 10.0.0.2; }\nserver { location / { include proxy.conf; } }\n"

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file := write("site.conf", conf)
	write("proxy.conf", "proxy_pass http://u;\n")
	yaml := write("lb.yaml", "algorithm: rr\n")

	cfg, err := products.Load(products.Request{File: file})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Product != "nginx" || len(cfg.Balancer.Endpoints) != 2 || cfg.Place("retries").File != filepath.Join(dir, "proxy.conf") {
		t.Errorf("%s %+v %v", cfg.Product, cfg.Balancer.Endpoints, cfg.Place("retries"))
	}
	cfg, err = products.Load(products.Request{File: "-", In: strings.NewReader(conf), Root: dir, Profile: "nginx@1.22"})
	if err != nil || cfg.Version != "1.22" {
		t.Error(cfg, err)
	}
	folder := filepath.Join(dir, "haproxy")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	write("haproxy/1.cfg", "defaults\nmode http\n")
	write("haproxy/2.cfg", "backend b\nserver a 10.0.0.1:80\n")
	cfg, err = products.Load(products.Request{File: folder})
	if err != nil || cfg.Product != "haproxy" || cfg.Place("pools.b").File != filepath.Join(folder, "2.cfg") {
		t.Error(cfg, err)
	}
	for _, c := range []struct {
		q    products.Request
		want string
	}{
		{products.Request{File: yaml}, "looks like the configuration of no product"},
		{products.Request{File: dir}, "is a folder"},
		{products.Request{File: filepath.Join(dir, "none")}, "no such file"},
		{products.Request{File: file, Root: file}, "is no folder"},
		{products.Request{File: file, From: "ngnix"}, "did you mean nginx?"},
		{products.Request{File: file, Profile: "nginx@new"}, "a version such as nginx@1.22 must follow the @"},
		{products.Request{File: file, Profile: "nginx@1.22", From: "haproxy"}, "the profile nginx@1.22 contradicts haproxy"},
		{products.Request{File: yaml, From: "nginx"}, "lb.yaml:1:1: algorithm: has no ; at its end"},
	} {
		if _, err := products.Load(c.q); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %s", c.q, err, c.want)
		}
	}
}
