// Package charts draws a result: latency distributions, quantiles, the timeline,
// the load of servers and latency over load, each as PNG, as SVG and as the CSV
// of the data drawn. A chart's title states what the result's comparisons found.
// Nothing is computed but layout, and the same result gives the same bytes.
package charts
