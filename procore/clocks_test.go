package procore_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
)

// hears reads a feed on, and returns the IDs that it names, "full" for a full scan.
func hears(t *testing.T, feed syncer.Feed, at *syncer.Cursor) []string {
	t.Helper()
	hints, next, _, err := feed.Changes(t.Context(), *at)
	require.NoError(t, err)
	*at = next
	var ids []string
	for _, h := range hints {
		if h.Full {
			h.ID = "full"
		}
		ids = append(ids, h.ID)
	}
	return ids
}

// epoch is when the time of a bubble begins.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// wrongs are how far the clock of Procore is ahead of ours.
var wrongs = []time.Duration{-6 * time.Hour, -10 * time.Minute, 10 * time.Minute, 6 * time.Hour}

func TestNoRecordIsMissedWhenTheClocksDiffer(t *testing.T) {
	for _, ahead := range wrongs {
		t.Run(fmt.Sprint("procore is ahead by ", ahead), func(t *testing.T) {
			clock := procoretest.NewClock(epoch.Add(24*time.Hour + ahead))
			mirrored(t, procoretest.Options{Clock: clock}, func(m *mirror, tool tool) {
				time.Sleep(time.Until(clock.Now().Add(-ahead)))
				id := tool.add(m, "Slab")
				at, err := m.records.Now(m.Context())
				require.NoError(m, err)
				for n := range 5 {
					clock.Advance(time.Minute)
					time.Sleep(time.Minute)
					tool.edit(m, id, fmt.Sprint("Slab ", n))
					require.Contains(m, hears(m.T, m.records, &at), fmt.Sprint(id), "edit %d", n)
				}
			})
		})
	}
}

func TestNoPhotoIsMissedWhenTheClocksDiffer(t *testing.T) {
	t.Parallel()
	for _, ahead := range wrongs {
		t.Run(fmt.Sprint("procore is ahead by ", ahead), func(t *testing.T) {
			o := unlimited()
			o.Clock = procoretest.NewClock(epoch.Add(24*time.Hour + ahead))
			inStudio(t, o, func(t *testing.T, s *studio) {
				time.Sleep(24 * time.Hour)
				photo := s.add("Site", "a.jpg", "a")[0]
				_, err := s.ann.AddAlbum(s.project, "Roof")
				require.NoError(t, err)
				files := s.open(t, s.project, procore.Options{})
				at, err := files.Now(t.Context())
				require.NoError(t, err)
				for n := range 4 {
					o.Clock.Advance(time.Minute)
					time.Sleep(time.Minute)
					to := []string{"Roof", "Site"}[n%2]
					_, err := s.ann.MovePhoto(s.project, photo.ID, s.album(to).ID)
					require.NoError(t, err)
					require.Contains(t, hears(t, files, &at), fmt.Sprint("f", photo.ID), "move %d", n)
				}
			})
		})
	}
}

// wrongly makes the answers of Procore tell a time that is ahead as long as the test says so.
func wrongly(next http.RoundTripper, ahead *time.Duration) tripper {
	return func(r *http.Request) (*http.Response, error) {
		answer, err := next.RoundTrip(r)
		if err == nil {
			answer.Header.Set("Date", time.Now().Add(*ahead).UTC().Format(http.TimeFormat))
		}
		return answer, err
	}
}

func TestNoPhotoIsMissedAfterProcoreHadToldAWrongTimeOnce(t *testing.T) {
	inStudio(t, unlimited(), func(t *testing.T, s *studio) {
		photo := s.add("Site", "a.jpg", "a")[0]
		_, err := s.ann.AddAlbum(s.project, "Roof")
		require.NoError(t, err)
		ahead := time.Hour
		files := s.open(t, s.project, procore.Options{HTTP: wrongly(s.HTTPClient().Transport, &ahead)})
		at, err := files.Now(t.Context())
		require.NoError(t, err)
		ahead = 0
		require.Contains(t, hears(t, files, &at), "full")
		time.Sleep(time.Minute)
		_, err = s.ann.MovePhoto(s.project, photo.ID, s.album("Roof").ID)
		require.NoError(t, err)
		require.Contains(t, hears(t, files, &at), fmt.Sprint("f", photo.ID))
	})
}

func TestNoDocumentIsMissedAfterProcoreHadToldAWrongTimeOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
		it, err := p.ann.Upload(p.root(t).ID, "plan.pdf", []byte("one"))
		require.NoError(t, err)
		ahead := time.Hour
		p.fs = p.connect(t, procore.Options{HTTP: wrongly(p.HTTPClient().Transport, &ahead)})
		at := p.now(t)
		ahead = 0
		require.Contains(t, p.heard(t, at), "full")
		time.Sleep(time.Minute)
		_, err = p.ann.Edit(it.ID, []byte("two"))
		require.NoError(t, err)
		require.Contains(t, p.heard(t, at), file(it.ID))
	})
}

func TestNoRecordIsMissedAfterProcoreHadToldAWrongTimeOnce(t *testing.T) {
	mirrored(t, procoretest.Options{}, func(m *mirror, tool tool) {
		id := tool.add(m, "Slab")
		ahead := time.Hour
		client := m.client(m.T, procore.Options{HTTP: wrongly(m.HTTPClient().Transport, &ahead)})
		var records syncer.Feed
		var err error
		if tool.name == "RFIs" {
			records, err = procore.NewRFIs(m.Context(), client, procore.ID(m.at), m.options())
		} else {
			records, err = procore.NewSubmittals(m.Context(), client, procore.ID(m.at), m.options())
		}
		require.NoError(m, err)
		at, err := records.Now(m.Context())
		require.NoError(m, err)
		ahead = 0
		require.Contains(m, hears(m.T, records, &at), "full")
		time.Sleep(time.Minute)
		tool.edit(m, id, "Slab edge")
		require.Contains(m, hears(m.T, records, &at), fmt.Sprint(id))
	})
}
