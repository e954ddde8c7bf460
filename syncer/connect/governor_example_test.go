package connect_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// A connector knows the limits of its service, and which headers tell more.
func Example_rates() {
	governor, err := connect.NewGovernor(connect.GovernorOptions{
		Windows: []connect.Window{
			{Name: "spike", Most: 25, Every: 10 * time.Second},
			{Name: "hour", Most: 3600, Every: time.Hour},
		},
		Read: readRates,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	lane := governor.Lane("drawings") // the Pace of a Client, and the Pacer of an Endpoint
	fmt.Println("10,000 calls take", lane.Estimate(syncer.Cost{Calls: 10_000}).Round(time.Minute))

	if err := lane.Wait(context.Background(), syncer.Live, syncer.Cost{Calls: 1}); err != nil {
		fmt.Println(err)
		return
	}
	// A Client tells what was answered. Here the service says that the hour has far fewer calls.
	lane.Learn(http.StatusOK, http.Header{
		"X-Rate-Limit-Limit":     {"600"},
		"X-Rate-Limit-Remaining": {"599"},
		"X-Rate-Limit-Reset":     {"1772370000"},
		"Date":                   {"Sun, 01 Mar 2026 12:01:00 GMT"},
	})
	fmt.Println("10,000 calls take", lane.Estimate(syncer.Cost{Calls: 10_000}).Round(time.Hour))
	// Output:
	// 10,000 calls take 2h33m0s
	// 10,000 calls take 16h0m0s
}

// readRates reads headers that tell of one limit at a time, whichever will be hit first.
func readRates(_ int, h http.Header) []connect.Reading {
	limit, err := strconv.Atoi(h.Get("X-Rate-Limit-Limit"))
	if err != nil {
		return nil
	}
	remaining, err := strconv.Atoi(h.Get("X-Rate-Limit-Remaining"))
	if err != nil {
		remaining = -1
	}
	reading := connect.Reading{Limit: limit, Remaining: remaining}
	reset, err := strconv.ParseInt(h.Get("X-Rate-Limit-Reset"), 10, 64)
	now, unknown := http.ParseTime(h.Get("Date"))
	if err == nil && unknown == nil {
		reading.In = time.Unix(reset, 0).Sub(now)
	}
	return []connect.Reading{reading}
}
