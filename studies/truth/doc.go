// Package truth holds the simulator against answers that are known without it:
// formulas of queueing theory, chains solved exactly, limits of many servers,
// printed tables and independent simulations. The table of answers is
// testdata/truth_public.csv, which package answers below reads; everything here is tests.
//
// A row of the table names a model, its parameters and a metric. Rows that differ
// in the metric only share one simulation. How long it runs is found by looking: a
// short pilot of thirty replications tells how much every figure varies, and the
// length is extrapolated from that until each interval is as narrow as the rule for
// its kind of answer asks.
//
// The quick suite runs the simulations that are expected to need the fewest
// requests, up to a budget of requests; LBSIM_TRUTH=1 runs them all and prints a
// table by family.
package truth
