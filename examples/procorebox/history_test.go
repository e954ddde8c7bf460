package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestATimeIsWrittenAsPeopleDo(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 4, 15, 30, 0, 0, time.Local)
	for text, want := range map[string]time.Time{
		"":                     {},
		"2h":                   now.Add(-2 * time.Hour),
		"90m":                  now.Add(-90 * time.Minute),
		"7d":                   now.AddDate(0, 0, -7),
		"0d":                   now,
		"2026-05-01":           time.Date(2026, 5, 1, 0, 0, 0, 0, time.Local),
		"2026-05-01 08:15":     time.Date(2026, 5, 1, 8, 15, 0, 0, time.Local),
		"2026-05-01 08:15:30":  time.Date(2026, 5, 1, 8, 15, 30, 0, time.Local),
		"2026-05-01T08:15:30Z": time.Date(2026, 5, 1, 8, 15, 30, 0, time.UTC),
	} {
		got, err := parseTime(text, now)
		require.NoError(t, err, text)
		require.True(t, want.Equal(got), "%s is %s, want %s", text, got, want)
	}
	for _, text := range []string{"yesterday", "-2h", "-7d", "2026-13-01", "d", "7", "1.5d"} {
		_, err := parseTime(text, now)
		require.ErrorContains(t, err, "must be a time such as 2026-05-04", text)
	}
}
