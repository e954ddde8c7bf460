package box

import (
	"time"

	"github.com/procorebox/procorebox/syncer/connect"
)

// KindSearch is the kind of calls that search, which Box counts apart, as it does uploads
// (connect.KindUpload).
const KindSearch = "search"

// Windows returns how many calls Box allows to one user, as far as it documents that: 1000 calls a
// minute, of them 240 uploads and 60 searches, and 6 searches a second. A connect.Governor that is
// given them keeps to all of them at once. Answers of Box tell nothing of what is left; one with
// status 429 tells how long to wait.
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
