package stage_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/examples/internal/site"
	"github.com/procorebox/procorebox/examples/internal/stage"
	"github.com/procorebox/procorebox/procore/procoretest"
)

// furnished is a fake with the project in it.
func furnished(t *testing.T, o procoretest.Options) (*site.Project, *procoretest.Procore) {
	t.Helper()
	project := site.New(site.Options{})
	play := stage.New(project)
	fake, err := procoretest.New(play.Options(o))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, fake.Close()) })
	require.NoError(t, play.Furnish(fake))
	return project, fake
}

// count counts the files below a folder.
func count(t *testing.T, who *procoretest.Person, folder int64) (files int) {
	t.Helper()
	list, err := who.List(folder)
	require.NoError(t, err)
	for _, it := range list {
		if it.Type == "file" {
			files++
		} else {
			files += count(t, who, it.ID)
		}
	}
	return files
}

func TestTheWholeProjectIsInTheFakeAndDatedAsItWas(t *testing.T) {
	project, fake := furnished(t, procoretest.Options{})
	home, at := fake.Home(), fake.Project()
	require.Equal(t, project.Name, at.Name)
	require.Equal(t, len(project.Files), count(t, home, at.RootID))

	some := project.Files[0]
	folder := at.RootID
	for _, name := range some.Path[:len(some.Path)-1] {
		list, err := home.List(folder)
		require.NoError(t, err)
		for _, it := range list {
			if it.Name == name {
				folder = it.ID
			}
		}
	}
	list, err := home.List(folder)
	require.NoError(t, err)
	found := false
	for _, it := range list {
		if it.Name == some.Path[len(some.Path)-1] {
			found = true
			require.True(t, some.Modified.Equal(it.Updated), "%v and %v", some.Modified, it.Updated)
		}
	}
	require.True(t, found)

	photos := 0
	for _, album := range project.Albums {
		photos += len(album.Photos)
	}
	require.Len(t, home.Photos(at.ID), photos)
	require.Len(t, home.RFIs(at.ID), len(project.RFIs))
	require.Len(t, home.Submittals(at.ID), len(project.Submittals))
	for i, rfi := range home.RFIs(at.ID) {
		require.Equal(t, project.RFIs[i].Status, rfi.Status)
	}
	for i, submittal := range home.Submittals(at.ID) {
		require.Equal(t, project.Submittals[i].Status, submittal.Status)
		require.Equal(t, project.Submittals[i].Current, submittal.Current)
	}
}

func TestWhatTheFakeRefusesIsLeftOut(t *testing.T) {
	project, fake := furnished(t, procoretest.Options{Switches: procoretest.Switches{NamesFolded: true, NamesLimited: true}})
	files := count(t, fake.Home(), fake.Project().RootID)
	require.Less(t, files, len(project.Files))
	require.Greater(t, files, len(project.Files)-10)
}

func TestAPrintIsAPDFThatDiffersEachTime(t *testing.T) {
	sheet := procoretest.Sheet{
		Tool: "RFIs", Title: "RFI 7", Lines: []string{"Status: open", "", "Question by Ann", "Where?", "And: when?"},
		At: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC),
	}
	var first, second bytes.Buffer
	require.NoError(t, stage.Render(&first, sheet))
	sheet.At = sheet.At.Add(time.Second)
	require.NoError(t, stage.Render(&second, sheet))
	require.True(t, bytes.HasPrefix(first.Bytes(), []byte("%PDF-")))
	require.NotEqual(t, first.Bytes(), second.Bytes())
}
