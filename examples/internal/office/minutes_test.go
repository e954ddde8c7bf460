package office

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// decided tells what people have decided of a file, by the minutes of an Office.
func decided(t *testing.T, o *Office, h HistoryOptions) []HistoryItem {
	t.Helper()
	var all []HistoryItem
	for i, err := range o.Items(t.Context(), h) {
		require.NoError(t, err)
		all = append(all, i)
	}
	return all
}

func approval(n int) minuted {
	return minuted{
		Tool: mapping.Documents, Op: "delete", On: BoxService, Kind: "file", Path: fmt.Sprintf("Documents/%04d.pdf", n), Result: resultApproved,
	}
}

func TestWhatPeopleDecideIsToldWithWhoAndWhenHoweverMuchItIs(t *testing.T) {
	data := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		o, err := Open(t.Context(), Settings{Data: data}, &Options{Person: "ann"})
		require.NoError(t, err)
		defer o.Close()
		log := o.takeMinutes(mapping.Link{ID: "l1"})
		for n := range 2*leaf + 7 {
			require.NoError(t, log.add(t.Context(), approval(n)))
		}
		require.NoError(t, log.end(t.Context()))
		all := decided(t, o, HistoryOptions{})
		require.Len(t, all, 2*leaf+7)
		require.Equal(t, HistoryItem{
			At: time.Now().UTC(), Link: "l1", Tool: mapping.Documents, Op: "delete", On: BoxService, Kind: "file", Path: "Documents/0000.pdf",
			Result: "approved", By: "ann",
		}, all[0])
		require.Len(t, decided(t, o, HistoryOptions{Path: "Documents/0003.pdf", By: "Ann"}), 1)
		require.Empty(t, decided(t, o, HistoryOptions{By: "bob"}))
	})
}

func TestWhoDecidesOnAMachineThatDoesNotKnowThemIsSomebodyThere(t *testing.T) {
	o, err := Open(t.Context(), Settings{Data: t.TempDir()}, nil)
	require.NoError(t, err)
	defer o.Close()
	log := o.takeMinutes(mapping.Link{ID: "l1"})
	require.NoError(t, log.add(t.Context(), approval(1)))
	require.NoError(t, log.end(t.Context()))
	require.Equal(t, "somebody at this data directory", decided(t, o, HistoryOptions{})[0].By)
}

func TestWhatWasDecidedLongAgoIsForgottenWithAllElse(t *testing.T) {
	for name, c := range map[string]struct {
		keep time.Duration
		left int
	}{
		"after 400 days":       {0, 0},
		"after a day":          {24 * time.Hour, 0},
		"never, if so desired": {-1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				o, err := Open(t.Context(), Settings{Data: data, Keep: c.keep}, nil)
				require.NoError(t, err)
				defer o.Close()
				log := o.takeMinutes(mapping.Link{ID: "l1"})
				require.NoError(t, log.add(t.Context(), approval(1)))
				require.NoError(t, log.end(t.Context()))
				require.Len(t, decided(t, o, HistoryOptions{}), 1)
				time.Sleep(401 * 24 * time.Hour)
				require.Len(t, decided(t, o, HistoryOptions{}), c.left, "it is not told")
				require.NoError(t, log.add(t.Context(), approval(2)))
				require.NoError(t, log.end(t.Context()))
				notes, err := o.file.Notes.Read(t.Context(), minutesPrefix)
				require.NoError(t, err)
				require.Len(t, notes, c.left+1, "it is not stored")
			})
		})
	}
}

func TestMinutesThatAreDamagedAreAnErrorAndNotAnEmptyHistory(t *testing.T) {
	o, err := Open(t.Context(), Settings{Data: t.TempDir()}, nil)
	require.NoError(t, err)
	defer o.Close()
	const note = minutesPrefix + "l1/1"
	require.NoError(t, o.file.Notes.Change(t.Context(), note, func(map[string][]byte) (map[string][]byte, error) {
		return map[string][]byte{note: []byte("{")}, nil
	}))
	for _, err := range o.Items(t.Context(), HistoryOptions{}) {
		require.ErrorIs(t, err, syncer.ErrDamaged)
	}
}
