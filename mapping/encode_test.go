package mapping

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
)

func full() Link {
	return Link{
		Name: "Bridge “north”", Company: "1", Project: "598134325988700", Folder: "123456789012", Tools: Tools(),
		Rules: Rules{
			Deletes: On, DeleteLimit: new(0), PhotoDeletes: On, Names: Hyphen, Conflict: Newest, Adopt: AdoptAsked,
			Directions: map[Tool]Direction{Documents: ToProcore, RFIs: ToBox}, Include: []string{"**/*.pdf"}, Exclude: []string{"tmp"},
		},
		ID: "k3x9q2ab", Made: time.Date(2026, 1, 5, 8, 0, 0, 1, time.UTC), Paused: true,
		Roots: map[Tool]Root{Photos: {ID: "9", Paused: "in the trash", Since: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}},
	}
}

// What is stored today must be read by every later version: whoever changes the form keeps this text and
// makes another.
const formOne = `{"version":1,"link":{"name":"Bridge “north”","company":"1","project":"598134325988700","folder":"123456789012",` +
	`"tools":["documents","photos","rfis","submittals"],"rules":{"deletes":"on","deleteLimit":0,"photoDeletes":"on","names":"hyphen",` +
	`"conflict":"newest","directions":{"documents":"to-procore","rfis":"to-box"},"include":["**/*.pdf"],"exclude":["tmp"],"adopt":"ask"},` +
	`"id":"k3x9q2ab","made":"2026-01-05T08:00:00.000000001Z","paused":true,"roots":{"photos":{"id":"9","paused":"in the trash","since":"2026-02-01T00:00:00Z"}}}}`

func TestWhatIsStoredOfALinkIsTheSameTomorrow(t *testing.T) {
	data, err := encode(full())
	require.NoError(t, err)
	require.Equal(t, formOne, string(data)) //nolint:testifylint // byte by byte
	got, err := decode("link/k3x9q2ab", []byte(formOne))
	require.NoError(t, err)
	require.Equal(t, full(), got)
}

func TestWhatIsNotUnderstoodIsAnErrorAndNeverLeftOut(t *testing.T) {
	for name, text := range map[string]string{
		"a newer form":            strings.Replace(formOne, `"version":1`, `"version":2`, 1),
		"no form":                 strings.Replace(formOne, `"version":1,`, ``, 1),
		"a field of another form": strings.Replace(formOne, `"made"`, `"owner":"x","made"`, 1),
		"a tool that is none":     strings.Replace(formOne, `"documents","photos"`, `"documents","photoz"`, 1),
		"a rule that is none":     strings.Replace(formOne, `"newest"`, `"oldest"`, 1),
		"half of it":              formOne[:len(formOne)/2],
		"more behind it":          formOne + `{}`,
		"nothing":                 "",
		"another's":               strings.Replace(formOne, `k3x9q2ab`, `k3x9q2ac`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			require.NotEqual(t, formOne, text)
			_, err := decode("link/k3x9q2ab", []byte(text))
			require.ErrorIs(t, err, syncer.ErrDamaged)
			require.ErrorContains(t, err, "k3x9q2ab", "which link it is")
		})
	}
}

func TestACloneSharesNothing(t *testing.T) {
	l := full()
	c := l.clone()
	require.Equal(t, l, c)
	c.Tools[0] = Photos
	*c.Rules.DeleteLimit = 7
	c.Rules.Directions[Photos] = ToBox
	c.Rules.Include[0], c.Rules.Exclude[0] = "x", "x"
	c.Roots[Documents] = Root{ID: "7"}
	require.Equal(t, full(), l)
}

// FuzzDecode: whatever is read as a Link is a sound one, and is stored as it was read.
func FuzzDecode(f *testing.F) {
	f.Add(formOne)
	f.Add(`{"version":1,"link":{"name":"a","company":"1","folder":"2","tools":["documents"],"rules":{},"id":"k3x9q2ab","made":"2026-01-05T08:00:00Z"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		l, err := decode("link/k3x9q2ab", []byte(text))
		if err != nil {
			require.ErrorIs(t, err, syncer.ErrDamaged)
			return
		}
		require.NoError(t, l.Check())
		data, err := encode(l)
		require.NoError(t, err)
		require.True(t, json.Valid(data))
		again, err := decode("link/k3x9q2ab", data)
		require.NoError(t, err)
		second, err := encode(again)
		require.NoError(t, err)
		require.Equal(t, string(data), string(second))
	})
}
