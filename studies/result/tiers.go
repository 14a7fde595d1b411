package result

// Tier is a group of servers that another one calls.
type Tier struct {
	Name     string `json:"name"`
	CalledBy string `json:"called_by"`
	// Attempts is how many calls reach its servers for a request of a client, with what
	// all layers above try again.
	Attempts Estimate `json:"attempts_per_request"`
}
