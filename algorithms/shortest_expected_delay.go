package algorithms

import "lbsim/random"

func init() {
	Register(Spec{
		Name:        "shortest_expected_delay",
		Aliases:     []string{"sed"},
		Title:       "Shortest expected delay",
		Summary:     "The endpoint on which the new request would be done first if weight is speed: least (in_flight + 1) / weight.",
		Use:         "Endpoints of different, known speeds: an idle slow endpoint is left idle while a fast one is still quicker.",
		Avoid:       "Weights that do not say how fast an endpoint is; otherwise as least_connections.",
		Cost:        "equal weights: O(1); unequal: O(log n)",
		Source:      "Linux ip_vs_sed.c; Weinrib & Shenker, Computer Networks 1988",
		Weighted:    true,
		WatchesLoad: true,
		Params:      []Param{tiesParam},
		New: func(p Values, rnd random.Source) (Picker, error) {
			return newLeastLoaded(1, p.Text("ties"), rnd), nil
		},
	})
}
