package validate_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"lbsim/config/export"
	"lbsim/config/foreign"
	"lbsim/config/foreign/products"
	"lbsim/studies/validate"
)

// What has been exported has no mistake that the file does not have, but for those about
// what it was said to lose.
func TestExported(t *testing.T) {
	for _, name := range []string{"config/export/testdata/connections", "config/export/testdata/haproxy", "config/export/testdata/shop", "config/export/testdata/small", "examples/lb"} {
		path := "../../" + name + ".yaml"
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		own, err := validate.Read(path, text)
		if err != nil {
			t.Fatal(err)
		}
		known := map[string]bool{}
		for _, f := range validate.Check(own).Findings {
			known[f.ID+f.Pool] = true
		}
		for _, product := range export.Products() {
			written, lost, err := export.Write(product, own.Balancer)
			if err != nil {
				t.Fatal(err)
			}
			reader, err := products.Named(product)
			if err != nil {
				t.Fatal(err)
			}
			c, err := reader.Read(foreign.Source{Name: product, Text: []byte(written)})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range validate.Check(validate.Of(product, c, nil)).Findings {
				setting := strings.TrimPrefix(strings.TrimPrefix(f.Path, "pools."+f.Pool+"."), "pools.default.")
				told := slices.ContainsFunc(lost, func(l export.Loss) bool {
					said := strings.TrimPrefix(l.Path, "pools."+f.Pool+".")
					return setting == said || strings.HasPrefix(setting, said+".") || strings.HasPrefix(said, setting+".")
				})
				if !known[f.ID+f.Pool] && !told {
					t.Errorf("%s by %s: %s:%d %s at %s: %s", path, product, f.File, f.Line, f.ID, f.Path, f.Message)
				}
			}
		}
	}
}
