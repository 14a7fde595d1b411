// Package statistics turns the figures of independent replications into
// estimates, differences and verdicts. Every function is pure: same input, same
// bits, on every platform (products are rounded before they are added, quantiles
// and p-values of Student's t to twelve digits).
//
// A replication gives one figure a metric; replications are independent, so the
// Student t interval over them is right whatever the correlation inside one. Two
// variants see the same arrivals and the same work in a replication (common
// random numbers), so differences are taken replication by replication.
package statistics
