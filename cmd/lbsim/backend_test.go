package main

import (
	"testing"

	"lbsim/studies/lab/backend"
)

// What flags say of a server is said of the one that was named.
func TestBackendFlagsAreOfItsServer(t *testing.T) {
	for _, server := range []string{"", "large-2", "medium-1"} {
		a := asking{flags: map[string]string{}, settings: []string{"servers[0].workers=7", "servers[0].queue=9"}}
		o := backend.Options{}
		if err := modelOf(&o, "heterogeneous", server, &a); err != nil {
			t.Fatal(err)
		}
		if o.Server.Workers != 7 || o.Server.Queue != 9 || server != "" && o.Server.Name != server {
			t.Errorf("%s: %s has %d workers and %d places", server, o.Server.Name, o.Server.Workers, o.Server.Queue)
		}
	}
}
