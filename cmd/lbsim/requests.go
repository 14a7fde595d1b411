package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"lbsim/clock"
	"lbsim/reports"
	"lbsim/sim"
	"lbsim/studies/compare"
	"lbsim/studies/result"
)

// recordRequests runs the plan and writes a row for each measured request. Where a
// row can't be written the runs stop.
func recordRequests(ctx context.Context, w io.Writer, plan *compare.Plan) (*result.Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	rows := reports.NewRequestWriter(w)
	plan.OnRequest = func(variant, replication int, r *sim.Record) {
		if !r.Measured {
			return
		}
		row := requestRow(&plan.Variants[variant], replication, r)
		if err := rows.Write(&row); err != nil {
			cancel(fmt.Errorf("can't write the requests: %w", err))
		}
	}
	r, err := compare.Run(ctx, *plan)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return nil, cause
	}
	if err != nil {
		return nil, err
	}
	return r, rows.Flush()
}

// requestRow names what a record only numbers. A request that was never served
// waited all the time.
func requestRow(v *compare.Variant, replication int, r *sim.Record) reports.RequestRow {
	wait := r.Wait
	if wait < 0 || r.Server < 0 {
		wait = r.Latency
	}
	row := reports.RequestRow{
		Variant: v.Name, Replication: replication, ID: r.ID,
		Arrival: r.Arrival.Seconds(), Wait: wait.Seconds(), Service: clock.Time(r.Latency - wait).Seconds(), Latency: r.Latency.Seconds(),
		Class: v.Model.Classes[r.Class].Name, Key: r.Key, Attempts: r.Attempts, Outcome: r.Outcome.String(), Status: r.Status,
	}
	if r.Server >= 0 {
		row.Server = v.Model.Server(r.Server).Name
	}
	if r.Client >= 0 {
		row.Client = strconv.Itoa(r.Client)
	}
	return row
}
