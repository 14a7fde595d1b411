// Package theory holds what mathematics knows about the systems that lbsim
// simulates: queues, splits, closed loops, mean-field limits. A report shows these
// figures beside the measured ones, and `lbsim theory` runs known answers through
// the engine.
//
// Symbols are the field's: λ (Lambda) the arrival rate, μ (Mu) the rate of one
// server, c the number of servers of a station, ρ its utilization. T is the time in
// system (response time), W the wait before service, N the number in system. Times
// are in whatever unit the rates are per; lbsim uses seconds.
//
// Unless a formula says otherwise: a station without a steady state (ρ ≥ 1) has
// mean, variance and quantiles +Inf, and arguments outside the stated range give
// NaN. Functions are pure; those without a closed form say their method, its error
// and its cost.
package theory
