// Package reports shows a study's result: tables and Markdown for people; JSON,
// CSV, HdrHistogram files and one row a request for programs. It lays out and
// computes nothing: every figure is the result's own.
package reports
