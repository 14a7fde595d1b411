package scenarios

import (
	"slices"
	"strings"
)

// Theme is shipped scenarios that belong together.
type Theme struct {
	Title string
	Names []string // in the order in which to read them
}

// Themes is the library's table of contents.
var Themes = []Theme{
	{"To begin with", []string{"mixed-load", "mm1", "heterogeneous", "spiky-api"}},
	{"Load and queues", []string{"bursty", "diurnal-day", "closed-loop", "processor-sharing", "overload", "noisy-neighbour", "hedging", "two-choices", "weights-least-connections"}},
	{"Many balancers, connections and clients", []string{"many-frontends", "stale-load-signals", "subsetting", "thundering-herd", "weighted-start", "l4-long-lived", "nat-clients"}},
	{"Caches and keys", []string{"cache-sharding", "cache-node-loss", "hot-key"}},
	{"When servers fail", []string{"kill-one", "hang-one", "gray-failure", "flapping", "outlier-cap", "one-error-takes-all-out", "deep-health", "health-check-storm", "panic-mode", "dead-neighbour"}},
	{"Retries", []string{"retry-storm", "metastable", "layered-retries"}},
	{"Limits", []string{"noisy-client", "login-flood", "load-shedding", "circuit-breaker", "breaker-per-frontend", "adaptive-floor"}},
	{"Deploys and routes", []string{"rolling-deploy", "blue-green", "canary", "canary-steps", "path-host-routing", "zone-loss", "zone-aware", "standby-level", "add-instance", "stale-discovery"}},
	{"Sessions", []string{"sticky-forever"}},
	{"To be carried out for real (lbsim lab)", []string{"lab-small", "lab-failure"}},
	{"Scaling", []string{"autoscale-cpu-only", "autoscale-flapping", "launch-10x"}},
}

// Names returns the shipped scenarios, those to begin with first.
func Names() []string {
	entries, err := library.ReadDir("library")
	if err != nil {
		panic("scenarios: " + err.Error())
	}
	var names []string
	for _, t := range Themes {
		names = append(names, t.Names...)
	}
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), ".yaml"); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Entry is a line of the library's table of contents.
type Entry struct {
	Name        string
	Theme       string
	Description string // the first sentence
}

// List returns what the library holds.
func List() ([]Entry, error) {
	var all []Entry
	for _, name := range Names() {
		s, err := Load(name, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, Entry{name, themeOf(name), firstSentence(s.Description)})
	}
	return all, nil
}

// themeOf returns the title of a scenario's theme.
func themeOf(name string) string {
	for _, t := range Themes {
		if slices.Contains(t.Names, name) {
			return t.Title
		}
	}
	return "Others"
}
