package box

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer/connect"
)

// KindSearch is the kind of calls that search, which Box counts apart, as it does uploads
// (connect.KindUpload).
const KindSearch = "search"

// Windows returns how many calls Box allows to one user, as far as it documents that: 1000 calls a
// minute, of them 240 uploads and 60 searches, and 6 searches a second. A connect.Governor that is
// given them keeps to all of them at once. Answers of Box tell nothing of what is left, and one with
// status 429 tells how long to wait; Readings takes from answers what they may tell one day.
//
// Box has two more limits. An enterprise may search 12 times a second, all users together. Its plan
// names a number of calls a month, which Box settles by invoice and not by refusals; who wants to stay
// within it adds a window of 30 days:
//
//	windows := append(box.Windows(), connect.Window{Name: "month", Most: 100_000, Every: 30 * 24 * time.Hour})
func Windows() []connect.Window {
	return []connect.Window{
		{Name: "calls", Most: 1000, Every: time.Minute},
		{Name: "uploads", Kind: connect.KindUpload, Most: 240, Every: time.Minute},
		{Name: "searches", Kind: KindSearch, Most: 60, Every: time.Minute},
		{Name: "searches in a second", Kind: KindSearch, Most: 6, Every: time.Second},
	}
}

// Readings takes from an answer how many calls fit into the Windows, if it has a header RateLimit-Policy
// (draft-ietf-httpapi-ratelimit-headers) that names them:
//
//	RateLimit-Policy: "calls";q=5000;w=60, "uploads";q=1000;w=60
//
// Box is not known to send one. A gateway before it may, and a boxtest.Box without limits does. What is
// not understood is passed over.
func Readings(_ int, h http.Header) []connect.Reading {
	var told []connect.Reading
	for policy := range strings.SplitSeq(strings.Join(h.Values("RateLimit-Policy"), ","), ",") {
		name, parameters, _ := strings.Cut(strings.TrimSpace(policy), ";")
		known := slices.IndexFunc(Windows(), func(w connect.Window) bool { return strconv.Quote(w.Name) == name })
		if known < 0 {
			continue
		}
		values := map[string]int{}
		for parameter := range strings.SplitSeq(parameters, ";") {
			key, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
			if n, err := strconv.Atoi(value); err == nil && n > 0 {
				values[key] = n
			}
		}
		if w := Windows()[known]; values["q"] > 0 && time.Duration(values["w"])*time.Second == w.Every {
			told = append(told, connect.Reading{Window: w.Name, Limit: values["q"], Remaining: -1})
		}
	}
	return told
}
