package reports

import (
	"bytes"
	"strings"
	"testing"

	"lbsim/reports/internal/sample"
	"lbsim/studies/capacity"
)

func TestCapacityTable(t *testing.T) {
	var plain, markdown bytes.Buffer
	if err := WriteCapacity(&plain, sample.Capacity(), TableOptions{Width: 100}); err != nil {
		t.Fatal(err)
	}
	golden(t, "capacity-100.txt", plain.Bytes())
	if err := WriteCapacity(&markdown, sample.Capacity(), TableOptions{Markdown: true}); err != nil {
		t.Fatal(err)
	}
	golden(t, "capacity.md", markdown.Bytes())
}

// Servers are counted, and places where nothing was shown are no numbers.
func TestCapacityOfServers(t *testing.T) {
	r := sample.Capacity()
	rate, met, missed := 400.0, 7.0, 5.0
	r.Find, r.Group, r.RateRPS = capacity.Servers, "api", &rate
	r.Results = r.Results[:3]
	for i := range r.Results {
		r.Results[i].Met, r.Results[i].Missed = &met, &missed
		r.Results[i].Probes[0].At = met
	}
	r.Results[1].Met, r.Results[1].Answer = nil, capacity.NeverMet
	r.Results[1].Probes[0].At = missed
	r.Results[2].Missed, r.Results[2].Answer = nil, capacity.NeverMissed
	var out bytes.Buffer
	if err := WriteCapacity(&out, r, TableOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"The fewest servers of api with p99 < 200ms and error_ratio < 1% at 400/s",
		"round_robin, whole: 7 servers meet the objectives, and 5 miss p99 < 200ms; of the 1 between nothing could be shown",
		"round_robin, less one server (api-1): p99 < 200ms is missed wherever it was asked: even at 5 servers it is ",
		"least_connections, whole: p99 < 200ms and error_ratio < 1% is met with as few as 7 servers",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, &out)
		}
	}
}

func TestCapacityCSV(t *testing.T) {
	r := sample.Capacity()
	r.Results[1].Missed = nil
	var out bytes.Buffer
	if err := WriteCapacityCSV(&out, r); err != nil {
		t.Fatal(err)
	}
	if want := "round_robin,less_one_server,api-1,5,400,210,,wide,p99 < 200ms"; !strings.Contains(out.String(), want) {
		t.Errorf("%q is not in\n%s", want, &out)
	}
}
