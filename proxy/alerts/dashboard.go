package alerts

import _ "embed"

// Dashboard is a dashboard for Grafana 10 and later, JSON that it imports. It asks for a
// Prometheus data source and shows all proxies and pools, or those that are chosen.
//
//go:embed dashboard.json
var Dashboard []byte
