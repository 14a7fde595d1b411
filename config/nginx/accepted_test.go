package nginx_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lbsim/config/foreign/parity"
)

// streamModule is where Debian has the module for connections.
const streamModule = "/usr/lib/nginx/modules/ngx_stream_module.so"

// The configurations of testdata are such as nginx takes, where it has the modules: those
// of Lua, NGINX Plus and Tengine it never has.
func TestNGINXTakesThem(t *testing.T) {
	if !installed(t) {
		return
	}
	for _, file := range []string{"debian/nginx.conf", "gateway.conf", "canary.conf", "php.conf", "docker.conf", "grpc.conf", "media.conf", "fragment.conf", "stream.conf", "sni.conf"} {
		t.Run(file, func(t *testing.T) {
			dir := t.TempDir()
			text := placed(t, dir, filepath.Join("testdata/real", file))
			if file == "fragment.conf" {
				text = "events {}\nhttp {\n" + text + "}\n"
			}
			if strings.Contains(text, "stream {") {
				if _, err := os.Stat(streamModule); err != nil {
					t.Log("NOT CHECKED: nginx has no module for connections")
					return
				}
				text = "load_module " + streamModule + ";\n" + text
			}
			temporary := "http {\n"
			for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
				temporary += fmt.Sprintf("%s_temp_path %s/%s;\n", kind, dir, kind)
			}
			write(t, filepath.Join(dir, "nginx.conf"), strings.Replace(text, "http {\n", temporary, 1))
			out, err := exec.Command("nginx", "-t", "-c", filepath.Join(dir, "nginx.conf"), "-p", dir, "-e", "stderr").CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

var listens = regexp.MustCompile(`(?m)\blisten\s+([^\s;]+)`)

// placed returns a configuration whose files are in a folder, and which listens at sockets
// there, one for each address.
func placed(t *testing.T, dir, file string) string {
	t.Helper()
	move := func(text string) string {
		text = strings.NewReplacer("/etc/nginx/", dir+"/", "/var/log/nginx/", dir+"/", "/var/cache/nginx", dir+"/cache", "user  nginx;", "", "/run/nginx.pid", dir+"/pid").Replace(text)
		return listens.ReplaceAllStringFunc(text, func(s string) string {
			return "listen unix:" + dir + "/" + strings.NewReplacer(":", "-", "[", "", "]", "").Replace(listens.FindStringSubmatch(s)[1])
		})
	}
	for _, one := range []string{"sites-enabled/shop", "sites-enabled/static", "snippets/proxy.conf"} {
		write(t, filepath.Join(dir, one), move(read(t, filepath.Join("testdata/real/debian", one))))
	}
	for _, one := range []string{"mime.types", "fastcgi_params"} {
		write(t, filepath.Join(dir, one), "")
	}
	certificate(t, dir)
	return move(read(t, file))
}

// certificate writes the one of debian's shop.
func certificate(t *testing.T, dir string) {
	t.Helper()
	public, key := parity.Certificate(t, "shop.example.com")
	write(t, filepath.Join(dir, "ssl/shop.pem"), string(public))
	write(t, filepath.Join(dir, "ssl/shop.key"), string(key))
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
