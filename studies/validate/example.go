package validate

import "embed"

//go:embed examples/*.yaml
var examples embed.FS

// Example returns a configuration in which a lint finds something, and the same one mended.
func (l *Lint) Example() (trips, mended string) {
	read := func(kind string) string {
		text, err := examples.ReadFile("examples/" + l.ID + "." + kind + ".yaml")
		if err != nil {
			panic("validate: " + err.Error())
		}
		return string(text)
	}
	return read("trips"), read("mended")
}
